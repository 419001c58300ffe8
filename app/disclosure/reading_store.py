"""The SQL that reads what is released: blocks, their sums, and what waits."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias

from sqlalchemy import JSON, ColumnElement, Select, and_, case, func, literal_column, null, select, type_coerce

from app.disclosure.rules.division import Month
from app.disclosure.rules.due import RatingGroup
from app.disclosure.store import AT_ONCE, BATCH, BLOCK, CHART, SUM, WAITING, batches
from app.foundation.storage.database import Session
from app.ratings.rules.selection import By

# A part of which nothing is known.
EVERYTHING = dict.fromkeys(RatingGroup._fields, "")


# What figures read of a block, and of a sum in the same places: nothing else is fetched and parsed.
OF_BLOCK: tuple[ColumnElement[Any], ...] = (
    BLOCK.standing,
    BLOCK.office,
    BLOCK.employee,
    BLOCK.first_month,
    BLOCK.last_month,
    BLOCK.service,
    BLOCK.service_mode,
    BLOCK.channel,
    BLOCK.cell,
    BLOCK.parts,
    BLOCK.release,
)
# Of a person's ratings of one month at one office no question about persons counts some and leaves out others.
OF_ONE_PERSON = and_(BLOCK.employee.is_not(None), BLOCK.office.is_not(None), BLOCK.first_month == BLOCK.last_month)
OF_PERSONS = tuple(
    type_coerce(case((OF_ONE_PERSON, null()), else_=each), JSON) if each is BLOCK.parts else each for each in OF_BLOCK
)
OF_SUM: tuple[ColumnElement[Any], ...] = (
    SUM.standing,
    SUM.office,
    null(),
    SUM.first_month,
    SUM.last_month,
    SUM.service,
    SUM.service,
    SUM.channel,
    SUM.cell,
    SUM.parts,
    literal_column("0"),
)
BlockRow: TypeAlias = Sequence[Any]


class Asked(NamedTuple):
    """Of which agency, questionnaire, months, offices (None: all, and what several tell together) and person.

    `persons`: only what is about persons, or about several of them.
    """

    agency_id: str
    instrument: str
    first: Month
    last: Month
    offices: Collection[str] | None
    employee: str | None = None
    persons: bool = False


def released_blocks(session: Session, asked: Asked) -> Iterator[BlockRow]:
    """The rows of told blocks with a rating in these months; of a person, and of several persons, if one is asked for.

    Blocks of another person tell nothing about this one, also not what is left out.
    """
    query = select(*(OF_PERSONS if asked.persons else OF_BLOCK)).where(
        *_of_months(BLOCK, asked), BLOCK.released.is_(True)
    )
    own = BLOCK.employee > "" if asked.persons else BLOCK.employee == asked.employee
    whose = [own, BLOCK.employee.is_(None)] if asked.persons or asked.employee is not None else []
    # Asked one by one: each has an index of its own.
    for one in [query.where(each) for each in whose] or [query]:
        for batch in [None] if asked.offices is None else batches(asked.offices):
            yield from _rows(session, one if batch is None else one.where(BLOCK.office.in_(batch)))
    if asked.offices is not None:
        # Of blocks of several offices, what each of these leaves out.
        yield from pooled_blocks(session, asked)


def newest_told(session: Session, asked: Asked, standing: str) -> dict[str | None, int]:
    """Of each office (None: of several together) the newest release of its blocks that are of these months alone."""
    query = select(BLOCK.office, func.max(BLOCK.release)).where(
        BLOCK.agency_id == asked.agency_id,
        BLOCK.instrument == asked.instrument,
        BLOCK.first_month >= asked.first,
        BLOCK.last_month <= asked.last,
        BLOCK.standing == standing,
        BLOCK.released.is_(True),
    )
    return {row[0]: row[1] for row in session.execute(query.group_by(BLOCK.office))}


def pooled_blocks(session: Session, asked: Asked) -> Iterator[BlockRow]:
    """The rows of told blocks of several offices with a rating in these months."""
    query = select(*OF_BLOCK).where(*_of_months(BLOCK, asked), BLOCK.released.is_(True), BLOCK.office.is_(None))
    return _rows(session, query)


def released_sums(session: Session, asked: Asked, *, split: bool) -> Iterator[BlockRow]:
    """The rows of sums with a rating in these months; office '' is the whole agency, None is every single one."""
    query = select(*OF_SUM).where(*_of_months(SUM, asked), SUM.split.is_(split))
    for batch in [None] if asked.offices is None else batches(asked.offices):
        yield from _rows(session, query.where(SUM.office != "" if batch is None else SUM.office.in_(batch)))


def told_instruments(session: Session, agency_id: str) -> list[str]:
    """The questionnaires of which there are blocks, in order."""
    query = select(BLOCK.instrument).where(BLOCK.agency_id == agency_id).distinct().order_by(BLOCK.instrument)
    return list(session.execute(query).scalars())


def told_months(session: Session, agency_id: str, instrument: str) -> list[Month]:
    """The months in which told blocks of a questionnaire begin or end, in order."""
    # The sums of the whole agency: a few rows for each month.
    of_all = (SUM.agency_id == agency_id, SUM.instrument == instrument, SUM.office == "")
    rows = session.execute(select(SUM.first_month, SUM.last_month).where(*of_all).distinct())
    return sorted({month for row in rows for month in row})


def charted_weeks(session: Session, asked: Asked, by: By) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The weeks, by Monday, that the charts of every person or office count; months are those of the weeks' Sundays.

    A unit comes several times: once for each month, and for each office at which a person serves.
    """
    unit = CHART.office if by is By.office else CHART.employee
    query = select(unit, CHART.weeks).where(
        CHART.agency_id == asked.agency_id,
        CHART.instrument == asked.instrument,
        CHART.month.between(asked.first, asked.last),
        CHART.employee == "" if by is By.office else CHART.employee != "",
    )
    for batch in [None] if asked.offices is None else batches(asked.offices):
        within = query if batch is None else query.where(CHART.office.in_(batch))
        for row in session.connection().execute(within, execution_options={"yield_per": AT_ONCE}):
            yield row[0], row[1]


def waiting_counts(session: Session, asked: Asked, apart: Collection[str]) -> dict[RatingGroup, int]:
    """How many ratings of these months and offices wait to be told, by month, standing and what is to be kept `apart`.

    Of the names of a part: office, employee, service, channel; the others are ''.
    """
    kept = [WAITING[name] for name in RatingGroup._fields if name in apart or name in ("standing", "month")]
    names = [column.name for column in kept]
    query = (
        select(*kept, func.sum(WAITING.n))
        .where(
            WAITING.agency_id == asked.agency_id,
            WAITING.instrument == asked.instrument,
            WAITING.month.between(asked.first, asked.last),
        )
        .group_by(*kept)
    )
    if asked.persons:
        query = query.where(WAITING.employee > "")
    found: Counter[RatingGroup] = Counter()
    for batch in [None] if asked.offices is None else batches(asked.offices):
        within = query if batch is None else query.where(WAITING.office.in_(batch))
        for row in session.execute(within):
            known = dict(zip(names, row[:-1], strict=True))
            found[RatingGroup(**EVERYTHING | {"instrument": asked.instrument} | known)] += int(row[-1])
    return found


def _rows(session: Session, query: Select[Any]) -> Iterator[BlockRow]:
    # Fetched by the hundred: one at a time costs as much again as what is read.
    for rows in session.execute(query).partitions(BATCH):
        yield from rows


def _of_months(table: Any, asked: Asked) -> list[ColumnElement[bool]]:
    return [
        table.agency_id == asked.agency_id,
        table.instrument == asked.instrument,
        table.first_month <= asked.last,
        table.last_month >= asked.first,
    ]
