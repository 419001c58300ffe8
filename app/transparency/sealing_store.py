"""The SQL of sealing months and of dropping what is past its retention."""

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, func, inspect, select, text, update

from app.disclosure.sealed_store import sealed_with
from app.disclosure.tables import BlockRating, ChartMonth, FigureBlock, FigureRelease, Waiting
from app.foundation.storage.database import Session
from app.ratings.keys import first_key
from app.ratings.sealed_store import MONTH, RATING, SEALED
from app.ratings.tables import SealedMonth, Trace
from app.screening.tables import Finding
from app.transparency.inventory_store import FIXED_OF_BLOCK

BLOCK, MEMBER, CHART, WAITING, RELEASE, FINDING, TRACE = (
    inspect(table).local_table.c
    for table in (FigureBlock, BlockRating, ChartMonth, Waiting, FigureRelease, Finding, Trace)
)
BATCH = 500
Condition = Sequence[ColumnElement[bool]]


def untold(session: Session, agency_id: str, days: tuple[date, date], reach: int) -> int:
    """How many ratings of days from the one to before the other are in no block; `reach` as of keys."""
    (first, end), around = days, timedelta(days=reach)
    query = (
        select(func.count())
        .select_from(
            RATING.key.table.outerjoin(
                MEMBER.key.table, and_(MEMBER.agency_id == RATING.agency_id, MEMBER.key == RATING.key)
            )
        )
        .where(RATING.agency_id == agency_id, RATING.rated_on >= first, RATING.rated_on < end, MEMBER.key.is_(None))
        .where(RATING.key >= first_key(first - around), RATING.key < first_key(end + around))
    )
    n: int = session.execute(query).scalar_one()
    return n


def undecided(session: Session, agency_id: str, end: date) -> int:
    """How many findings before a day hold ratings and wait for a decision."""
    query = select(func.count()).where(
        FINDING.agency_id == agency_id, FINDING.standing == "held", FINDING.first_on < end
    )
    n: int = session.execute(query).scalar_one()
    return n


def last_decision(session: Session, agency_id: str, end: date) -> datetime | None:
    """When a finding before a day was decided last."""
    query = select(func.max(FINDING.decided_at)).where(FINDING.agency_id == agency_id, FINDING.first_on < end)
    return session.execute(query).scalar()


def newest_release(session: Session, agency_id: str) -> FigureRelease | None:
    """The agency's newest release."""
    query = select(FigureRelease).where(RELEASE.agency_id == agency_id).order_by(RELEASE.number.desc()).limit(1)
    return session.execute(query).scalar()


def has_unsummed(session: Session, agency_id: str, month: str) -> bool:
    """Whether the sums lack a block that began by this month."""
    query = select(BLOCK.block).where(BLOCK.agency_id == agency_id, BLOCK.summed.is_(False), BLOCK.first_month <= month)
    return session.execute(query.limit(1)).first() is not None


def told_lines(session: Session, agency_id: str, after: str | None, month: str) -> Iterator[str]:
    """All that is told, and said to wait, of the months that are sealed with this one, a line each, in their order."""
    blocks = select(*(BLOCK[name] for name in ("block", *FIXED_OF_BLOCK, "cell", "parts")))
    yield from _lines(
        session, "block", blocks.where(BLOCK.agency_id == agency_id, sealed_with(after, month)).order_by(BLOCK.block)
    )
    for name, table in (("chart", CHART), ("waiting", WAITING)):
        columns = [column for column in table if column.name != "agency_id"]
        query = select(*columns).where(table.agency_id == agency_id, table.month <= month)
        if after is not None:
            query = query.where(table.month > after)
        key = [column for column in columns if column.primary_key]
        yield from _lines(session, name, query.order_by(*key))


def _lines(session: Session, name: str, query: Any) -> Iterator[str]:
    for row in session.connection().execute(query, execution_options={"yield_per": BATCH}):
        yield json.dumps([name, *row], sort_keys=True, separators=(",", ":"))


def put(session: Session, row: SealedMonth) -> None:
    """Write the seal of a month."""
    session.add(row)
    session.flush()


def going(first: date, keys: tuple[UUID | None, UUID]) -> Condition:
    """The ratings that go: of days before `first`, with keys from the one (None: the lowest) to before the other."""
    lowest, end = keys
    upper = (RATING.rated_on < first, RATING.key < end)
    return upper if lowest is None else (*upper, RATING.key >= lowest)


def by_month(session: Session, agency_id: str, those: Condition) -> dict[str, int]:
    """How many of the ratings that go are of each month."""
    query = select(MONTH, func.count()).where(RATING.agency_id == agency_id, *those).group_by(MONTH)
    return {row[0]: row[1] for row in session.execute(query)}


def ticketed(session: Session, agency_id: str, those: Condition) -> list[tuple[str, str, str, int]]:
    """How many of them came with a ticket, by office, service and employee ('': nobody)."""
    employee = func.coalesce(RATING.employee, "")
    keys = (RATING.office, RATING.service, employee)
    query = select(*keys, func.count()).where(RATING.agency_id == agency_id, RATING.ticketed.is_(True), *those)
    return [(*row,) for row in session.execute(query.group_by(*keys).order_by(*keys))]


def add_dropped(session: Session, agency_id: str, counts: dict[str, int]) -> None:
    """Put down how many ratings of each month are gone."""
    for month, n in sorted(counts.items()):
        of_month = (SEALED.agency_id == agency_id, SEALED.month == month)
        session.execute(update(SealedMonth).where(*of_month).values(dropped=SEALED.dropped + n))


def delete_ratings(session: Session, agency_id: str, those: Condition) -> None:
    """Delete ratings, with what is joined to them."""
    keys = select(RATING.key).where(RATING.agency_id == agency_id, *those)
    session.execute(delete(BlockRating).where(MEMBER.agency_id == agency_id, MEMBER.key.in_(keys)))
    session.execute(delete(Trace).where(TRACE.agency_id == agency_id, TRACE.key.in_(keys)))
    session.execute(delete(RATING.key.table).where(RATING.agency_id == agency_id, *those))


def newest_days(session: Session, keys: tuple[UUID, UUID]) -> dict[str, date]:
    """By agency the newest day of the ratings with these keys."""
    first, end = keys
    query = select(RATING.agency_id, func.max(RATING.rated_on)).where(RATING.key >= first, RATING.key < end)
    return {row[0]: row[1] for row in session.execute(query.group_by(RATING.agency_id))}


def has_some(session: Session, agency_id: str, keys: tuple[UUID, UUID]) -> bool:
    """Whether the agency has a rating with one of these keys."""
    first, end = keys
    query = select(RATING.key).where(RATING.agency_id == agency_id, RATING.key >= first, RATING.key < end)
    return session.execute(query.limit(1)).first() is not None


def is_empty(session: Session, table: str) -> bool:
    """Whether a table has no row."""
    return session.execute(text(f"SELECT 1 FROM {table} LIMIT 1")).first() is None  # noqa: S608 - a name of ours
