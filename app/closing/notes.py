"""A supervisor's words beside the draft about an employee."""

from datetime import datetime

from app.access.principals import Reach
from app.closing import store
from app.closing.addressing import newest
from app.closing.lifecycle import audit
from app.closing.tables import FINAL, Note, Period, Report
from app.disclosure.rules.calendar import Span
from app.foundation.problems import Problem
from app.foundation.storage.database import Session


def note(
    session: Session,
    reach: Reach,
    span: Span,
    instrument: str | None = None,
    *,
    employee: str,
    text: str,
    now: datetime,
) -> None:
    """The supervisor's words beside an employee's draft.

    Raises `period-open`, `period-final`, `report-unknown`, `instrument-ambiguous`, `about-oneself`.
    """
    period = newest(session, reach, span, instrument)
    keep_note(session, reach, period, report_about(session, period, employee), text, now)


def keep_note(session: Session, reach: Reach, period: Period, report: Report, text: str, now: datetime) -> None:
    """Put words beside a draft. Raises `period-final`, `about-oneself`."""
    store.hold_period(session, period)
    if period.state == FINAL:
        raise Problem("period-final", revision=period.revision)
    if reach.employee is not None and reach.employee == report.unit:
        raise Problem("about-oneself")
    store.put_note(session, Note(agency_id=reach.agency_id, report_id=report.report_id, text=text, noted_at=now))
    audit(session, reach, "period.noted", period, now, report=str(report.report_id))


def report_about(session: Session, period: Period, employee: str) -> Report:
    """The employee's report of a revision. Raises `report-unknown`."""
    reports = store.reports_of(session, period)
    report = next((each for each in reports if (each.kind, each.unit) == ("employee", employee)), None)
    if report is None:
        raise Problem("report-unknown")
    return report
