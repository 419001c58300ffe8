"""One run of screening: read an office, apply the rules, hold what they doubt. A second run changes nothing."""

from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

import structlog

from app.access.audit import record
from app.foundation.ids import new_id
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import Database
from app.outbox.events import tell
from app.outbox.rules.kinds import EventKind
from app.ratings.status_store import lock_agency, move
from app.screening import store
from app.screening.rules.all_rules import OfficeContext, screen
from app.screening.rules.coverage import coverage_drops
from app.screening.rules.sheets import Block, DaySpan
from app.screening.tables import Finding

log = structlog.get_logger("cermin.screening")

WIB = ZoneInfo("Asia/Jakarta")
COUNTED, HELD, NOTED = "counted", "held", "noted"


class ScreeningOrder(NamedTuple):
    """What to screen: findings begin in the days of `span`; all days from `since` to `until` are their history."""

    span: DaySpan
    since: date
    until: date
    now: datetime
    actor: str

    @property
    def today(self) -> date:
        """The present day in WIB, which begins last of the three zones."""
        return self.now.astimezone(WIB).date()


class ScreeningOutcome(NamedTuple):
    """How many findings that hold sheets, sheets held, and findings that only note a pattern a run has recorded.

    `failed`: offices that could not be screened to the end. The next run reads the same days again.
    """

    findings: int = 0
    held: int = 0
    noted: int = 0
    failed: int = 0

    def plus(self, other: "ScreeningOutcome") -> "ScreeningOutcome":
        """The sum of both."""
        return ScreeningOutcome(*(a + b for a, b in zip(self, other, strict=True)))


def usual_order(
    now: datetime, actor: str, trace_days: int, *, first: date | None = None, last: date | None = None
) -> ScreeningOrder:
    """The usual order: every day of which traces are kept, up to yesterday (in WIB, so over in every zone)."""
    yesterday = now.astimezone(WIB).date() - timedelta(days=1)
    # So many whole days of traces are kept at every hour; of the day before these some may be deleted already.
    since = yesterday - timedelta(days=trace_days - 1)
    # A day that is not over is screened only when somebody asks for it: its history is incomplete.
    span = DaySpan(first or since, last or yesterday)
    return ScreeningOrder(span, since, max(yesterday, span.last), now, actor)


def run(
    database: Database, order: ScreeningOrder, may_continue: Callable[[], bool] = lambda: True
) -> ScreeningOutcome | None:
    """Screen every agency, office by office; None when `may_continue` returned False: another process took over."""
    with database.reading() as session:
        agencies = store.agencies(session)
    total = ScreeningOutcome()
    for agency_id in agencies:
        with of_agency(agency_id):
            found = run_agency(database, agency_id, order, may_continue)
        if found is None:
            return None
        total = total.plus(found)
    return total


def run_agency(
    database: Database,
    agency_id: str,
    order: ScreeningOrder,
    may_continue: Callable[[], bool] = lambda: True,
    track: Callable[[Iterable[tuple[str, str]]], Iterable[tuple[str, str]]] = lambda offices: offices,
) -> ScreeningOutcome | None:
    """Screen one agency; every finding is a transaction of its own, so that nothing is held for long."""
    total = ScreeningOutcome()
    with database.reading() as session:
        offices = store.offices(session, agency_id)
    for office, zone in track(offices):
        if not may_continue():
            return None
        total = total.plus(_screen(database, agency_id, office, zone, order))
    return total


def _screen(database: Database, agency_id: str, office: str, zone: str, order: ScreeningOrder) -> ScreeningOutcome:
    """Screen one office. An error there is logged and counted, and does not keep other offices from being screened."""
    total = ScreeningOutcome()
    try:
        for block in _doubted_blocks(database, agency_id, office, ZoneInfo(zone), order):
            total = total.plus(_record_finding(database, agency_id, office, block, order))
    except Exception as error:
        log.error("screening.office_failed", agency=agency_id, office=office, error=type(error).__name__)
        total = total.plus(ScreeningOutcome(failed=1))
    return total


def _doubted_blocks(
    database: Database, agency_id: str, office: str, zone: ZoneInfo, order: ScreeningOrder
) -> list[Block]:
    # Six weeks of a large office may take longer than a request is allowed to, and nobody waits for them.
    with database.snapshot(hurried=False) as session:
        sheets = store.sheets_of(session, agency_id, office, order.since, order.until)
        roster = store.roster_of(session, agency_id, office, zone, order.since)
        week = store.week_of(session, agency_id, office)
        tickets = store.tickets_of(session, agency_id, office, order.since)
    blocks = screen(sheets, OfficeContext(roster, week), order.span)
    return blocks + coverage_drops(tickets, order.span, order.today)


def _record_finding(
    database: Database, agency_id: str, office: str, block: Block, order: ScreeningOrder
) -> ScreeningOutcome:
    """Hold those sheets of a block that are not doubted meanwhile, and record finding, doubts and audit row."""
    with database.unhurried() as session:
        # The block was found without a lock: since then an auditor may have decided, or a second run held the same.
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
            found_at=order.now,
        )
        store.add_finding(session, finding, keys)
        record(
            session,
            agency_id=agency_id,
            actor=order.actor,
            action="finding.raised",
            subject=str(finding.finding_id),
            at=order.now,
            reason=block.reason,
            office=office,
            n=len(keys),
        )
        about = {"finding": str(finding.finding_id)}
        tell(session, EventKind.finding, agency_id=agency_id, office=office, about=about, at=order.now)
    return ScreeningOutcome(1, len(keys), 0) if keys else ScreeningOutcome(0, 0, 1)
