"""The SQL of what officials noted on comments that are told; it reaches no comment that is not."""

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import delete, func, inspect, select

from app.disclosure.rules.comments import Mark
from app.disclosure.rules.due import first_day, last_day
from app.disclosure.rules.minimum import SMALLEST_N
from app.disclosure.rules.profiles import Months
from app.disclosure.tables import CommentBlock
from app.foundation.storage.database import Session
from app.foundation.storage.upsert import put
from app.ratings.tables import Comment, CommentMark

COMMENT, MARK, QUOTED = (inspect(table).local_table.c for table in (Comment, CommentMark, CommentBlock))


class OneTold(NamedTuple):
    """A told comment with its questionnaire, the office of its block (None: several), and the months of that."""

    comment_id: UUID
    text: str
    instrument: str
    office: str | None
    months: Months


def find_told(session: Session, agency_id: str, comment_id: UUID) -> OneTold | None:
    """A comment of a told block of which ten or more are there; None for every other id."""
    row = session.execute(
        select(COMMENT.text, COMMENT.block, QUOTED.instrument, QUOTED.office, QUOTED.first_month, QUOTED.last_month)
        .select_from(
            COMMENT.block.table.join(
                QUOTED.block.table, (COMMENT.agency_id == QUOTED.agency_id) & (COMMENT.block == QUOTED.block)
            )
        )
        .where(COMMENT.agency_id == agency_id, COMMENT.comment_id == comment_id)
    ).first()
    if row is None:
        return None
    size = select(func.count()).where(COMMENT.agency_id == agency_id, COMMENT.block == row.block)
    # Of a block that has lost its oldest month to the retention, one to nine may be left: they are read no more.
    if session.execute(size).scalar_one() < SMALLEST_N:
        return None
    return OneTold(comment_id, row.text, row.instrument, row.office, Months(row.first_month, row.last_month))


def marks_of(session: Session, agency_id: str, instrument: str, months: Months) -> dict[UUID, Mark]:
    """The marks on comments of these months by one questionnaire, by the comment's id."""
    query = (
        select(MARK.comment_id, MARK.element, MARK.handled, MARK.note, MARK.marked_by, MARK.marked_on)
        .select_from(
            MARK.comment_id.table.join(
                COMMENT.block.table, (MARK.agency_id == COMMENT.agency_id) & (MARK.comment_id == COMMENT.comment_id)
            )
        )
        .where(
            MARK.agency_id == agency_id,
            COMMENT.instrument == instrument,
            COMMENT.written_in.between(first_day(months.first), last_day(months.last)),
        )
    )
    return {comment_id: Mark(*mark) for comment_id, *mark in session.execute(query)}


def find_mark(session: Session, agency_id: str, comment_id: UUID) -> Mark | None:
    """The mark on one comment."""
    row = session.get(CommentMark, (agency_id, comment_id))
    return None if row is None else Mark(row.element, row.handled, row.note, row.marked_by, row.marked_on)


def put_mark(session: Session, row: CommentMark) -> None:
    """Write a mark, or write it over the one before."""
    put(session, row)


def delete_mark(session: Session, agency_id: str, comment_id: UUID) -> None:
    """Take a mark away."""
    session.execute(delete(CommentMark).where(MARK.agency_id == agency_id, MARK.comment_id == comment_id))
