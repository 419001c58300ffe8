"""The SQL that reads counts of sheets, from tallies or from rating rows as the plan says."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, Select, func, inspect, select

from app.foundation.storage.database import Session
from app.ratings.status import COUNTED, OPEN
from app.ratings.tables import Rating, Tally
from app.ratings.tallies.rules.grains import AGENCY_MONTH, OFFICE_DAY, Grain
from app.ratings.tallies.rules.query_plan import By, Segment, Selection
from app.ratings.tallies.rules.sheet_rows import DaySheets, SheetRow

# Status → sheet → n, for each group (None without a grouping).
GroupedCounts: TypeAlias = Mapping[str | None, Mapping[str, Mapping[str, int]]]

# Codes bound into one statement; far below what either driver takes.
BATCH = 500
# Rows of days held at once: a year of a large agency is millions of them.
AT_ONCE = 10_000

# Plain columns: rows of counts need nothing of the mapper, and reading them without it takes half the time.
TALLY, RATING = inspect(Tally).local_table.c, inspect(Rating).local_table.c

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


def sheet_counts(session: Session, agency_id: str, selection: Selection, segments: Sequence[Segment]) -> GroupedCounts:
    """The sheets of a selection, read from the segments of its plan; groups without ratings are absent."""
    counts: dict[str | None, dict[str, dict[str, int]]] = {}
    for segment in segments:
        for statement in _statements(agency_id, selection, segment):
            for *group, standing, sheet, n in session.connection().execute(statement):
                of_standing = counts.setdefault(group_name(selection.by, *group), {})
                of_sheet = of_standing.setdefault(standing, defaultdict(int))
                of_sheet[sheet] += n
    return counts


def sheet_rows(session: Session, agency_id: str, instrument: str, first: date, last: date) -> list[SheetRow]:
    """The sheets of local days from `first` to `last`, counted by everything that a `SheetRow` holds; no open ones.

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


def days_of_units(session: Session, agency_id: str, selection: Selection) -> Iterator[DaySheets]:
    """The counted sheets of every person or office (`selection.by`) by day; `offices` matter unless `whole_agency`.

    Offices come from their daily tallies, persons from an index that carries the sheet, in its order.
    """
    of_offices = selection.by is By.office
    table, unit, day = (
        (TALLY, TALLY.unit, TALLY.period_start) if of_offices else (RATING, RATING.employee, RATING.rated_on)
    )
    n = func.sum(TALLY.n) if of_offices else func.count()
    keys = (unit, day, table.sheet)
    query = (
        select(*keys, n)
        .where(
            table.agency_id == agency_id,
            unit.is_not(None),
            day.between(selection.first, selection.last),
            table.instrument == selection.instrument,
            table.standing == COUNTED,
        )
        .group_by(*keys)
        .order_by(unit, day)
    )
    if of_offices:
        query = query.where(TALLY.grain == OFFICE_DAY.name, TALLY.n > 0)
    place = unit if of_offices else RATING.office
    for batch in [None] if selection.whole_agency else batches(selection.offices):
        within = query if batch is None else query.where(place.in_(batch))
        for row in session.connection().execute(within, execution_options={"yield_per": AT_ONCE}):
            yield DaySheets(*row)


def _statements(agency_id: str, selection: Selection, segment: Segment) -> Iterator[Select[Any]]:
    if segment.grain is None:
        return _of_ratings(agency_id, selection, segment)
    return _of_tallies(agency_id, selection, segment, segment.grain)


def _of_tallies(agency_id: str, selection: Selection, segment: Segment, grain: Grain) -> Iterator[Select[Any]]:
    keys = group_columns(TALLY_GROUPS, selection.by, TALLY.standing, TALLY.sheet)
    query = (
        select(*keys, func.sum(TALLY.n))
        .where(
            TALLY.agency_id == agency_id,
            TALLY.grain == grain.name,
            TALLY.period_start.between(segment.first, segment.last),
            TALLY.instrument == selection.instrument,
            # A sheet that changes its status leaves a count of zero behind.
            TALLY.n > 0,
            *filters_of(TALLY_GROUPS, selection),
        )
        .group_by(*keys)
    )
    units = [agency_id] if grain is AGENCY_MONTH else selection.offices
    return (query.where(TALLY.unit.in_(batch)) for batch in batches(units))


def _of_ratings(agency_id: str, selection: Selection, segment: Segment) -> Iterator[Select[Any]]:
    keys = group_columns(RATING_GROUPS, selection.by, RATING.standing, RATING.sheet)
    query = (
        select(*keys, func.count())
        .where(
            RATING.agency_id == agency_id,
            RATING.rated_on.between(segment.first, segment.last),
            RATING.instrument == selection.instrument,
            *filters_of(RATING_GROUPS, selection),
        )
        .group_by(*keys)
    )
    if selection.by is By.employee:
        query = query.where(RATING.employee.is_not(None))
    if selection.whole_agency and By.employee in selection.distinctions:
        # Without the office the index on employees answers alone: three times faster on SQLite.
        return iter([query])
    return (query.where(RATING.office.in_(batch)) for batch in batches(selection.offices))


def group_columns(
    groups: Mapping[By, ColumnElement[Any]], by: By | None, *kept: ColumnElement[Any]
) -> tuple[ColumnElement[Any], ...]:
    """The columns to select and group by: that of the grouping first, if there is one, then those kept."""
    return kept if by is None else (groups[by], *kept)


def filters_of(groups: Mapping[By, ColumnElement[Any]], selection: Selection) -> list[ColumnElement[bool]]:
    """The conditions of a selection on service, employee and channel."""
    wanted = {
        By.service: selection.service,
        By.employee: selection.employee,
        By.channel: selection.channel,
    }
    return [groups[kind] == value for kind, value in wanted.items() if value is not None]


def group_name(by: By | None, raw: str | date | None = None) -> str | None:
    """A group's name on the wire. Days fold into months here: the two databases have no common function for it."""
    if not isinstance(raw, date):
        return raw
    return raw.isoformat()[:7] if by is By.month else raw.isoformat()


def batches(codes: Collection[str]) -> Iterator[list[str]]:
    """The codes in order, at most `BATCH` at a time."""
    ordered = sorted(codes)
    return (ordered[start : start + BATCH] for start in range(0, len(ordered), BATCH))
