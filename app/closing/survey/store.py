"""The SQL of what a survey's report says beside its figures: profiles, comments, former reports, plans."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlmodel import and_, col, delete, func, select

from app.closing.tables import FollowUp, Period, Publication, Report
from app.disclosure.rules.comments import StoredComment
from app.foundation.storage.database import Session
from app.indices.rules.calendar import Span
from app.ratings.status import OPEN
from app.ratings.tables import Comment, ProfileTally, Tally

OFFICE_MONTH = "office-month"


class Told(NamedTuple):
    """A stored report of another closing: where it stands, and its document."""

    root: str
    unit: str
    period: str
    document: str


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
    """How many rated each office over whole months, by whatever questionnaire: profiles are not told apart by it.

    Open answers come without profiles and are left out.
    """
    query = (
        select(Tally.unit, func.sum(Tally.n))
        .where(
            Tally.agency_id == agency_id,
            Tally.grain == OFFICE_MONTH,
            Tally.standing != OPEN,
            col(Tally.period_start).between(first, last),
        )
        .group_by(Tally.unit)
    )
    return {office: int(n) for office, n in session.exec(query)}


def comments(session: Session, agency_id: str, first: date, last: date) -> list[StoredComment]:
    """The comments of whole months in the order of their random ids."""
    query = select(Comment.office, Comment.text, col(Comment.written_in)).where(
        Comment.agency_id == agency_id, col(Comment.written_in).between(first, last)
    )
    rows = session.exec(query.order_by(col(Comment.comment_id)))
    return [StoredComment(office, text, f"{month:%Y-%m}") for office, text, month in rows]


def surveys_overlapping(session: Session, agency_id: str, span: Span) -> list[Told]:
    """Every survey report, drafts included, of a period that shares a day with this one, oldest first."""
    return _told(session, agency_id, ["skm"], Period.last_on >= span.first, Period.first_on <= span.last)


def final_reports(session: Session, agency_id: str, codes: Sequence[str]) -> list[Told]:
    """The final reports of offices and of wholes in these periods, oldest first."""
    return _told(session, agency_id, ["office", "agency"], Period.state == "final", col(Period.code).in_(codes))


def follow_ups(session: Session, agency_id: str, office: str, period: str) -> Sequence[FollowUp]:
    """The plan that follows a period, in its order."""
    query = select(FollowUp).where(
        FollowUp.agency_id == agency_id, FollowUp.office == office, FollowUp.period == period
    )
    return session.exec(query.order_by(col(FollowUp.place))).all()


def publications(session: Session, agency_id: str, office: str, period: str) -> Sequence[Publication]:
    """Where a period's results were made public, in the order entered."""
    query = select(Publication).where(
        Publication.agency_id == agency_id, Publication.office == office, Publication.period == period
    )
    return session.exec(query.order_by(col(Publication.place))).all()


def replace_rows(
    session: Session,
    table: type[FollowUp] | type[Publication],
    agency_id: str,
    office: str,
    period: str,
    rows: Iterable[FollowUp | Publication],
) -> None:
    """Put these rows in the place of all of an office and period."""
    session.exec(
        delete(table).where(col(table.agency_id) == agency_id, col(table.office) == office, col(table.period) == period)
    )
    session.add_all(rows)
    session.flush()


def _told(session: Session, agency_id: str, kinds: Sequence[str], *conditions: object) -> list[Told]:
    query = (
        select(Report.root, Report.unit, Report.period, Report.document)
        .join(
            Period,
            and_(
                col(Period.agency_id) == col(Report.agency_id),
                col(Period.root) == col(Report.root),
                col(Period.code) == col(Report.period),
                col(Period.revision) == col(Report.revision),
            ),
        )
        .where(Report.agency_id == agency_id, col(Report.kind).in_(kinds), *conditions)  # type: ignore[arg-type]  # SQLModel types comparisons as bool
        .order_by(col(Report.report_id))
    )
    return [Told(*row) for row in session.exec(query)]
