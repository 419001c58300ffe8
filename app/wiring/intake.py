"""What takes ratings in: the writer of this process and the three ways to it."""

from datetime import timedelta

from anyio import CapacityLimiter

from app.directory.agency_marks import AgencyMarks
from app.directory.catalogue_cache import CatalogueCache
from app.foundation.http.services import Services
from app.foundation.secret import derive
from app.foundation.settings import Settings
from app.foundation.storage.database import Database
from app.instruments.registry import InstrumentCache
from app.intake.invitation.ticket_lookup import TicketLookup
from app.intake.rules.quotas import DevicePace, DeviceQuotas
from app.intake.with_key import Intake
from app.intake.with_ticket import TicketIntake
from app.intake.without_key import OpenAnswerIntake
from app.ratings.keys import KeyMaker
from app.ratings.store import RatingStore
from app.ratings.validation import RatingValidator
from app.ratings.writer import Writer
from app.ratings.writer_thread import thread_lane
from app.tickets.attempts import TicketAttempts
from app.tickets.issuing import TicketIssuer

# How many tickets may be redeemed at the same time.
REDEEMING = 4


def writer_of(settings: Settings, database: Database) -> Writer:
    """The group-commit writer of this process and event loop."""
    # SQLite has one writer at a time anyway; a second one would only wait for the lock.
    lanes = [thread_lane(RatingStore(database))]
    if not database.is_sqlite:
        # Here, because an office with SQLite needs no driver of PostgreSQL.
        from app.ratings.loop_store import LoopStore
        from app.ratings.writer_task import task_lane

        lanes = [task_lane(LoopStore(database))] * settings.writers
    return Writer(lanes, queue_length=settings.queue_length, group_length=settings.group_length)


def intake_of(services: Services, writer: Writer, secret: bytes) -> tuple[object, ...]:
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
