"""Routes for monitoring: liveness, readiness and metrics."""

from typing import Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.foundation.http.services import services_of
from app.foundation.storage.database import Database, SQLAlchemyError
from app.foundation.storage.migrations import current, head
from app.foundation.telemetry import METRICS_TYPE

router = APIRouter(tags=["service"])


class Health(BaseModel):
    """Whether something answers."""

    status: Literal["ok"]


class Readiness(BaseModel):
    """Whether ratings can be stored, and if not, why."""

    status: Literal["ready", "not ready"]
    database: Literal["ok", "unreachable"]
    migration: Literal["current", "behind", "unknown"]


@router.get("/healthz")
async def health() -> Health:
    """The process is alive. Touches nothing, so it stays green while the database is away."""
    return Health(status="ok")


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
def readiness(request: Request) -> Response:
    """The database answers and has the newest migration."""
    state = readiness_of(services_of(request).database)
    return JSONResponse(state.model_dump(), 200 if state.status == "ready" else 503)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Figures for Prometheus; they hold no names, codes or words of people."""
    # Counters only: what needs the database is set by a background job, so a scrape never waits for it.
    figures = services_of(request).metrics
    return Response(figures.exposition(), media_type=METRICS_TYPE)


def readiness_of(database: Database) -> Readiness:
    """Whether the database can be reached and has the newest migration; blocks until it answers or fails."""
    try:
        revision = current(database)
    except SQLAlchemyError:
        return Readiness(status="not ready", database="unreachable", migration="unknown")
    # Ratings would fail on what the schema lacks; so a new process gets no traffic before the migration.
    if revision != head():
        return Readiness(status="not ready", database="ok", migration="behind")
    return Readiness(status="ready", database="ok", migration="current")
