"""Builds the application. `create_app(settings)` does everything; importing this file has no effect."""

import gc
import sys
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager, suppress
from datetime import date, timedelta
from importlib.metadata import version
from threading import Lock
from typing import Any

import structlog
from anyio import CapacityLimiter
from fastapi import APIRouter, FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Lifespan, Receive, Scope, Send

import app.closing.persons.routes
import app.closing.public.routes
import app.closing.routes
import app.closing.targets.routes
import app.desk.routes
import app.devices.routes
import app.directory.routes
import app.directory.standards.routes
import app.directory.volumes.routes
import app.directory.workbook.routes
import app.foundation.http.routes
import app.indices.routes
import app.instruments.routes
import app.intake.invitation.routes
import app.intake.routes
import app.integrity.routes
import app.measures.routes
import app.notifications.own.routes
import app.notifications.routes
import app.people.keys.routes
import app.people.routes
import app.reports.routes
import app.reports.slips.routes
import app.screening.routes
import app.tickets.routes
import app.web.routes
from app.access.authentication import Authenticator
from app.access.guard import PersonGate
from app.access.guesses import LinkGuesses
from app.access.readings import Readings
from app.devices.heartbeats import Heartbeats
from app.devices.kiosk_tags import KioskTags
from app.devices.pairing import KioskPairing
from app.devices.store import keys_of_devices
from app.directory.agency_marks import AgencyMarks
from app.directory.catalogue_cache import CatalogueCache
from app.directory.uploads import Uploads
from app.directory.versions import DirectoryVersions
from app.directory.workbook.apart import WorkbookProcess
from app.disclosure.nightly import NightlyRelease
from app.foundation.clock import Clock, system_clock
from app.foundation.http import problem_responses
from app.foundation.http.fast_path import FastPath
from app.foundation.http.middleware import BodyLimits, HeadAsGet, ResponseWatch, UnderPath
from app.foundation.http.query_parameters import query_parameters
from app.foundation.http.routes import WritingCheck
from app.foundation.http.services import Services
from app.foundation.secret import derive, load_secret
from app.foundation.settings import Settings
from app.foundation.startup_errors import StartupError
from app.foundation.storage.agency_scope import all_agencies
from app.foundation.storage.database import Database, SQLAlchemyError, address
from app.foundation.storage.read_replica import FigureReads
from app.foundation.telemetry import Metrics
from app.instruments.registry import InstrumentCache, record_new_shipped
from app.intake.invitation.ticket_lookup import TicketLookup
from app.intake.rules.quotas import DevicePace, DeviceQuotas
from app.intake.with_key import Intake
from app.intake.with_ticket import TicketIntake
from app.intake.without_key import OpenAnswerIntake
from app.integrity.door import PEPPER as RECEIPT_PEPPER
from app.integrity.door import IntegrityDoor
from app.jobs import BackgroundJobs, JobMaker, jobs_of, rewriting_of
from app.measures.cache import MeasuresCache
from app.notifications.mail_config import mail_terms
from app.notifications.mailboxes import Mailboxes
from app.notifications.wiring import sender_of, terms_of
from app.people.keys.keeping import KioskKeys
from app.people.oidc.config import provider_config
from app.people.oidc.door import Providers
from app.people.passkeys.door import Passkeys
from app.people.passkeys.rules.parties import relying_party
from app.people.passphrases import Passphrases
from app.people.sessions import Sessions
from app.people.setting_up import SetUp
from app.people.signing_in import SignIn
from app.ratings.keys import KeyMaker
from app.ratings.store import RatingStore
from app.ratings.validation import RatingValidator
from app.ratings.writer import Writer
from app.ratings.writer_thread import thread_lane
from app.reports.sealed_cache import SealedReportCache
from app.screening.nightly import NightlyScreening
from app.startup_checks import check_startup
from app.tickets.attempts import TicketAttempts
from app.tickets.issuing import TicketIssuer
from app.transparency.nightly import LogNaming, NightlyInventory
from app.upkeep import Upkeep, UpkeepTerms
from app.web import docs
from app.web.api_document import document, with_fresh_ids
from app.web.missing import missing
from app.web.public_answers import PublicAnswers

log = structlog.get_logger("cermin")

ROUTERS: tuple[APIRouter, ...] = (
    app.foundation.http.routes.router,
    app.directory.routes.router,
    app.directory.volumes.routes.router,
    app.directory.workbook.routes.router,
    app.directory.volumes.routes.fast_router,
    app.instruments.routes.router,
    app.devices.routes.kiosk_router,
    app.devices.routes.router,
    app.intake.routes.router,
    app.intake.routes.batch_router,
    app.directory.standards.routes.router,
    app.tickets.routes.router,
    app.tickets.routes.queue_router,
    app.intake.invitation.routes.router,
    app.integrity.routes.router,
    app.screening.routes.router,
    app.indices.routes.router,
    app.measures.routes.router,
    app.people.routes.router,
    app.people.routes.trail_router,
    app.people.keys.routes.router,
    app.closing.routes.router,
    app.closing.persons.routes.router,
    app.closing.public.routes.router,
    app.closing.targets.routes.router,
    app.reports.routes.router,
    app.reports.slips.routes.router,
    app.notifications.routes.router,
    app.notifications.own.routes.router,
    *app.web.routes.routers,
    *app.desk.routes.routers,
)
# For all routes but those of the fast path, which have limits of their own.
LARGEST_BODY = 16 * 1_024
LONGER_BODIES = {
    **app.desk.routes.LONG_FORMS,
    **app.web.routes.LONG_FORMS,
    **app.directory.workbook.routes.LIMITS,
    **app.instruments.routes.LIMITS,
    **app.integrity.routes.LIMITS,
}
# How many tickets may be redeemed at the same time.
REDEEMING = 4

DESCRIPTION = """Citizens rate the service they just received (speed, transparency, friendliness);
agencies pull exact satisfaction indices.

Send a key as `Authorization: Bearer crm_…`. Every refusal is `application/problem+json` with a stable
`code`. See the API guide in the repository's `docs/`."""


class Cermin(FastAPI):
    """The application with its own outer layers, which a request passes before the framework's."""

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self._examples_of: date | None = None
        self._documenting = Lock()

    def openapi(self) -> dict[str, Any]:
        """The OpenAPI document, generated once; only the ids in its examples are made anew, every day."""
        services: Services = self.state.services
        today = services.now().date()
        # Those who ask at once, each in a thread, wait for one to write it.
        with self._documenting:
            if self.openapi_schema is None:
                self.openapi_schema = document(self, services.settings.public_url)
            if self._examples_of != today:
                self.openapi_schema, self._examples_of = with_fresh_ids(self.openapi_schema), today
            return self.openapi_schema

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer by the layers; FastAPI's own way to them looks for telemetry first, which is off."""
        if self.middleware_stack is None or scope["type"] != "http":
            await super().__call__(scope, receive, send)
            return
        scope["app"] = self
        await self.middleware_stack(scope, receive, send)

    def build_middleware_stack(self) -> ASGIApp:
        """UnderPath (if there is one) → FastPath → ResponseWatch → HeadAsGet → BodyLimits → FastAPI's own stack."""
        services: Services = self.state.services
        settings, metrics = services.settings, services.metrics
        stack: ASGIApp = BodyLimits(
            super().build_middleware_stack(),
            limit=LARGEST_BODY,
            longer=LONGER_BODIES,
            seconds=settings.receive_seconds,
        )
        stack = ResponseWatch(
            HeadAsGet(stack),
            metrics=metrics,
            language=settings.language,
            uncounted=app.integrity.routes.UNCOUNTED | app.web.routes.UNCOUNTED,
        )
        # The fast path is outermost: what it answers passes none of the other layers.
        routes = [route for router in ROUTERS for route in router.routes]
        stack = FastPath(stack, routes, metrics, settings.answer_seconds)
        return UnderPath(stack, settings.base_path) if settings.base_path else stack


def create_app(settings: Settings, clock: Clock = system_clock, jobs: JobMaker = jobs_of) -> Cermin:
    """The whole service for these settings; `jobs` makes those that run in its background."""
    database = open_database(settings)
    secret = load_secret(settings.secret.get_secret_value() if settings.secret else None, settings.secret_file)
    application = Cermin(
        title="Cermin",
        version=version("cermin"),
        description=DESCRIPTION,
        lifespan=_lifespan(secret, jobs),
        # Metrics are our own (/metrics); asking for OpenTelemetry providers at every request is not free.
        telemetry={"tracing": False, "metrics": False, "logs": False},
        # Both are our own (app/web/docs.py).
        docs_url=None,
        openapi_url=None,
        # A generated client's functions are called as the routes' are.
        generate_unique_id_function=lambda route: route.name,
        # A redirect would name the scheme and host of the request: behind a proxy, http.
        redirect_slashes=False,
        redoc_url=None,
    )
    problem_responses.install(application, missing)
    docs.install(application)
    routes = [*application.routes, *(route for router in ROUTERS for route in router.routes)]
    _refuse_own_path(settings.base_path, routes)
    metrics = Metrics()
    application.state.services = Services(
        settings, database, clock, metrics, problem_responses.allowed_methods(routes), query_parameters(routes)
    ).with_services(
        SealedReportCache(),
        MeasuresCache(),
        PublicAnswers(),
        Authenticator(database, clock, settings.key_cache_seconds),
        _figure_reads(settings, database, metrics),
        Readings(database, clock, settings.reads_per_hour),
        marks := AgencyMarks(),
        versions := DirectoryVersions(database, clock, settings.directory_cache_seconds),
        KioskTags(versions),
        Heartbeats(database),
        KioskPairing(database, marks, derive(secret, "pairing"), clock),
        KioskKeys(keys_of_devices),
        LinkGuesses(clock),
        IntegrityDoor(database, marks, derive(secret, RECEIPT_PEPPER), clock),
        *_workbooks(database, clock),
        *_people(settings, database, clock, secret),
        *_notifications(settings, database, clock, secret, metrics),
        _inventory(settings, database, clock, secret),
        Upkeep(database, clock, _upkeep_terms(settings, secret)),
    )
    for router in ROUTERS:
        application.include_router(router)
    return application


def _refuse_own_path(base_path: str, routes: Iterable[BaseRoute]) -> None:
    """A path such as `/t` could be the installation's or the ticket page's, where a proxy takes the first one off."""
    first = base_path.split("/")[1] if base_path else None
    if first in {getattr(route, "path", "").split("/")[1] for route in routes}:
        raise StartupError(
            f"CERMIN_PUBLIC_URL must not begin its path with /{first}, which is a page of Cermin itself."
        )


def _people(settings: Settings, database: Database, clock: Clock, secret: bytes) -> tuple[object, ...]:
    """The services by which persons sign in and are recognised."""
    sessions = Sessions(
        database, clock, readable_allowed=settings.passphrases_readable_on_network, public_url=settings.public_url
    )
    sign_in = SignIn(database, clock, secret, sessions, Passphrases())
    providers = Providers.of(provider_config(settings), database, clock, secret, sessions, sign_in)
    passkeys = Passkeys(database, clock, secret, sessions, sign_in, relying_party(settings.public_url))
    set_up = SetUp(database, clock, secret, sessions)
    return sessions, PersonGate(sessions.principal), sign_in, providers, passkeys, set_up


def _notifications(
    settings: Settings, database: Database, clock: Clock, secret: bytes, metrics: Metrics
) -> tuple[object, ...]:
    """The services by which people and machines are told what happened."""
    terms, mail = terms_of(secret, settings.webhook_hosts), mail_terms(settings)
    mailboxes = Mailboxes(secret, is_on=mail is not None)
    url = settings.public_url
    return terms, mailboxes, sender_of(database, clock, metrics, terms, mailboxes, mail=mail, public_url=url)


def _workbooks(database: Database, clock: Clock) -> tuple[object, ...]:
    """The services that take workbooks of the directory."""
    process = WorkbookProcess(database)
    return process, Uploads(database, clock, process)


def _inventory(settings: Settings, database: Database, clock: Clock, secret: bytes) -> NightlyInventory:
    """The nightly inventory, whose roots go into the log."""
    return NightlyInventory(
        database,
        clock,
        LogNaming(secret, settings.public_url),
        late_days=settings.late_limit_days,
        trace_days=settings.trace_days,
        folder=settings.log_folder,
    )


def _upkeep_terms(settings: Settings, secret: bytes) -> UpkeepTerms:
    """How the tables of ratings are looked after."""
    return UpkeepTerms(
        secret,
        settings.screen_at,
        settings.rating_retention_months,
        timedelta(days=settings.late_limit_days),
        timedelta(days=settings.trace_days),
    )


def open_database(settings: Settings) -> Database:
    """The database of these settings, not connected yet."""
    is_sqlite = address(settings.database_url).get_backend_name() == "sqlite"
    return Database(
        settings.database_url,
        # The lanes of PostgreSQL have connections of their own.
        pool_size=settings.pool_size if is_sqlite else max(1, settings.pool_size - settings.writers),
        statement_timeout_ms=settings.statement_timeout_ms,
        lock_timeout_ms=settings.lock_timeout_ms,
        owner_url=settings.owner_url,
    )


def _figure_reads(settings: Settings, database: Database, metrics: Metrics) -> FigureReads:
    """Where figures are read from: a replica beside the database, if one is set."""
    url = settings.read_database_url
    if url is not None and (database.is_sqlite or address(url).get_backend_name() == "sqlite"):
        raise StartupError("CERMIN_READ_DATABASE_URL is for PostgreSQL: both addresses must lead to it.")
    replica = url and Database(
        url,
        pool_size=settings.pool_size,
        statement_timeout_ms=settings.statement_timeout_ms,
        lock_timeout_ms=settings.lock_timeout_ms,
    )
    return FigureReads(
        database, replica or None, settings.read_lag_seconds, counted=metrics.read_from, aged=metrics.replica_age.set
    )


def _lifespan(secret: bytes, jobs: JobMaker) -> Lifespan[FastAPI]:
    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        services: Services = application.state.services
        settings, database, clock, metrics = services.settings, services.database, services.clock, services.metrics
        check_startup(settings, database, secret)
        with all_agencies():
            record_new_shipped(database, clock())
        figures = services.of(FigureReads)
        figures.look()
        nightly = NightlyScreening(
            database,
            clock,
            hour=settings.screen_at,
            trace_days=settings.trace_days,
            failed=metrics.screening_failures.inc,
        )
        releasing = NightlyRelease(
            database, clock, after_days=settings.release_after_days, late_days=settings.late_limit_days
        )
        # Only here, because a writer belongs to the event loop in which it was made.
        rewriting = rewriting_of(database, clock, settings.screen_at, metrics.rewriting_failures.inc)
        writer = _writer(settings, database)
        metrics.queued.set_function(lambda: writer.queued)
        application.state.services = services.with_services(
            nightly, releasing, rewriting, WritingCheck(writer.works), *_intake(services, writer, secret)
        )
        in_background = BackgroundJobs(jobs(services, nightly, releasing, rewriting))
        _tune_the_interpreter()
        try:
            yield
        finally:
            # In this order: screening begins nothing more, what was accepted reaches the disk, and only then do the
            # connections close.
            nightly.stop()
            releasing.stop()
            await writer.drain()
            await in_background.end()
            # A database that is away takes nothing any more, and the kiosks come again in a minute.
            with all_agencies(), suppress(SQLAlchemyError):
                services.of(Heartbeats).write()
            figures.dispose()
            database.dispose()

    return lifespan


def _writer(settings: Settings, database: Database) -> Writer:
    """The group-commit writer of this process and event loop."""
    # SQLite has one writer at a time anyway; a second one would only wait for the lock.
    lanes = [thread_lane(RatingStore(database))]
    if not database.is_sqlite:
        # Here, because an office with SQLite needs no driver of PostgreSQL.
        from app.ratings.loop_store import LoopStore
        from app.ratings.writer_task import task_lane

        lanes = [task_lane(LoopStore(database))] * settings.writers
    return Writer(lanes, queue_length=settings.queue_length, group_length=settings.group_length)


def _intake(services: Services, writer: Writer, secret: bytes) -> tuple[object, ...]:
    """The services that take ratings with a key, with a ticket and with neither, and the caches they use."""
    settings, database, clock = services.settings, services.database, services.clock
    late_limit = timedelta(days=settings.late_limit_days)
    catalogues = CatalogueCache(
        database, clock, seconds=settings.directory_cache_seconds, reach=late_limit + timedelta(days=1)
    )
    shelves = InstrumentCache(database, clock, settings.directory_cache_seconds)
    judge, store = RatingValidator(KeyMaker.of(secret), late_limit), RatingStore(database)
    pace = DevicePace(settings.device_per_hour, settings.device_burst, settings.device_interval_seconds)
    intake = Intake(
        catalogues=catalogues,
        instruments=shelves,
        validator=judge,
        store=store,
        writer=writer,
        clock=clock,
        quotas=DeviceQuotas(pace),
    )
    pepper, attempts = derive(secret, "ticket"), TicketAttempts(clock)
    redeemer = TicketIntake(
        database=database,
        catalogues=catalogues,
        marks=services.of(AgencyMarks),
        instruments=shelves,
        validator=judge,
        ratings=store,
        pepper=pepper,
        attempts=attempts,
        clock=clock,
        # SQLite has one writer at a time; on PostgreSQL the pool keeps connections for everybody else.
        limiter=CapacityLimiter(1 if database.is_sqlite else REDEEMING),
    )
    return (
        catalogues,
        intake,
        redeemer,
        OpenAnswerIntake(intake, catalogues, clock),
        TicketIssuer(database, catalogues, shelves, pepper),
        TicketLookup(database, services.of(AgencyMarks), pepper, attempts, clock),
    )


def _tune_the_interpreter() -> None:
    """Tune garbage collection and thread switching for an event loop with writer threads; see docs/performance.md."""
    # What lives as long as the process need not be walked again at every collection.
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    # A writer thread that comes back from the disk should not wait five milliseconds (the default) for its turn.
    sys.setswitchinterval(0.000_5)
