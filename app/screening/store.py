"""The SQL of screening: what the rules read, and findings with the sheets they doubt."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, case, delete, func, insert, inspect, select

from app.directory.tables import Agency, Duty, Office
from app.foundation.storage.database import Session
from app.ratings.tables import Rating, Trace
from app.screening.rules.coverage import QUIET_DAYS, Tickets
from app.screening.rules.one_device import COUNTER, DutyDay
from app.screening.rules.opening_hours import OpeningTimes, Week
from app.screening.rules.sheets import Block, ScreenedSheet
from app.screening.rules.timeline import Moment
from app.screening.schemas import FindingQuery
from app.screening.tables import Doubt, Finding, Opening
from app.tickets.tables import TicketCount

AGENCY, OFFICE, DUTY, RATING, TRACE, DOUBT, FINDING, OPENING, COUNT = (
    inspect(table).local_table.c
    for table in (Agency, Office, Duty, Rating, Trace, Doubt, Finding, Opening, TicketCount)
)
BATCH = 500
UNDECIDED = ("held", "noted")
STATES = {"waiting": UNDECIDED, "decided": ("released", "confirmed")}


def agencies(session: Session) -> Sequence[str]:
    """Every agency of the installation."""
    return session.execute(select(AGENCY.agency_id).order_by(AGENCY.agency_id)).scalars().all()


def offices(session: Session, agency_id: str) -> Sequence[tuple[str, str]]:
    """Every office of the agency with its time zone."""
    query = select(OFFICE.code, OFFICE.timezone).where(OFFICE.agency_id == agency_id).order_by(OFFICE.code)
    return [(code, zone) for code, zone in session.execute(query)]


def sheets_of(session: Session, agency_id: str, office: str, first: date, last: date) -> list[ScreenedSheet]:
    """The office's sheets of these local days that have a trace: counted, held or released ones, no open answers."""
    names = ("key", "rated_on", "employee", "counter", "channel", "ticketed", "instrument", "sheet", "standing")
    query = (
        select(*(RATING[name] for name in names), TRACE.hour, TRACE.source, DOUBT.key.label("doubted"))
        .select_from(Rating)
        .join(Trace, and_(TRACE.agency_id == RATING.agency_id, TRACE.key == RATING.key))
        .outerjoin(Doubt, and_(DOUBT.agency_id == RATING.agency_id, DOUBT.key == RATING.key))
        .where(
            RATING.agency_id == agency_id,
            RATING.office == office,
            RATING.rated_on.between(first, last),
            # Open answers are in no figure, so there is nothing to hold.
            RATING.standing.in_(("counted", "held")),
        )
        .order_by(RATING.key)
    )
    return [_sheet(row) for row in session.execute(query)]


def roster_of(session: Session, agency_id: str, office: str, zone: ZoneInfo, since: date) -> set[DutyDay]:
    """Who was at which counter on which local days, from a day on."""
    start = datetime.combine(since, datetime.min.time(), zone)
    query = select(DUTY.employee, DUTY.counter, DUTY.from_at, DUTY.until_at).where(
        DUTY.agency_id == agency_id, DUTY.office == office, DUTY.until_at >= start
    )
    found = set()
    for employee, counter, from_at, until_at in session.execute(query):
        # A duty that ends at midnight does not reach into the next day.
        day, last = from_at.astimezone(zone).date(), (until_at - timedelta(microseconds=1)).astimezone(zone).date()
        day = max(day, since)
        while day <= last:
            found.add(DutyDay(employee, day, COUNTER + counter))
            day += timedelta(days=1)
    return found


def week_of(session: Session, agency_id: str, office: str) -> Week | None:
    """The office's opening hours; None where none are recorded."""
    return weeks_of(session, agency_id, [office]).get(office)


def weeks_of(session: Session, agency_id: str, offices: Collection[str]) -> dict[str, Week]:
    """The opening hours of these offices; those without any are absent."""
    query = select(OPENING.office, OPENING.weekday, OPENING.opens, OPENING.closes, OPENING.since_on).where(
        OPENING.agency_id == agency_id, OPENING.office.in_(offices)
    )
    weeks: dict[str, Week] = {}
    for row in session.execute(query):
        known = weeks.get(row.office, Week(row.since_on, {}))
        hours = {**known.hours, row.weekday: OpeningTimes(row.opens, row.closes)}
        weeks[row.office] = Week(max(known.since, row.since_on), hours)
    return weeks


def has_hours(session: Session, agency_id: str) -> bool:
    """Whether the opening hours of any office are recorded."""
    return session.execute(select(OPENING.office).where(OPENING.agency_id == agency_id).limit(1)).first() is not None


def put_week(session: Session, agency_id: str, office: str, week: Week) -> None:
    """Replace the office's opening hours; no weekday at all means that nothing is known."""
    session.execute(delete(Opening).where(OPENING.agency_id == agency_id, OPENING.office == office))
    rows = [
        {"agency_id": agency_id, "office": office, "weekday": weekday, "since_on": week.since, **hours._asdict()}
        for weekday, hours in sorted(week.hours.items())
    ]
    if rows:
        session.execute(insert(Opening), rows)


def tickets_of(session: Session, agency_id: str, office: str, since: date) -> list[Tickets]:
    """Tickets armed and spent by employee and day of issue, of those armed for somebody."""
    query = (
        select(COUNT.employee, COUNT.issued_on, func.sum(COUNT.armed), func.sum(COUNT.spent))
        .where(
            COUNT.agency_id == agency_id, COUNT.office == office, COUNT.issued_on >= since, COUNT.employee != "",
            COUNT.armed > 0,
        )
        .group_by(COUNT.employee, COUNT.issued_on)
        .order_by(COUNT.employee, COUNT.issued_on)
    )  # fmt: skip
    return [Tickets(who, day, int(armed), int(spent)) for who, day, armed, spent in session.execute(query)]


def moments_of(session: Session, finding: Finding, last: date) -> list[Moment]:
    """The ratings of the finding's person, or office, from its first day to `last`, by day and hour, as far as traces
    say; `doubted` are those of this finding."""
    doubted = func.sum(case((DOUBT.finding_id == finding.finding_id, 1), else_=0))
    query = (
        select(RATING.rated_on, TRACE.hour, func.count(), doubted)
        .select_from(Rating)
        .join(Trace, and_(TRACE.agency_id == RATING.agency_id, TRACE.key == RATING.key))
        .outerjoin(Doubt, and_(DOUBT.agency_id == RATING.agency_id, DOUBT.key == RATING.key))
        .where(
            RATING.agency_id == finding.agency_id,
            RATING.office == finding.office,
            RATING.rated_on.between(finding.first_on, last),
            RATING.standing.in_(("counted", "held")),
        )
        .group_by(RATING.rated_on, TRACE.hour)
    )
    if finding.employee is not None:
        query = query.where(RATING.employee == finding.employee)
    return [Moment(day, hour, int(n), int(held)) for day, hour, n, held in session.execute(query)]


def undoubted(session: Session, agency_id: str, keys: Collection[UUID]) -> list[UUID]:
    """Those of the keys that no finding has doubted yet, sorted."""
    ordered, doubted = sorted(keys), set[UUID]()
    for start in range(0, len(ordered), BATCH):
        query = select(DOUBT.key).where(DOUBT.agency_id == agency_id, DOUBT.key.in_(ordered[start : start + BATCH]))
        doubted.update(session.execute(query).scalars())
    return [key for key in ordered if key not in doubted]


def add_finding(session: Session, finding: Finding, keys: Iterable[UUID]) -> None:
    """A finding and the sheets it doubts."""
    session.add(finding)
    session.flush()
    rows = [{"agency_id": finding.agency_id, "finding_id": finding.finding_id, "key": key} for key in keys]
    if rows:
        session.execute(insert(Doubt), rows)


def is_noted(session: Session, agency_id: str, office: str, block: Block) -> bool:
    """Whether a finding like this block exists for the same person within four weeks before or after."""
    quiet = timedelta(days=QUIET_DAYS)
    query = select(FINDING.finding_id).where(
        FINDING.agency_id == agency_id,
        FINDING.office == office,
        FINDING.reason == block.reason,
        FINDING.employee == block.employee,
        FINDING.first_on > block.first - quiet,
        FINDING.first_on < block.first + quiet,
    )
    return session.execute(query.limit(1)).first() is not None


def find(session: Session, agency_id: str, finding_id: UUID) -> Finding | None:
    """One finding of the agency."""
    return session.get(Finding, (agency_id, finding_id))


def doubted_keys(session: Session, agency_id: str, finding_id: UUID) -> Sequence[UUID]:
    """The sheets that a finding doubts."""
    query = select(DOUBT.key).where(DOUBT.agency_id == agency_id, DOUBT.finding_id == finding_id)
    return session.execute(query.order_by(DOUBT.key)).scalars().all()


def findings(
    session: Session,
    agency_id: str,
    asked: FindingQuery,
    *,
    within: Collection[str] | None,
    limit: int,
) -> Sequence[Finding]:
    """The findings asked for at the offices `within` (None: all), in the order in which they were recorded."""
    newest_first = asked.order == "newest"
    query = select(Finding).where(FINDING.agency_id == agency_id)
    wanted = {
        "within": None if within is None else FINDING.office.in_(sorted(within)),
        "standing": None if asked.standing is None else FINDING.standing == asked.standing,
        "first": None if asked.first is None else FINDING.first_on >= asked.first,
        "last": None if asked.last is None else FINDING.first_on <= asked.last,
        "state": None if asked.state is None else FINDING.standing.in_(STATES[asked.state]),
        "after": None if asked.after is None else _comes_after(asked.after, newest_first=newest_first),
    }
    query = query.where(*(each for each in wanted.values() if each is not None))
    order = FINDING.finding_id.desc() if newest_first else FINDING.finding_id
    return session.execute(query.order_by(order).limit(limit)).scalars().all()


def _comes_after(finding_id: UUID, *, newest_first: bool) -> ColumnElement[bool]:
    return FINDING.finding_id < finding_id if newest_first else FINDING.finding_id > finding_id


def count_undecided(session: Session) -> int:
    """How many findings of all agencies wait for a decision."""
    n: int = session.execute(select(func.count()).where(FINDING.standing.in_(UNDECIDED))).scalar_one()
    return n


def forget_released(session: Session, before: UUID) -> int:
    """Delete the doubts of released sheets whose traces are gone; returns how many."""
    # Without a trace no rule sees these sheets again, so nothing needs to know that they were released.
    forgotten = 0
    for agency_id in agencies(session):
        released = select(FINDING.finding_id).where(FINDING.agency_id == agency_id, FINDING.standing == "released")
        gone = delete(Doubt).where(DOUBT.agency_id == agency_id, DOUBT.key < before, DOUBT.finding_id.in_(released))
        forgotten += len(session.execute(gone.returning(DOUBT.key)).all())
    return forgotten


def _sheet(row: Any) -> ScreenedSheet:
    source = None if row.source is None else row.source.hex
    return ScreenedSheet(
        key=row.key,
        day=row.rated_on,
        hour=row.hour,
        employee=row.employee,
        place=source if row.counter is None else COUNTER + row.counter,
        channel=row.channel,
        ticketed=row.ticketed,
        instrument=row.instrument,
        answers=row.sheet,
        held=row.standing == "held",
        settled=row.doubted is not None and row.standing == "counted",
    )
