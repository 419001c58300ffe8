"""One run of screening: read an office, let the rules look, hold what they doubt. A second run changes nothing."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple, TypeVar
from zoneinfo import ZoneInfo

import structlog

from app.access.audit import record
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.ratings.status_store import lock_agency, move
from app.screening import store
from app.screening.rules.all_rules import OfficeContext, screen
from app.screening.rules.coverage import coverage_drops
from app.screening.rules.sheets import Block, HourSpan
from app.screening.tables import Finding

log = structlog.get_logger("cermin.screening")

WIB = ZoneInfo("Asia/Jakarta")
COUNTED, HELD, NOTED = "counted", "held", "noted"

One = TypeVar("One")


class ScreeningOrder(NamedTuple):
    """What to look at: findings of the days of `span` only, with all days from `since` to `until` as history."""

    span: HourSpan
    since: date
    until: date
    now: datetime
    actor: str

    @property
    def today(self) -> date:
        """The present day in WIB, which begins last of the three zones."""
        return self.now.astimezone(WIB).date()


class ScreeningOutcome(NamedTuple):
    """What a run raised: findings that hold sheets, sheets held, and findings that only note something.

    `failed`: offices that could not be looked at to the end. The next run looks at the same days again.
    """

    findings: int = 0
    held: int = 0
    noted: int = 0
    failed: int = 0

    def plus(self, other: "ScreeningOutcome") -> "ScreeningOutcome":
        """Both together."""
        return ScreeningOutcome(*(a + b for a, b in zip(self, other, strict=True)))


def order(
    now: datetime, actor: str, trace_days: int, *, first: date | None = None, last: date | None = None
) -> ScreeningOrder:
    """The usual order: every day of which traces are kept, up to yesterday (in WIB, so over in every zone)."""
    yesterday = now.astimezone(WIB).date() - timedelta(days=1)
    # So many days of traces stand at every hour of the day; of the day before these some may be forgotten already.
    since = yesterday - timedelta(days=trace_days - 1)
    # A day that is not over is looked at only when somebody asks for it.
    span = HourSpan(first or since, last or yesterday)
    return ScreeningOrder(span, since, max(yesterday, span.last), now, actor)


def run(
    database: Database, what: ScreeningOrder, goes_on: Callable[[], bool] = lambda: True
) -> ScreeningOutcome | None:
    """Screen every agency, office by office; None when `goes_on` said that another process took over."""
    with database.reading() as session:
        agencies = store.agencies(session)
    total = ScreeningOutcome()
    for agency_id in agencies:
        found = run_agency(database, agency_id, what, goes_on)
        if found is None:
            return None
        total = total.plus(found)
    return total


def run_agency(
    database: Database,
    agency_id: str,
    what: ScreeningOrder,
    goes_on: Callable[[], bool] = lambda: True,
    track: Callable[[Iterable[tuple[str, str]]], Iterable[tuple[str, str]]] = lambda offices: offices,
) -> ScreeningOutcome | None:
    """Screen one agency; every finding is a transaction of its own, so that nothing is held for long."""
    total = ScreeningOutcome()
    with database.reading() as session:
        offices = store.offices(session, agency_id)
    for office, zone in track(offices):
        if not goes_on():
            return None
        total = total.plus(_screen(database, agency_id, office, zone, what))
    return total


def _screen(database: Database, agency_id: str, office: str, zone: str, what: ScreeningOrder) -> ScreeningOutcome:
    """One office. Whatever goes wrong there is logged and counted, and keeps no other office from its turn."""
    total = ScreeningOutcome()
    try:
        for block in _look(database, agency_id, office, ZoneInfo(zone), what):
            total = total.plus(_raise(database, agency_id, office, block, what))
    except Exception as error:
        log.error("screening.office_failed", agency=agency_id, office=office, error=type(error).__name__)
        total = total.plus(ScreeningOutcome(failed=1))
    return total


def _look(database: Database, agency_id: str, office: str, zone: ZoneInfo, what: ScreeningOrder) -> list[Block]:
    with database.snapshot(hurried=False) as session:
        sheets = store.sheets_of(session, agency_id, office, what.since, what.until)
        roster = store.roster_of(session, agency_id, office, zone, what.since)
        week = store.week_of(session, agency_id, office)
        tickets = store.tickets_of(session, agency_id, office, what.since)
    blocks = screen(sheets, OfficeContext(roster, week), what.span)
    return blocks + coverage_drops(tickets, what.span, what.today)


def _raise(database: Database, agency_id: str, office: str, block: Block, what: ScreeningOrder) -> ScreeningOutcome:
    """Hold the sheets of a block that nobody has doubted meanwhile, with the finding, its doubts and its audit row."""
    with database.unhurried() as session:
        lock_agency(session, agency_id)
        keys = store.undoubted(session, agency_id, block.keys)
        keys = move(session, agency_id, keys, source=COUNTED, target=HELD)
        if not keys and (block.keys or store.is_noted(session, agency_id, office, block)):
            return ScreeningOutcome()
        finding = Finding(
            agency_id=agency_id,
            finding_id=new_id(),
            reason=block.reason,
            office=office,
            employee=block.employee,
            first_on=block.first,
            days=block.days,
            hour=block.hour,
            n=len(keys),
            evidence=dict(block.evidence),
            standing=HELD if keys else NOTED,
            found_at=what.now,
        )
        store.add_finding(session, finding, keys)
        record(
            session,
            agency_id=agency_id,
            actor=what.actor,
            action="finding.raised",
            subject=str(finding.finding_id),
            at=what.now,
            reason=block.reason,
            office=office,
            n=len(keys),
        )
    return ScreeningOutcome(1, len(keys), 0) if keys else ScreeningOutcome(0, 0, 1)
