"""The SQL of what stands beside answers: comments, respondents' profiles, how many rated."""

from collections.abc import Sequence
from datetime import date

from sqlmodel import col, func, select

from app.disclosure.rules.comments import StoredComment
from app.disclosure.tables import FigureBlock
from app.foundation.storage.database import Session
from app.ratings.status import OPEN
from app.ratings.tables import Comment, ProfileTally


def profile_counts(session: Session, agency_id: str, first: date, last: date) -> Sequence[tuple[str, str, str, int]]:
    """Office, attribute, value and how many respondents gave it, over whole months."""
    keys = (ProfileTally.office, ProfileTally.attribute, ProfileTally.value)
    query = (
        select(*keys, func.sum(ProfileTally.n))
        .where(ProfileTally.agency_id == agency_id, col(ProfileTally.month).between(first, last))
        .group_by(*keys)
    )
    return session.exec(query).all()


def raters(session: Session, agency_id: str, first: date, last: date) -> dict[str, int]:
    """How many ratings are told of each office over whole months, by whatever questionnaire.

    Profiles do not distinguish it. Open answers come without profiles and are left out.
    """
    query = (
        select(FigureBlock.office, func.sum(FigureBlock.n))
        .where(
            FigureBlock.agency_id == agency_id,
            col(FigureBlock.released).is_(True),
            FigureBlock.standing != OPEN,
            FigureBlock.first_month >= f"{first:%Y-%m}",
            FigureBlock.last_month <= f"{last:%Y-%m}",
            col(FigureBlock.office).is_not(None),
        )
        .group_by(col(FigureBlock.office))
    )
    return {str(office): int(n) for office, n in session.exec(query)}


def comments(session: Session, agency_id: str, first: date, last: date) -> list[StoredComment]:
    """The comments of whole months in the order of their random ids."""
    query = select(Comment.office, Comment.text, col(Comment.written_in)).where(
        Comment.agency_id == agency_id, col(Comment.written_in).between(first, last)
    )
    rows = session.exec(query.order_by(col(Comment.comment_id)))
    return [StoredComment(office, text, f"{month:%Y-%m}") for office, text, month in rows]
