"""Builds the application. `create_app(settings)` does everything; importing this file has no effect."""

import gc
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import version
from typing import Any

import structlog
from anyio import CapacityLimiter
from fastapi import APIRouter, FastAPI
from starlette.types import ASGIApp, Lifespan

import app.closing.routes
import app.devices.routes
import app.directory.routes
import app.directory.volumes.routes
import app.foundation.http.routes
import app.indices.routes
import app.instruments.routes
import app.intake.invitation.routes
import app.intake.routes
import app.measures.routes
import app.reports.routes
import app.screening.routes
import app.tickets.routes
import app.web.routes
from app.access.authentication import Authenticator
from app.devices.pairing import PairingDesk
from app.directory.catalogue_cache import CatalogueCache
from app.foundation.clock import Clock, system_clock
from app.foundation.http import problem_responses as answers
from app.foundation.http.fast_path import ShortWay
from app.foundation.http.middleware import Head, Limits, Watch
from app.foundation.http.openapi import document
from app.foundation.http.query_parameters import queries
from app.foundation.http.routes import readiness_of
from app.foundation.secret import derive, load_secret
from app.foundation.settings import Environment, Settings
from app.foundation.storage.database import Database
from app.foundation.storage.installation import UnfitInstallation, claim
from app.foundation.telemetry import Metrics
from app.instruments.registry import ShelfCache, changed_since_use
from app.intake.invitation.ticket_lookup import TicketWindow
from app.intake.rules.quotas import Pace, Quotas
from app.intake.with_key import Intake
from app.intake.with_ticket import Redeemer
from app.intake.without_key import OpenDoor
from app.jobs import Upkeep, chores_of
from app.ratings.keys import KeyMaker
from app.ratings.store import RatingStore
from app.ratings.validation import Judge
from app.ratings.writer import Writer
from app.reports.sealed_cache import SealedReportCache
from app.screening.nightly import Nightly
from app.tickets.attempts import Attempts
from app.tickets.issuing import TicketOffice
from app.web import docs

log = structlog.get_logger("cermin")

ROUTERS: tuple[APIRouter, ...] = (
    app.foundation.http.routes.router,
    app.directory.routes.router,
    app.directory.volumes.routes.router,
    app.directory.volumes.routes.fast_router,
    app.instruments.routes.router,
    app.devices.routes.router,
    app.intake.routes.router,
    app.intake.routes.batch_router,
    app.tickets.routes.router,
    app.tickets.routes.queue_router,
    app.intake.invitation.routes.router,
    app.screening.routes.router,
    app.indices.routes.router,
    app.measures.routes.router,
    app.closing.routes.router,
    app.reports.routes.router,
    *app.web.routes.routers,
)
# Only the one-pass routes take bodies, and have limits of their own.
LARGEST_BODY = 16 * 1_024
# Tickets being spent at the same time.
REDEEMING = 4

DESCRIPTION = """Citizens rate the service they just received (speed, transparency, friendliness);
agencies pull exact satisfaction indices.

Send a key as `Authorization: Bearer crm_…`. Every refusal is `application/problem+json` with a stable
`code`. See the API guide in the repository's `docs/`."""


class Cermin(FastAPI):
    """The application with its own outer layers, which a request passes before the framework's."""

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, made once."""
        if self.openapi_schema is None:
            self.openapi_schema = document(self)
        return self.openapi_schema

    def build_middleware_stack(self) -> ASGIApp:
        """ShortWay → Watch → Head → Limits → FastAPI's own stack."""
        settings: Settings = self.state.settings
        stack: ASGIApp = Limits(
            super().build_middleware_stack(),
            limit=LARGEST_BODY,
            seconds=settings.receive_seconds,
            language=settings.language,
        )
        stack = Watch(Head(stack), metrics=self.state.metrics, language=settings.language)
        routes = [route for router in ROUTERS for route in router.routes]
        return ShortWay(stack, routes, self.state.metrics)


def create_app(settings: Settings, clock: Clock = system_clock) -> FastAPI:
    """The whole service for these settings."""
    database = open_database(settings)
    secret = load_secret(settings.secret.get_secret_value() if settings.secret else None, settings.secret_file)
    application = Cermin(
        title="Cermin",
        version=version("cermin"),
        description=DESCRIPTION,
        lifespan=_lifespan(settings, database, secret, clock),
        # Metrics are our own (/metrics); asking for OpenTelemetry providers at every request is not free.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        docs_url=None,
        # A redirect would name the scheme and host of the request: behind a proxy, http.
        redirect_slashes=False,
        redoc_url=None,
    )
    state = application.state
    state.settings, state.database, state.clock, state.language = settings, database, clock, settings.language
    state.metrics, state.shelf = Metrics(), SealedReportCache()
    state.authenticator = Authenticator(database, clock, settings.key_cache_seconds)
    state.pairing_pepper = derive(secret, "pairing")
    state.pairing_desk = PairingDesk(database, state.pairing_pepper)
    answers.install(application)
    docs.install(application)
    routes = [*application.routes, *(route for router in ROUTERS for route in router.routes)]
    state.allowed, state.queries = answers.allowed(routes), queries(routes)
    for router in ROUTERS:
        application.include_router(router)
    return application


def open_database(settings: Settings) -> Database:
    """The database of these settings."""
    return Database(
        settings.database_url,
        pool_size=settings.pool_size,
        statement_timeout_ms=settings.statement_timeout_ms,
        lock_timeout_ms=settings.lock_timeout_ms,
    )


def _lifespan(settings: Settings, database: Database, secret: bytes, clock: Clock) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        check_fitness(settings, database, secret)
        store = RatingStore(database)
        writer = Writer(
            store,
            queue_length=settings.queue_length,
            group_length=settings.group_length,
            # SQLite has one writer at a time anyway; a second one would only wait for the lock.
            writers=1 if database.is_sqlite else settings.writers,
        )
        late_limit = timedelta(days=settings.late_limit_days)
        catalogues = CatalogueCache(
            database,
            clock,
            seconds=settings.directory_cache_seconds,
            reach=late_limit + timedelta(days=1),
        )
        application.state.catalogues = catalogues
        shelves = ShelfCache(database, clock, settings.directory_cache_seconds)
        application.state.intake = Intake(
            catalogues=catalogues,
            shelves=shelves,
            keys=KeyMaker.of(secret),
            store=store,
            writer=writer,
            clock=clock,
            late_limit=late_limit,
            quotas=Quotas(Pace(settings.device_per_hour, settings.device_burst, settings.device_interval_seconds)),
        )
        application.state.open_door = OpenDoor(application.state.intake, catalogues, clock)
        _open_tickets(application, database, secret, catalogues, shelves, store, late_limit)
        application.state.metrics.queued.set_function(lambda: writer.queued)
        nightly = Nightly(
            database,
            clock,
            hour=settings.screen_at,
            trace_days=settings.trace_days,
            failed=application.state.metrics.screening_failures.inc,
        )
        application.state.nightly = nightly
        upkeep = Upkeep(chores_of(settings, database, clock, application.state.metrics, nightly))
        _calm_the_interpreter()
        try:
            yield
        finally:
            nightly.stop()
            await writer.drain()
            await upkeep.end()
            database.dispose()

    return lifespan


def _open_tickets(
    application: FastAPI,
    database: Database,
    secret: bytes,
    catalogues: CatalogueCache,
    shelves: ShelfCache,
    store: RatingStore,
    late_limit: timedelta,
) -> None:
    """What the ticket routes need."""
    state, pepper = application.state, derive(secret, "ticket")
    attempts = Attempts(state.clock)
    state.ticket_office = TicketOffice(database, catalogues, pepper)
    state.redeemer = Redeemer(
        database=database,
        catalogues=catalogues,
        shelves=shelves,
        judge=Judge(KeyMaker.of(secret), late_limit),
        ratings=store,
        pepper=pepper,
        attempts=attempts,
        clock=state.clock,
        # SQLite has one writer at a time; on PostgreSQL the pool keeps connections for everybody else.
        limiter=CapacityLimiter(1 if database.is_sqlite else REDEEMING),
    )
    state.ticket_window = TicketWindow(database, pepper, attempts, state.clock)


def check_fitness(settings: Settings, database: Database, secret: bytes) -> None:
    """Refuse to start where an acknowledged rating could be lost, counted twice or scored otherwise."""
    if readiness_of(database).status != "ready":
        raise UnfitInstallation("The database is not reachable or not migrated. Run `cermin migrate`.")
    if settings.environment is Environment.production:
        if settings.secret is None and not database.is_sqlite:
            raise UnfitInstallation("Set CERMIN_SECRET: several processes must share one secret.")
        if unsafe := database.unsafe_settings():
            raise UnfitInstallation(f"PostgreSQL runs with {', '.join(unsafe)} off; switch it on.")
    claim(database, secret)
    with database.reading() as session:
        if changed := changed_since_use(session):
            raise UnfitInstallation(f"Instruments differ from the ones used before: {', '.join(changed)}.")


def _calm_the_interpreter() -> None:
    """Two habits of CPython that hurt a busy event loop with writers beside it; docs/performance.md has figures.

    What lives as long as the process need not be walked again by the garbage collector. And a writer
    coming back from the disk should not wait five milliseconds for its turn.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    sys.setswitchinterval(0.000_5)
