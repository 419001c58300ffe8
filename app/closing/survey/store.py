"""The SQL of what a survey's report has beside its figures: former indices, plans, publications."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from sqlmodel import and_, col, delete, select

from app.closing.tables import FollowUp, Period, Publication, Report
from app.foundation.storage.database import Session


class StoredReport(NamedTuple):
    """The document of a stored report of another closing, with the closing's root, its period and the unit."""

    root: str
    unit: str
    period: str
    document: str


def final_reports(session: Session, agency_id: str, codes: Sequence[str]) -> list[StoredReport]:
    """The final reports of offices and of wholes in these periods, oldest first."""
    return _stored_reports(
        session, agency_id, ["office", "agency"], Period.state == "final", col(Period.code).in_(codes)
    )


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


def _stored_reports(session: Session, agency_id: str, kinds: Sequence[str], *conditions: object) -> list[StoredReport]:
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
    return [StoredReport(*row) for row in session.exec(query)]
