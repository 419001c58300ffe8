"""What a process has beside the intake with a key, all of it the service's own: tickets, and the sender of events."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from types import SimpleNamespace
from typing import Any, Protocol, cast
from uuid import UUID

from sqlalchemy import Engine, TextClause, text

from app.directory.agency_marks import AgencyMarks
from app.foundation.outgoing.posting import Answer
from app.foundation.storage.database import Database
from app.foundation.telemetry import Metrics
from app.intake.with_ticket import TicketIntake
from app.notifications.delivery_store import WAITING
from app.notifications.mail_sending import MailSending
from app.notifications.sending import Sender
from app.notifications.webhook_sending import WebhookSending
from app.ratings.store import RatingStore
from app.ratings.validation import RatingValidator
from app.tickets.attempts import TicketAttempts
from app.tickets.issuing import TicketIssuer
from app.tickets.reconciliation import reconcile_tickets
from tests.simulation.sql_store import QuietDatabase
from tests.simulation.town import CATALOGUE_CACHE, INSTRUMENT_CACHE
from tests.simulation.weather import Weather

PEPPER = b"a pepper of the simulation, long"
# As `webhook_sending`: whoever is silent gets no more.
SILENT = 8.0
METRICS = Metrics()
STATE = text(
    "SELECT state FROM delivery JOIN webhook ON webhook_id = receiver_id WHERE event_id = :event AND address = :at"
)
UNTOLD = text(
    "SELECT count(*) FROM outbox_event e LEFT JOIN delivery d ON d.event_id = e.event_id "
    "WHERE d.state IS NULL OR d.state = 'waiting'"
)
WANTED = text("SELECT event_id, address FROM outbox_event JOIN webhook USING (agency_id)")
LAST_DUE = text("SELECT max(due_at) FROM delivery WHERE state = 'waiting'")
SPENT = text("SELECT coalesce(sum(spent), 0) FROM ticket_count")
HOLDER = text("SELECT holder FROM lease WHERE name = 'notifications'")

Post = Callable[[str, dict[str, str], bytes], Awaitable[Answer]]


class Sending(Protocol):
    """A process that tells machines of events."""

    name: str
    lease_holder: str
    tell: Callable[[str], None]

    def stands_still(self) -> float:
        """For how long it does while it sends."""


def ticket_services(
    database: Database, clock: Callable[[], datetime], validator: RatingValidator
) -> tuple[TicketIntake, TicketIssuer]:
    """What takes, issues and arms tickets in one process."""
    intake = TicketIntake(
        database=database,
        catalogues=cast(Any, CATALOGUE_CACHE),
        marks=AgencyMarks(),
        instruments=cast(Any, INSTRUMENT_CACHE),
        validator=validator,
        ratings=RatingStore(database),
        pepper=PEPPER,
        attempts=TicketAttempts(clock),
        clock=clock,
        limiter=cast(Any, SimpleNamespace(statistics=lambda: SimpleNamespace(tasks_waiting=0))),
    )
    return intake, TicketIssuer(database, cast(Any, CATALOGUE_CACHE), cast(Any, INSTRUMENT_CACHE), PEPPER)


def sender_of(database: Database, clock: Callable[[], datetime], post: Post) -> Sender:
    """What tells machines of events in one process; no mail is sent."""
    opened = cast(Any, SimpleNamespace(opened=lambda row, part: getattr(row, part)))
    webhooks = WebhookSending(
        database, clock, METRICS, cast(Any, SimpleNamespace(post=post)), opened, public_url="https://kota.test"
    )
    mail = MailSending(database, clock, METRICS, None, cast(Any, None), public_url=None)
    return Sender(database, clock, webhooks, mail)


class Receivers:
    """The receivers of events: what they got, held against what the database says."""

    def __init__(self, engine: Engine, weather: Weather, breaks: Callable[[str], None]) -> None:
        self._engine = engine
        self._weather = weather
        self._breaks = breaks
        self._got: set[tuple[str, UUID]] = set()
        # Taken for somebody who had lost the lease by then: whoever has it may have it in hand already.
        self._late: set[tuple[str, UUID]] = set()

    def post_of(self, process: Sending) -> Post:
        """The network as this process has it."""

        async def post(address: str, headers: dict[str, str], _: bytes) -> Answer:
            delivery = address, UUID(headers["webhook-id"])
            process.tell(f"{process.name} posts {delivery[1]} to {address}")
            self._begins(delivery)
            await asyncio.sleep(self._weather.delay())
            if self._weather.loses():
                await asyncio.sleep(SILENT)
                return Answer("timeout")
            if self._weather.loses():
                return Answer("http-500")
            self._got.add(delivery)
            await asyncio.sleep(process.stands_still())
            if self._weather.loses():
                return Answer("timeout")
            if self._asked(HOLDER) != process.lease_holder:
                self._late.add(delivery)
            return Answer("http-204")

        return post

    def _begins(self, delivery: tuple[str, UUID]) -> None:
        at, event = delivery
        state = self._asked(STATE, event=event.hex, at=at)
        if state != WAITING and delivery not in self._late:
            self._breaks(f"an event is sent that is {state or 'not there'}")

    def _asked(self, question: TextClause, **values: object) -> object:
        with self._engine.connect() as connection:
            return connection.execute(question, values).scalar()

    @property
    def told(self) -> int:
        """How many messages were received."""
        return len(self._got)

    def seconds_left(self, now: datetime) -> float:
        """How long the delivery that waits longest is not tried again: after five failures hours."""
        last = self._asked(LAST_DUE)
        return max(0.0, (datetime.fromisoformat(f"{last}+00:00") - now).total_seconds()) if last else 0.0

    def are_told(self) -> bool:
        """Whether nothing waits to be told."""
        return not self._asked(UNTOLD)

    def at_the_end(self) -> list[str]:
        """What is wrong once everybody has come to an end."""
        with self._engine.connect() as connection:
            wanted = {(row.address, UUID(row.event_id)) for row in connection.execute(WANTED)}
        return ["an event never reaches who wants to be told"] if wanted - self._got else []


def spent_tickets(engine: Engine) -> int:
    """How many tickets were spent."""
    with engine.connect() as connection:
        return int(connection.execute(SPENT).scalar_one())


def ticket_faults(engine: Engine) -> list[str]:
    """Where counts, tickets and ratings differ: what `cermin check` says."""
    return list(reconcile_tickets(cast(Database, QuietDatabase(engine))).faults)
