"""The only SQL of this room: counts of sheets from tallies or rating rows, and names to show with them."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, and_, func, inspect, select

from app.directory.tables import Employee, Office, Service
from app.foundation.database import Session
from app.indices.courses import DaySheets
from app.indices.plan import By, Segment, Selection
from app.indices.sheet_rows import SheetRow
from app.ratings.grains import AGENCY_MONTH, OFFICE_DAY, Grain
from app.ratings.standings import COUNTED, HELD, OPEN
from app.ratings.tables import Rating, Tally
from app.screening.tables import Doubt, Finding

# Standing → sheet → n, for each group (None without a grouping).
GroupedCounts: TypeAlias = Mapping[str | None, Mapping[str, Mapping[str, int]]]
# Reason → n, likewise.
GroupedReasons: TypeAlias = Mapping[str | None, Mapping[str, int]]

# Codes bound into one statement; far below what either driver takes.
BATCH = 500
# Rows of days held at once: a year of a large agency is millions of them.
AT_ONCE = 10_000

# Plain columns: rows of counts need nothing of the mapper, and reading them without it takes half the time.
OFFICE, SERVICE, EMPLOYEE = (inspect(table).local_table.c for table in (Office, Service, Employee))
TALLY, RATING = inspect(Tally).local_table.c, inspect(Rating).local_table.c
FINDING, DOUBT = inspect(Finding).local_table.c, inspect(Doubt).local_table.c

TALLY_GROUPS: Mapping[By, ColumnElement[Any]] = {
    By.office: TALLY.unit,
    By.service: TALLY.service,
    By.channel: TALLY.channel,
    By.month: TALLY.period_start,
    By.day: TALLY.period_start,
}
RATING_GROUPS: Mapping[By, ColumnElement[Any]] = {
    By.office: RATING.office,
    By.service: RATING.service,
    By.employee: RATING.employee,
    By.channel: RATING.channel,
    By.month: RATING.rated_on,
    By.day: RATING.rated_on,
}
NAMED = {By.office: OFFICE, By.service: SERVICE, By.employee: EMPLOYEE}


def sheet_counts(session: Session, agency_id: str, selection: Selection, segments: Sequence[Segment]) -> GroupedCounts:
    """The sheets of a selection, read from the segments of its plan; groups without ratings are absent."""
    counts: dict[str | None, dict[str, dict[str, int]]] = {}
    for segment in segments:
        for statement in _statements(agency_id, selection, segment):
            for *group, standing, sheet, n in session.connection().execute(statement):
                of_standing = counts.setdefault(_value(selection.by, *group), {})
                of_sheet = of_standing.setdefault(standing, defaultdict(int))
                of_sheet[sheet] += n
    return counts


def held_reasons(session: Session, agency_id: str, selection: Selection) -> GroupedReasons:
    """Why sheets of a selection are held: reason → n for each group; sheets that no finding doubts are in none."""
    keys = _keys(RATING_GROUPS, selection.by, FINDING.reason)
    query = (
        select(*keys, func.count())
        .select_from(RATING.key.table)
        .join(DOUBT.key.table, and_(DOUBT.agency_id == RATING.agency_id, DOUBT.key == RATING.key))
        .join(FINDING.reason.table, and_(FINDING.agency_id == DOUBT.agency_id, FINDING.finding_id == DOUBT.finding_id))
        .where(
            RATING.agency_id == agency_id,
            RATING.standing == HELD,
            RATING.rated_on.between(selection.first, selection.last),
            RATING.instrument == selection.instrument,
            *_filters(RATING_GROUPS, selection),
        )
        .group_by(*keys)
    )
    reasons: dict[str | None, Counter[str]] = {}
    for batch in _batches(selection.offices):
        for *group, reason, n in session.connection().execute(query.where(RATING.office.in_(batch))):
            reasons.setdefault(_value(selection.by, *group), Counter())[reason] += n
    return reasons


def sheet_rows(session: Session, agency_id: str, instrument: str, first: date, last: date) -> list[SheetRow]:
    """Every sheet from one local day to another, both included, added up by all it is told apart by; no open ones.

    Measures and reports, of persons, offices and surveys, start here: an open answer is in none of them.
    """
    keys = (RATING.office, RATING.employee, RATING.service, RATING.channel, RATING.standing, RATING.sheet)
    query = (
        select(*keys, func.count())
        .where(
            RATING.agency_id == agency_id,
            RATING.rated_on.between(first, last),
            RATING.instrument == instrument,
            RATING.standing != OPEN,
        )
        .group_by(*keys)
    )
    return [SheetRow(*row) for row in session.connection().execute(query)]


def days_of_units(
    session: Session,
    agency_id: str,
    instrument: str,
    by: By,
    first: date,
    last: date,
    offices: frozenset[str] | None,
) -> Iterator[DaySheets]:
    """The counted sheets of every person or office by day, from `first` to `last`, at these offices (None: all).

    Offices come from their daily tallies, persons from an index that carries the sheet, in its order.
    """
    table, unit, day = (
        (TALLY, TALLY.unit, TALLY.period_start) if by is By.office else (RATING, RATING.employee, RATING.rated_on)
    )
    n = func.sum(TALLY.n) if by is By.office else func.count()
    keys = (unit, day, table.sheet)
    query = (
        select(*keys, n)
        .where(
            table.agency_id == agency_id,
            unit.is_not(None),
            day.between(first, last),
            table.instrument == instrument,
            table.standing == COUNTED,
        )
        .group_by(*keys)
        .order_by(unit, day)
    )
    if by is By.office:
        query = query.where(TALLY.grain == OFFICE_DAY.name, TALLY.n > 0)
    place = unit if by is By.office else RATING.office
    for batch in [None] if offices is None else _batches(offices):
        within = query if batch is None else query.where(place.in_(batch))
        for row in session.connection().execute(within, execution_options={"yield_per": AT_ONCE}):
            yield DaySheets(*row)


def families_of(session: Session, agency_id: str) -> Mapping[str, str]:
    """Each service's family."""
    query = select(SERVICE.code, SERVICE.family).where(SERVICE.agency_id == agency_id)
    return {row.code: row.family for row in session.connection().execute(query)}


def office_parents(session: Session, agency_id: str) -> Mapping[str, str | None]:
    """Every office of the agency with the one above it."""
    query = select(OFFICE.code, OFFICE.parent).where(OFFICE.agency_id == agency_id)
    return {row.code: row.parent for row in session.connection().execute(query)}


def names_of(session: Session, agency_id: str, kind: By, codes: Collection[str]) -> Mapping[str, str]:
    """The names behind codes of offices, services or employees; unknown codes are absent.

    Channels, months and days have no names.
    """
    if kind not in NAMED:
        return {}
    table, names = NAMED[kind], {}
    for batch in _batches(codes):
        query = select(table.code, table.name).where(table.agency_id == agency_id, table.code.in_(batch))
        names.update({row.code: row.name for row in session.connection().execute(query)})
    return names


def _statements(agency_id: str, selection: Selection, segment: Segment) -> Iterator[Select[Any]]:
    if segment.grain is None:
        return _of_ratings(agency_id, selection, segment)
    return _of_tallies(agency_id, selection, segment, segment.grain)


def _of_tallies(agency_id: str, selection: Selection, segment: Segment, grain: Grain) -> Iterator[Select[Any]]:
    keys = _keys(TALLY_GROUPS, selection.by, TALLY.standing, TALLY.sheet)
    query = (
        select(*keys, func.sum(TALLY.n))
        .where(
            TALLY.agency_id == agency_id,
            TALLY.grain == grain.name,
            TALLY.period_start.between(segment.first, segment.last),
            TALLY.instrument == selection.instrument,
            # Moving a sheet to the other standing leaves a count of zero behind.
            TALLY.n > 0,
            *_filters(TALLY_GROUPS, selection),
        )
        .group_by(*keys)
    )
    units = [agency_id] if grain is AGENCY_MONTH else selection.offices
    return (query.where(TALLY.unit.in_(batch)) for batch in _batches(units))


def _of_ratings(agency_id: str, selection: Selection, segment: Segment) -> Iterator[Select[Any]]:
    keys = _keys(RATING_GROUPS, selection.by, RATING.standing, RATING.sheet)
    query = (
        select(*keys, func.count())
        .where(
            RATING.agency_id == agency_id,
            RATING.rated_on.between(segment.first, segment.last),
            RATING.instrument == selection.instrument,
            *_filters(RATING_GROUPS, selection),
        )
        .group_by(*keys)
    )
    if selection.by is By.employee:
        query = query.where(RATING.employee.is_not(None))
    if selection.whole_agency and By.employee in selection.asked:
        # Without the office the index on employees answers alone: three times faster on SQLite.
        return iter([query])
    return (query.where(RATING.office.in_(batch)) for batch in _batches(selection.offices))


def _keys(
    groups: Mapping[By, ColumnElement[Any]], by: By | None, *kept: ColumnElement[Any]
) -> tuple[ColumnElement[Any], ...]:
    return kept if by is None else (groups[by], *kept)


def _filters(groups: Mapping[By, ColumnElement[Any]], selection: Selection) -> list[ColumnElement[bool]]:
    wanted = {
        By.service: selection.service,
        By.employee: selection.employee,
        By.channel: selection.channel,
    }
    return [groups[kind] == value for kind, value in wanted.items() if value is not None]


def _value(by: By | None, raw: str | date | None = None) -> str | None:
    """A group as it is named outside; days fold into their month here, since each store does it otherwise."""
    if not isinstance(raw, date):
        return raw
    return raw.isoformat()[:7] if by is By.month else raw.isoformat()


def _batches(codes: Collection[str]) -> Iterator[list[str]]:
    ordered = sorted(codes)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))
