"""The SQL of what a survey's report has beside its figures: former indices, plans, publications."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, delete, select

from app.closing.tables import FollowUp, Period, Publication, Report
from app.foundation.storage.database import Session


class StoredReport(NamedTuple):
    """The document of a stored report of another closing, with the closing's root, its period and the unit."""

    root: str
    unit: str
    period: str
    document: str


def final_reports(session: Session, agency_id: str, instrument: str, codes: Sequence[str]) -> list[StoredReport]:
    """The final reports of offices and of wholes in these periods by one questionnaire, oldest first."""
    return _stored_reports(
        session,
        agency_id,
        ["office", "agency"],
        Period.state == "final",
        Period.instrument == instrument,
        col(Period.code).in_(codes),
    )


class Surveyed(NamedTuple):
    """What plans and publications are about: an office ('' for the agency), a period, a questionnaire."""

    agency_id: str
    office: str
    period: str
    instrument: str


def follow_ups(session: Session, of: Surveyed) -> Sequence[FollowUp]:
    """The plan that follows a period, in its order."""
    query = select(FollowUp).where(*_about(FollowUp, of))
    return session.exec(query.order_by(col(FollowUp.place))).all()


def publications(session: Session, of: Surveyed) -> Sequence[Publication]:
    """Where a period's results were made public, in the order entered."""
    query = select(Publication).where(*_about(Publication, of))
    return session.exec(query.order_by(col(Publication.place))).all()


def replace_rows(
    session: Session,
    table: type[FollowUp] | type[Publication],
    of: Surveyed,
    rows: Iterable[FollowUp | Publication],
) -> None:
    """Put these rows in the place of all there are about it."""
    session.exec(delete(table).where(*_about(table, of)))
    session.add_all(rows)
    session.flush()


def _about(table: type[FollowUp] | type[Publication], of: Surveyed) -> list[ColumnElement[bool]]:
    return [col(getattr(table, name)) == value for name, value in of._asdict().items()]


def _stored_reports(session: Session, agency_id: str, kinds: Sequence[str], *conditions: object) -> list[StoredReport]:
    query = (
        select(Report.root, Report.unit, Report.period, Report.document)
        .join(
            Period,
            and_(
                col(Period.agency_id) == col(Report.agency_id),
                col(Period.root) == col(Report.root),
                col(Period.code) == col(Report.period),
                col(Period.instrument) == col(Report.instrument),
                col(Period.revision) == col(Report.revision),
            ),
        )
        .where(Report.agency_id == agency_id, col(Report.kind).in_(kinds), *conditions)  # type: ignore[arg-type]  # SQLModel types comparisons as bool
        .order_by(col(Report.report_id))
    )
    return [StoredReport(*row) for row in session.exec(query)]
