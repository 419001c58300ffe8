"""The SQL of what stands beside answers: comments, respondents' profiles, how many rated."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, String, cast, func, inspect, select, text, update

from app.disclosure.rules.comments import ToldComment
from app.disclosure.rules.division import Month, UnreleasedRating
from app.disclosure.rules.due import RatingGroup, Task, first_day, last_day
from app.disclosure.rules.profiles import Months, ProfileCount
from app.disclosure.store import BLOCK, SUM, batches, chunks
from app.disclosure.tables import CommentBlock, ProfileCell
from app.foundation.storage.database import Session
from app.ratings.status import COUNTED, OPEN
from app.ratings.tables import Comment, ProfileTally

COMMENT, TALLY, QUOTED, CELL = (
    inspect(table).local_table.c for table in (Comment, ProfileTally, CommentBlock, ProfileCell)
)
WRITTEN_IN = func.substr(cast(COMMENT.written_in, String), 1, 7)
GIVEN_IN = func.substr(cast(TALLY.month, String), 1, 7)


class Respondents(NamedTuple):
    """Those of one questionnaire and office."""

    instrument: str
    office: str


def untold_comment_counts(session: Session, agency_id: str, first: Month | None) -> dict[RatingGroup, int]:
    """How many untold comments there are, by questionnaire, office and month, from this month on."""
    keys = (COMMENT.instrument, COMMENT.office, WRITTEN_IN)
    query = select(*keys, func.count()).where(COMMENT.agency_id == agency_id, COMMENT.block.is_(None)).group_by(*keys)
    if first is not None:
        query = query.where(COMMENT.written_in >= first_day(first))
    # As if ratings: the same rule says which are due. Nobody is named beside a comment.
    return {
        RatingGroup(instrument, COUNTED, office, "", month, "", ""): n
        for instrument, office, month, n in session.execute(query)
    }


def untold_comments(session: Session, agency_id: str, task: Task) -> list[UnreleasedRating]:
    """The untold comments of a task, under their random ids and in their order."""
    query = select(COMMENT.comment_id, COMMENT.office, WRITTEN_IN).where(
        COMMENT.agency_id == agency_id,
        COMMENT.instrument == task.instrument,
        COMMENT.written_in.between(first_day(task.first), last_day(task.last)),
        COMMENT.block.is_(None),
    )
    rows = [row for batch in batches(task.offices) for row in session.execute(query.where(COMMENT.office.in_(batch)))]
    return [UnreleasedRating(key, office, "", month, "", "", "") for key, office, month in sorted(rows)]


def next_comment_block(session: Session, agency_id: str) -> int:
    """The first number that no block of comments has; the caller holds the agency's lock."""
    newest = session.execute(select(func.max(QUOTED.block)).where(QUOTED.agency_id == agency_id)).scalar()
    return (newest or 0) + 1


def tell_comments(session: Session, block: CommentBlock, comments: Iterable[UUID]) -> None:
    """Add a block of comments."""
    session.add(block)
    for batch in chunks(sorted(comments)):
        session.execute(
            update(Comment)
            .where(COMMENT.agency_id == block.agency_id, COMMENT.comment_id.in_(batch))
            .values(block=block.block)
        )


def told_comments(
    session: Session, agency_id: str, instrument: str, months: Months
) -> list[tuple[str | None, ToldComment]]:
    """The comments that are told of these months, each with the office of its block (None: several)."""
    query = (
        select(QUOTED.office, COMMENT.block, COMMENT.comment_id, COMMENT.text)
        .select_from(COMMENT.block.table.join(QUOTED.block.table, _same_block()))
        .where(
            COMMENT.agency_id == agency_id,
            COMMENT.written_in.between(first_day(months.first), last_day(months.last)),
            *_within(QUOTED, instrument, months),
        )
    )
    return [(office, ToldComment(*comment)) for office, *comment in session.execute(query)]


def changed_raters(
    session: Session, agency_id: str, release: int, since: Month | None, instruments: Collection[str]
) -> list[Respondents]:
    """Of whom more or fewer ratings are told since this release, or that have any of months from `since` on."""
    query = select(BLOCK.instrument, BLOCK.office).where(BLOCK.agency_id == agency_id, BLOCK.office.is_not(None))
    # Asked one by one, each has an index of its own; for the sake of DISTINCT SQLite went through all blocks.
    asked = [query.where(BLOCK.release >= release)]
    if since is not None:
        asked.append(query.where(BLOCK.instrument.in_(sorted(instruments)), BLOCK.last_month >= since))
    return sorted({Respondents(*row) for each in asked for row in session.execute(each)})


def raters(session: Session, agency_id: str, of: Collection[Respondents]) -> dict[Respondents, dict[Months, int]]:
    """How many ratings of each office are told, by the months of their blocks.

    Open answers come without profiles and are left out.
    """
    # From the sums, which this release has renewed: an office has a few a month, and hundreds of blocks.
    query = select(SUM.instrument, SUM.office, SUM.first_month, SUM.last_month, SUM.cell).where(
        SUM.agency_id == agency_id, SUM.split.is_(False), SUM.standing != OPEN
    )
    found: dict[Respondents, dict[Months, int]] = {}
    for instrument, office, first, last, cell in _rows(session, query, SUM, of):
        months = found.setdefault(Respondents(instrument, office), {})
        months[Months(first, last)] = months.get(Months(first, last), 0) + cell["n"]
    return found


def given_profiles(
    session: Session, agency_id: str, of: Collection[Respondents]
) -> dict[Respondents, list[ProfileCount]]:
    """What respondents gave, by single months."""
    query = select(TALLY.instrument, TALLY.office, GIVEN_IN, TALLY.attribute, TALLY.value, TALLY.n)
    found: dict[Respondents, list[ProfileCount]] = {}
    for instrument, office, month, *what in _rows(session, query.where(TALLY.agency_id == agency_id), TALLY, of):
        found.setdefault(Respondents(instrument, office), []).append(ProfileCount(Months(month, month), *what))
    return found


def told_profiles(
    session: Session, agency_id: str, of: Collection[Respondents], within: Months | None = None
) -> dict[Respondents, list[ProfileCount]]:
    """What is told of respondents, of whatever months or of these."""
    query = select(*(CELL[name] for name in ("instrument", "office", *COUNTED_BY))).where(CELL.agency_id == agency_id)
    if within is not None:
        query = query.where(CELL.first_month >= within.first, CELL.last_month <= within.last)
    found: dict[Respondents, list[ProfileCount]] = {}
    for instrument, office, first, last, *what in _rows(session, query, CELL, of):
        found.setdefault(Respondents(instrument, office), []).append(ProfileCount(Months(first, last), *what))
    return found


COUNTED_BY = ("first_month", "last_month", "attribute", "value", "n", "merged")
GROWN = text(
    "INSERT INTO profile_cell "
    "(agency_id, instrument, office, first_month, last_month, attribute, value, merged, n) "
    "VALUES (:agency_id, :instrument, :office, :first_month, :last_month, :attribute, :value, :merged, :n) "
    "ON CONFLICT (agency_id, instrument, office, first_month, last_month, attribute, value, merged) "
    "DO UPDATE SET n = profile_cell.n + excluded.n"
)


def add_profiles(session: Session, agency_id: str, parts: Iterable[tuple[Respondents, Iterable[ProfileCount]]]) -> None:
    """Tell more respondents."""
    rows = [
        {"agency_id": agency_id, **of._asdict(), **dict(zip(COUNTED_BY, (*months, *counted), strict=True))}
        for of, counts in parts
        for months, *counted in counts
    ]
    # All at once: the night of a month has tens of thousands.
    if rows:
        session.connection().execute(GROWN, rows)


def _rows(session: Session, query: Any, table: Any, of: Collection[Respondents]) -> Iterable[Any]:
    """The rows about these respondents, some offices at a time."""
    by_instrument: dict[str, list[str]] = {}
    for instrument, office in of:
        by_instrument.setdefault(instrument, []).append(office)
    for instrument, offices in sorted(by_instrument.items()):
        for batch in batches(offices):
            yield from session.execute(query.where(table.instrument == instrument, table.office.in_(batch)))


def _same_block() -> ColumnElement[bool]:
    return (COMMENT.agency_id == QUOTED.agency_id) & (COMMENT.block == QUOTED.block)


def _within(table: Any, instrument: str, months: Months) -> Sequence[ColumnElement[bool]]:
    return (
        table.instrument == instrument,
        table.first_month >= months.first,
        table.last_month <= months.last,
    )
