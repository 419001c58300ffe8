"""Routes for monitoring: liveness, readiness and metrics."""

from asyncio import gather
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import APIRouter
from pydantic import BaseModel
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from app.foundation.http.services import services_of
from app.foundation.storage.database import Database, SQLAlchemyError
from app.foundation.storage.migrations import current, head, known
from app.foundation.storage.read_replica import FigureReads, Standing
from app.foundation.telemetry import METRICS_TYPE

router = APIRouter(tags=["service"])
TEXT: dict[int | str, dict[str, Any]] = {200: {"content": {"text/plain": {"schema": {"type": "string"}}}}}


class Health(BaseModel):
    """Whether something answers."""

    status: Literal["ok"]


class Readiness(BaseModel):
    """Whether ratings can be stored, and if not, why."""

    status: Literal["ready", "not ready"]
    database: Literal["ok", "unreachable"]
    # `ahead`: the schema is that of a newer version of this program.
    migration: Literal["current", "behind", "ahead", "unknown"]
    ratings: Literal["stored", "refused", "unknown"] = "unknown"
    # A read replica that is late or away is not read, and keeps nobody from being ready.
    replica: Standing = "none"


@dataclass(frozen=True)
class WritingCheck:
    """Asks the room that stores ratings whether it does."""

    works: Callable[[], Awaitable[bool]]


@router.get("/healthz")
async def health() -> Health:
    """The process is alive. Touches nothing, so it stays green while the database is away."""
    return Health(status="ok")


@router.get("/readyz", response_model=Readiness, responses={503: {"model": Readiness}})
async def readiness(request: Request) -> Response:
    """The database answers and has the newest migration, and ratings reach the disk: the last one did, or a trial."""
    services = services_of(request)
    # At once, because both may have to wait for a database that is stalled.
    state, works = await gather(run_in_threadpool(readiness_of, services.database), services.of(WritingCheck).works())
    status: Literal["ready", "not ready"] = "ready" if works and state.status == "ready" else "not ready"
    replica = services.of(FigureReads).standing
    told = {"status": status, "ratings": "stored" if works else "refused", "replica": replica}
    answer = state.model_copy(update=told)
    return JSONResponse(answer.model_dump(), 200 if status == "ready" else 503)


@router.get("/metrics", response_class=Response, responses=TEXT)
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
        old = revision is None or revision in known()
        return Readiness(status="not ready", database="ok", migration="behind" if old else "ahead")
    return Readiness(status="ready", database="ok", migration="current")
