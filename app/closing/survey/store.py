"""The SQL of what a survey's report has beside its figures: former indices, plans, publications."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import NamedTuple

from sqlalchemy import ColumnElement
from sqlalchemy import select as sql_select
from sqlmodel import and_, col, delete, or_, select

from app.closing.rules.documents import SKM, WHOLE_UNIT
from app.closing.rules.follow_up import OPEN
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


def planned_about(session: Session, agency_id: str, office: str) -> set[tuple[str, str]]:
    """Period and questionnaire of every plan that an office ('': the agency) has."""
    about = (col(FollowUp.agency_id) == agency_id, col(FollowUp.office) == office)
    query = sql_select(col(FollowUp.period), col(FollowUp.instrument)).where(*about).distinct()
    return {(period, instrument) for period, instrument in session.execute(query)}


def publications(session: Session, of: Surveyed) -> Sequence[Publication]:
    """Where a period's results were made public, in the order entered."""
    query = select(Publication).where(*_about(Publication, of))
    return session.exec(query.order_by(col(Publication.place))).all()


def follow_ups_in(
    session: Session, agency_id: str, periods: Sequence[str], instrument: str, offices: Collection[str] | None = None
) -> Sequence[FollowUp]:
    """Every action that follows these periods, of a few offices (None: of all; '': the agency), by office and place."""
    query = select(FollowUp).where(
        FollowUp.agency_id == agency_id, col(FollowUp.period).in_(periods), FollowUp.instrument == instrument
    )
    if offices is not None:
        query = query.where(col(FollowUp.office).in_(offices))
    return session.exec(query.order_by(col(FollowUp.office), col(FollowUp.period), col(FollowUp.place))).all()


def publications_in(
    session: Session, agency_id: str, periods: Sequence[str], instrument: str, offices: Collection[str] | None = None
) -> Sequence[Publication]:
    """Where these periods' results were made public, of a few offices (None: of all), by office ('': the agency)."""
    query = select(Publication).where(
        Publication.agency_id == agency_id, col(Publication.period).in_(periods), Publication.instrument == instrument
    )
    if offices is not None:
        query = query.where(col(Publication.office).in_(offices))
    return session.exec(query.order_by(col(Publication.office), col(Publication.period), col(Publication.place))).all()


class StoredSurvey(NamedTuple):
    """A stored survey report about a unit: the closing's root, the unit's code in it, the revision and its state."""

    root: str
    unit: str
    revision: int
    state: str
    document: str
    envelope: str | None


def survey_reports(session: Session, of: Surveyed) -> list[StoredSurvey]:
    """Every revision of the survey reports that a plan belongs to, the first revisions first.

    They are those of the unit itself, and of the whole that was closed under it.
    """
    itself = [] if of.office == "" else [col(Report.unit) == of.office]
    whole = and_(col(Report.unit) == WHOLE_UNIT, col(Report.root) == of.office)
    query = (
        sql_select(
            col(Report.root),
            col(Report.unit),
            col(Report.revision),
            col(Period.state),
            col(Report.document),
            col(Report.envelope),
        )
        .join(Period, _same_revision())
        .where(
            col(Report.agency_id) == of.agency_id,
            col(Report.period) == of.period,
            col(Report.instrument) == of.instrument,
            col(Report.kind) == SKM,
            or_(whole, *itself),
        )
        .order_by(col(Report.revision), col(Report.root), col(Report.unit))
    )
    return [StoredSurvey(*row) for row in session.execute(query)]


class OpenAction(NamedTuple):
    """An action that is not done: where its plan is, its place in it, and until when it is due."""

    office: str
    period: str
    instrument: str
    place: int
    element: str
    action: str
    due_on: date


def open_actions_due_before(session: Session, agency_id: str, day: date) -> list[OpenAction]:
    """Every action of the agency that is still open and was due before this day, the longest overdue first."""
    query = (
        sql_select(
            col(FollowUp.office),
            col(FollowUp.period),
            col(FollowUp.instrument),
            col(FollowUp.place),
            col(FollowUp.element),
            col(FollowUp.action),
            col(FollowUp.due_on),
        )
        .where(col(FollowUp.agency_id) == agency_id, col(FollowUp.status).in_(OPEN), col(FollowUp.due_on) < day)
        .order_by(col(FollowUp.due_on), col(FollowUp.office), col(FollowUp.period), col(FollowUp.place))
    )
    return [OpenAction(*row) for row in session.execute(query)]


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


def _same_revision() -> ColumnElement[bool]:
    return and_(
        col(Period.agency_id) == col(Report.agency_id),
        col(Period.root) == col(Report.root),
        col(Period.code) == col(Report.period),
        col(Period.instrument) == col(Report.instrument),
        col(Period.revision) == col(Report.revision),
    )


def _stored_reports(session: Session, agency_id: str, kinds: Sequence[str], *conditions: object) -> list[StoredReport]:
    query = (
        select(Report.root, Report.unit, Report.period, Report.document)
        .join(Period, _same_revision())
        .where(Report.agency_id == agency_id, col(Report.kind).in_(kinds), *conditions)  # type: ignore[arg-type]  # SQLModel types comparisons as bool
        .order_by(col(Report.report_id))
    )
    return [StoredReport(*row) for row in session.exec(query)]
