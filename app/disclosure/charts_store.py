"""The SQL of the weeks that charts count."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from itertools import starmap
from typing import Any, NamedTuple

from sqlalchemy import bindparam, delete, func, insert, or_, select, update

from app.disclosure.rules.division import Month
from app.disclosure.store import BLOCK, CHART, IN_BLOCK, JOINT, MEMBER, RATING, chunks, unsealed
from app.disclosure.tables import ChartMonth
from app.foundation.storage.database import Session
from app.ratings.status import COUNTED

# Only blocks of one office, of answers that count.
IN_CHARTS = (BLOCK.standing == COUNTED, BLOCK.office.is_not(None))


class Months(NamedTuple):
    """The first and last month of blocks."""

    first: Month
    last: Month


class ChartsOf(NamedTuple):
    """Whose charts: those of an office and its persons, by one questionnaire."""

    instrument: str
    office: str


class ChartKey(NamedTuple):
    """Which chart and month: an office's, an employee's there ('': the office's own)."""

    office: str
    employee: str
    month: Month


class ChartedBlock(NamedTuple):
    """A block as charts see it: whether it is told, and the Mondays of its weeks that they count.

    Weeks in which it has no ratings may be among these: of them nothing is to be counted.
    """

    block: int
    office: str
    employee: str | None
    first_month: Month
    last_month: Month
    released: bool
    office_weeks: set[date]
    employee_weeks: set[date]


class DayRatings(NamedTuple):
    """How many of a block's ratings of one day have the same answers; `joint` as of an unreleased rating."""

    block: int
    day: date
    sheet: str
    joint: bool
    n: int


def offices_to_judge(session: Session, agency_id: str, release: int | None) -> dict[str, list[str]]:
    """The offices, by instrument, with blocks that charts do not have as they are; those of this release, if given.

    All of them where there are no charts yet: the blocks of an older version have waited for the first.
    """
    changed = []
    if release is not None:
        changed = [or_(BLOCK.release >= release, ~select(CHART.office).where(CHART.agency_id == agency_id).exists())]
    query = (
        select(BLOCK.instrument, BLOCK.office)
        .distinct()
        .where(
            BLOCK.agency_id == agency_id, BLOCK.charted.is_(False), unsealed(session, agency_id), *IN_CHARTS, *changed
        )
        .order_by(BLOCK.instrument, BLOCK.office)
    )
    found: dict[str, list[str]] = {}
    for instrument, office in session.execute(query):
        found.setdefault(instrument, []).append(office)
    return found


def offices_in_charts(session: Session, agency_id: str) -> dict[str, list[str]]:
    """The offices, by instrument, of which charts are kept."""
    query = select(CHART.instrument, CHART.office).distinct().where(CHART.agency_id == agency_id)
    found: dict[str, list[str]] = {}
    for instrument, office in session.execute(query.order_by(CHART.instrument, CHART.office)):
        found.setdefault(instrument, []).append(office)
    return found


def blocks_of(
    session: Session, agency_id: str, instrument: str, offices: Collection[str], *, changed: bool
) -> dict[int, ChartedBlock]:
    """The blocks of these offices by their numbers: all, or those that charts do not have as they are.

    Weeks of sealed blocks that charts did not have then they never get.
    """
    keys = (BLOCK[name] for name in ChartedBlock._fields)
    query = select(*keys).where(
        BLOCK.agency_id == agency_id, BLOCK.instrument == instrument, *IN_CHARTS, BLOCK.office.in_(offices)
    )
    if changed:
        query = query.where(BLOCK.charted.is_(False), unsealed(session, agency_id))
    found = map(ChartedBlock._make, session.execute(query))
    return {
        each.block: each._replace(
            office_weeks=_mondays(each.office_weeks), employee_weeks=_mondays(each.employee_weeks)
        )
        for each in found
    }


def ratings_of(
    session: Session, agency_id: str, instrument: str, days: tuple[date, date], offices: Collection[str]
) -> Iterator[DayRatings]:
    """The told ratings of these offices and days, from the first to the last, by block and day."""
    keys = (MEMBER.block, RATING.rated_on, RATING.sheet, JOINT)
    query = (
        select(*keys, func.count())
        .select_from(RATING.key.table.join(MEMBER.key.table, IN_BLOCK))
        .where(RATING.agency_id == agency_id, RATING.rated_on.between(*days), RATING.instrument == instrument)
        .group_by(*keys)
    )
    # Office by office: asked for several at once, SQLite goes through all ratings of the agency.
    for office in sorted(offices):
        yield from starmap(DayRatings, session.execute(query.where(RATING.office == office)).all())


def chart_months(
    session: Session, agency_id: str, instrument: str, offices: Collection[str], months: Months | None = None
) -> list[Any]:
    """The rows of these offices' charts, of all months or of these: office, employee ('': its own), month, weeks."""
    keys = (CHART.office, CHART.employee, CHART.month, CHART.weeks)
    query = select(*keys).where(CHART.agency_id == agency_id, CHART.instrument == instrument, CHART.office.in_(offices))
    if months is not None:
        query = query.where(CHART.month.between(*months))
    return list(session.execute(query))


def replace_chart_months(
    session: Session,
    agency_id: str,
    instrument: str,
    rows: Mapping[ChartKey, Mapping[str, Any]],
    former: Collection[ChartKey],
) -> None:
    """Put these weeks in the place of the `former` of their office, employee and month; without any there is no row."""
    of_agency = {"agency_id": agency_id, "instrument": instrument}
    gone = delete(ChartMonth).where(
        *(CHART[name] == value for name, value in of_agency.items()),
        *(CHART[name] == bindparam(f"of_{name}") for name in ChartKey._fields),
    )
    keys = [{f"of_{name}": value for name, value in key._asdict().items()} for key in sorted(rows) if key in former]
    if keys:
        session.connection().execute(gone, keys)
    kept = [of_agency | key._asdict() | {"weeks": weeks} for key, weeks in sorted(rows.items()) if weeks]
    for batch in chunks(kept):
        session.execute(insert(CHART.weeks.table), batch)


def mark_charted(session: Session, agency_id: str, blocks: Sequence[tuple[ChartedBlock, bool]]) -> None:
    """Write which weeks of these blocks charts count, and whether that is all of them as they are told."""
    table = BLOCK.block.table
    query = (
        update(table)
        .where(BLOCK.agency_id == agency_id, BLOCK.block == bindparam("of_block"))
        .values(
            charted=bindparam("of_charts"), office_weeks=bindparam("of_office"), employee_weeks=bindparam("of_employee")
        )
    )
    rows = [
        {
            "of_block": block.block,
            "of_charts": done,
            "of_office": week_codes(block.office_weeks),
            "of_employee": week_codes(block.employee_weeks),
        }
        for block, done in blocks
    ]
    if rows:
        session.connection().execute(query, rows)


def week_codes(mondays: Collection[date]) -> list[str]:
    """Weeks as a block's row has them."""
    return [monday.isoformat() for monday in sorted(mondays)]


def _mondays(codes: Any) -> set[date]:
    return set(map(date.fromisoformat, codes or ()))
