"""The SQL of the ledger: blocks and their ratings, and releases."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import (
    JSON,
    ColumnElement,
    String,
    and_,
    cast,
    column,
    func,
    insert,
    inspect,
    or_,
    select,
    table,
    text,
    true,
    update,
)

from app.directory.tables import Agency, Office
from app.disclosure.rules.block_faults import Member
from app.disclosure.rules.closed_figures import ClosedCell, closed_cells
from app.disclosure.rules.division import Shared, UnreleasedRating
from app.disclosure.rules.due import Task, first_day, last_day
from app.disclosure.tables import BlockRating, BlockSum, ChartMonth, FigureBlock, FigureRelease, Waiting
from app.foundation.storage.database import Session
from app.ratings.rating import COUNTS
from app.ratings.sealed_store import sealed_through
from app.ratings.status import COUNTED, HELD
from app.ratings.tables import Rating
from app.screening.tables import Doubt

TABLES = (Rating, BlockRating, FigureBlock, BlockSum, ChartMonth, Waiting, FigureRelease, Doubt, Agency, Office)
RATING, MEMBER, BLOCK, SUM, CHART, WAITING, RELEASE, DOUBT, AGENCY, OFFICE = (
    inspect(table).local_table.c for table in TABLES
)
# Periods and their publications belong to a room above: read once, when the first release is made.
PERIOD_KEY = ("agency_id", "root", "code", "revision")
PERIOD = table("period", *map(column, PERIOD_KEY), column("instrument"))
CLOSED = table("release", *map(column, PERIOD_KEY), column("told", JSON))
# Rows bound into one statement, and codes; far below what either driver takes.
BATCH = 500
# Rows held at once where they are millions.
AT_ONCE = 10_000
# Both databases write a date as `2026-11-29`.
MONTH = func.substr(cast(RATING.rated_on, String), 1, 7)
IN_BLOCK = and_(MEMBER.agency_id == RATING.agency_id, MEMBER.key == RATING.key)
EMPLOYEE = func.coalesce(RATING.employee, "")
# The columns of an `UnreleasedRating`.
JOINT = RATING.digest.not_like(f"{COUNTS}%")
DIVIDED_BY = (
    RATING.key,
    RATING.office,
    EMPLOYEE,
    MONTH,
    RATING.service,
    RATING.channel,
    RATING.sheet,
    JOINT,
    RATING.rated_on,
)


# Which ratings are in which blocks, as JSON.
_PUT_MEMBERS = "INSERT INTO block_rating (agency_id, key, block) SELECT "
SQLITE_PUT_MEMBERS = text(_PUT_MEMBERS + ":agency_id, value ->> 0, value ->> 1 FROM json_each(:members)")
# Beside the agency's own row, so that Citus sends it to the agency's shard as it is.
POSTGRESQL_PUT_MEMBERS = text(
    _PUT_MEMBERS + "agency.agency_id, CAST(value ->> 0 AS uuid), CAST(value ->> 1 AS integer) "
    "FROM agency, json_array_elements(CAST(:members AS json)) AS member(value) WHERE agency.agency_id = :agency_id"
)


class HeldAfterTelling(NamedTuple):
    """A rating whose status no longer fits its block: held in a told one, or counted again in one that left."""

    block: int
    key: UUID


def published_cells(session: Session, agency_id: str) -> dict[str, list[ClosedCell]]:
    """What closings published before there were releases, by instrument."""
    query = (
        select(PERIOD.c.instrument, CLOSED.c.told)
        .join(PERIOD, and_(*(CLOSED.c[name] == PERIOD.c[name] for name in PERIOD_KEY)))
        .where(CLOSED.c.agency_id == agency_id)
    )
    found: dict[str, list[ClosedCell]] = {}
    for instrument, told in session.execute(query):
        found.setdefault(instrument, []).extend(closed_cells(told))
    return {instrument: cells for instrument, cells in found.items() if cells}


def agencies(session: Session) -> list[str]:
    """The codes of all agencies."""
    return list(session.execute(select(AGENCY.agency_id).order_by(AGENCY.agency_id)).scalars())


def offices(session: Session, agency_id: str) -> list[str]:
    """The codes of an agency's offices."""
    query = select(OFFICE.code).where(OFFICE.agency_id == agency_id).order_by(OFFICE.code)
    return list(session.execute(query).scalars())


def period_months(session: Session, agency_id: str) -> int | None:
    """How many months the agency's own period has; None if there is no such agency."""
    return session.execute(select(AGENCY.period_months).where(AGENCY.agency_id == agency_id)).scalar()


def latest_release(session: Session, agency_id: str) -> FigureRelease | None:
    """The agency's newest release."""
    rows = session.execute(
        select(FigureRelease).where(RELEASE.agency_id == agency_id).order_by(RELEASE.number.desc()).limit(1)
    )
    return rows.scalar()


def latest_releases(session: Session) -> Mapping[str, datetime]:
    """When each agency's figures were released last."""
    query = select(RELEASE.agency_id, func.max(RELEASE.released_at)).group_by(RELEASE.agency_id)
    return {row[0]: row[1] for row in session.execute(query)}


def offices_begun(session: Session, agency_id: str, task: Task) -> set[str]:
    """Those of a task's offices of which something of its months is told already."""
    query = (
        select(BLOCK.office)
        .distinct()
        .where(
            BLOCK.agency_id == agency_id,
            BLOCK.instrument == task.instrument,
            BLOCK.standing == task.standing,
            BLOCK.first_month <= task.last,
            BLOCK.last_month >= task.first,
        )
    )
    found: set[str] = set()
    for batch in batches(task.offices):
        found |= set(session.execute(query.where(BLOCK.office.in_(batch))).scalars())
    return found


def changed_after_telling(session: Session, agency_id: str) -> list[HeldAfterTelling]:
    """The ratings that are held in a told block, or counted in one that has left; none of what is sealed."""
    # Only what was doubted ever changes its status, and of that there is little.
    query = (
        select(MEMBER.block, MEMBER.key)
        .select_from(
            RATING.key.table.join(MEMBER.key.table, IN_BLOCK).join(
                BLOCK.block.table, and_(BLOCK.agency_id == MEMBER.agency_id, BLOCK.block == MEMBER.block)
            )
        )
        .where(
            *doubted(agency_id),
            unsealed(session, agency_id),
            or_(
                and_(BLOCK.released.is_(True), RATING.standing == HELD),
                and_(BLOCK.released.is_(False), RATING.standing == COUNTED),
            ),
        )
        .order_by(MEMBER.block, MEMBER.key)
    )
    return [HeldAfterTelling(*row) for row in session.execute(query)]


def block_row(session: Session, agency_id: str, block: int) -> FigureBlock:
    """One block."""
    found = session.get(FigureBlock, (agency_id, block))
    assert found is not None, "its ratings name it"
    return found


def ratings_of_block(session: Session, block: FigureBlock, *those: ColumnElement[bool]) -> list[UnreleasedRating]:
    """The ratings of a block, all or those alone."""
    query = (
        select(*DIVIDED_BY)
        .select_from(RATING.key.table.join(MEMBER.key.table, IN_BLOCK))
        .where(
            RATING.agency_id == block.agency_id,
            RATING.rated_on.between(first_day(block.first_month), last_day(block.last_month)),
            MEMBER.block == block.block,
            *those,
        )
    )
    if block.office is not None:
        query = query.where(RATING.office == block.office)
    return list(map(UnreleasedRating._make, session.execute(query)))


def counted_of_block(session: Session, block: FigureBlock) -> set[UUID]:
    """The keys of the ratings of a block that count, doubted or not."""
    return {rating.key for rating in ratings_of_block(session, block, RATING.standing == COUNTED)}


def shared_of(block: Any) -> Shared:
    """What the ratings of a block share, from its row."""
    return Shared(*(getattr(block, each.name) for each in fields(Shared)))


def every_block(session: Session, agency_id: str, *those: ColumnElement[bool]) -> Iterator[Any]:
    """The rows of all blocks of an agency, or of those, in the order of their numbers, some at a time."""
    query = select(*BLOCK).where(BLOCK.agency_id == agency_id, *those).order_by(BLOCK.block)
    yield from session.connection().execute(query, execution_options={"yield_per": BATCH})


def every_member(session: Session, agency_id: str, *those: ColumnElement[bool]) -> Iterator[Member]:
    """The ratings of all blocks of an agency, or those, in the order of the blocks' numbers, some at a time."""
    query = (
        select(MEMBER.block, RATING.instrument, RATING.standing, *DIVIDED_BY)
        .select_from(MEMBER.key.table.outerjoin(RATING.key.table, IN_BLOCK))
        .where(MEMBER.agency_id == agency_id, *those)
        .order_by(MEMBER.block)
    )
    for block, instrument, standing, *rating in session.connection().execute(
        query, execution_options={"yield_per": AT_ONCE}
    ):
        yield Member(block, instrument, standing, UnreleasedRating(*rating) if standing else None)


def next_block(session: Session, agency_id: str) -> int:
    """The first number that no block of the agency has; the caller holds the agency's lock."""
    newest = session.execute(select(func.max(BLOCK.block)).where(BLOCK.agency_id == agency_id)).scalar()
    return (newest or 0) + 1


def add_blocks(session: Session, blocks: Sequence[Mapping[str, Any]], members: Mapping[int, Sequence[UUID]]) -> None:
    """Add blocks, as rows of their table, with the keys of their ratings."""
    # Rows and not objects: a night of a month adds hundreds of thousands.
    session.execute(insert(BLOCK.block.table), list(blocks))
    # In the order of their keys, in which both stores write faster; and by one step of the driver, which takes a
    # twentieth of the time of as many rows.
    placed = sorted((key.hex, number) for number, keys in members.items() for key in keys)
    put = SQLITE_PUT_MEMBERS if session.get_bind().dialect.name == "sqlite" else POSTGRESQL_PUT_MEMBERS
    session.execute(put, {"agency_id": blocks[0]["agency_id"], "members": json.dumps(placed)})


def move_ratings(session: Session, agency_id: str, keys: Iterable[UUID], block: int) -> None:
    """Put ratings of one block into another."""
    for batch in chunks(sorted(keys)):
        session.execute(
            update(MEMBER.key.table).where(MEMBER.agency_id == agency_id, MEMBER.key.in_(batch)).values(block=block)
        )


def save(session: Session, row: FigureBlock | FigureRelease) -> None:
    """Write a row, new or changed."""
    session.add(row)
    session.flush()


def take_statistics(session: Session) -> None:
    """Let PostgreSQL look how large the ledger is by now; of tables that have just grown it believes they are empty."""
    session.execute(text("ANALYZE rating, block_rating, block"))


def batches(codes: Collection[str]) -> Iterator[list[str]]:
    """The codes in order, at most `BATCH` at a time."""
    return chunks(sorted(codes))


def unsealed(session: Session, agency_id: str) -> ColumnElement[bool]:
    """That no rating of a block is of a sealed month."""
    sealed = sealed_through(session, agency_id)
    return true() if sealed is None else BLOCK.first_month > sealed


def doubted(agency_id: str) -> tuple[ColumnElement[bool], ...]:
    """That a rating has ever been doubted: looked up from the doubts, which are few, however many ratings there are.

    A join would leave the order to SQLite, which has no statistics and went through all ratings to look for doubts.
    """
    return RATING.agency_id == agency_id, RATING.key.in_(select(DOUBT.key).where(DOUBT.agency_id == agency_id))


def chunks(rows: Sequence[Any]) -> Iterator[Any]:
    """The rows, at most `BATCH` at a time."""
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))
