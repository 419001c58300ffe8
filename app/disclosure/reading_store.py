"""The SQL that reads what is released: blocks, their sums, and what waits."""

from collections import Counter
from collections.abc import Collection, Iterator
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, and_, func, select

from app.disclosure.rules.division import Month
from app.disclosure.rules.due import RatingGroup
from app.disclosure.store import AT_ONCE, BLOCK, IN_BLOCK, MEMBER, RATING, SUM, WAITING, batches
from app.foundation.storage.database import Session
from app.ratings.rules.selection import By, Selection
from app.ratings.rules.sheet_counts import DaySheets
from app.ratings.status import COUNTED

# A part of which nothing is known.
EVERYTHING = dict.fromkeys(RatingGroup._fields, "")


class Asked(NamedTuple):
    """Of which agency, questionnaire, months and offices (None: all, and what several offices tell together)."""

    agency_id: str
    instrument: str
    first: Month
    last: Month
    offices: Collection[str] | None


def released_blocks(session: Session, asked: Asked) -> Iterator[Any]:
    """The rows of told blocks with a rating in these months."""
    query = select(*BLOCK).where(*_of_months(BLOCK, asked), BLOCK.released.is_(True))
    if asked.offices is None:
        yield from session.execute(query)
        return
    for batch in batches(asked.offices):
        yield from session.execute(query.where(BLOCK.office.in_(batch)))
    # Of blocks of several offices, what each of these leaves out.
    yield from pooled_blocks(session, asked)


def pooled_blocks(session: Session, asked: Asked) -> Iterator[Any]:
    """The rows of told blocks of several offices with a rating in these months."""
    query = select(*BLOCK).where(*_of_months(BLOCK, asked), BLOCK.released.is_(True), BLOCK.office.is_(None))
    return iter(session.execute(query))


def released_sums(session: Session, asked: Asked, *, split: bool) -> Iterator[Any]:
    """The rows of sums with a rating in these months; office '' is the whole agency, None is every single one."""
    query = select(*SUM).where(*_of_months(SUM, asked), SUM.split.is_(split))
    for batch in [None] if asked.offices is None else batches(asked.offices):
        yield from session.execute(query.where(SUM.office != "" if batch is None else SUM.office.in_(batch)))


def told_instruments(session: Session, agency_id: str) -> list[str]:
    """The questionnaires of which there are blocks, in order."""
    query = select(BLOCK.instrument).where(BLOCK.agency_id == agency_id).distinct().order_by(BLOCK.instrument)
    return list(session.execute(query).scalars())


def released_days(session: Session, agency_id: str, selection: Selection) -> Iterator[DaySheets]:
    """The told sheets of every person or office (`selection.by`) by day; `offices` matter unless `whole_agency`.

    Nobody but the charts reads it: an alarm is one bit about weeks of ten answers and more (decision 9).
    """
    unit = BLOCK.office if selection.by is By.office else BLOCK.employee
    keys = (unit, RATING.rated_on, RATING.sheet)
    query = (
        select(*keys, func.count())
        .select_from(
            RATING.key.table.join(MEMBER.key.table, IN_BLOCK).join(
                BLOCK.block.table, and_(BLOCK.agency_id == MEMBER.agency_id, BLOCK.block == MEMBER.block)
            )
        )
        .where(
            RATING.agency_id == agency_id,
            RATING.rated_on.between(selection.first, selection.last),
            RATING.instrument == selection.instrument,
            BLOCK.standing == COUNTED,
            BLOCK.released.is_(True),
            unit.is_not(None),
            unit != "",
        )
        .group_by(*keys)
        .order_by(unit, RATING.rated_on)
    )
    for batch in [None] if selection.whole_agency else batches(selection.offices):
        within = query if batch is None else query.where(BLOCK.office.in_(batch))
        for row in session.connection().execute(within, execution_options={"yield_per": AT_ONCE}):
            yield DaySheets(*row)


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
    found: Counter[RatingGroup] = Counter()
    for batch in [None] if asked.offices is None else batches(asked.offices):
        within = query if batch is None else query.where(WAITING.office.in_(batch))
        for row in session.execute(within):
            known = dict(zip(names, row[:-1], strict=True))
            found[RatingGroup(**EVERYTHING | {"instrument": asked.instrument} | known)] += int(row[-1])
    return found


def _of_months(table: Any, asked: Asked) -> list[ColumnElement[bool]]:
    return [
        table.agency_id == asked.agency_id,
        table.instrument == asked.instrument,
        table.first_month <= asked.last,
        table.last_month >= asked.first,
    ]
