"""What auditors do with integrity reports: list them, hand them over, note that they were confirmed, erase them.

Each step is of the whole agency, goes to the next state only, and leaves an audit row.
"""

import json
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from app.access.audit import record
from app.access.audit_actions import AuditAction
from app.access.principals import Reach
from app.directory.listing_store import zone_of_agency
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.integrity import store
from app.integrity.rules.days import erasable_from, forward_by, place_of
from app.integrity.rules.kinds import ReportKind, ReportRecipient, ReportState
from app.integrity.rules.open311 import request_file
from app.integrity.rules.plaintext import About
from app.integrity.schemas import (
    IntegrityHandOver,
    IntegrityReportOut,
    IntegrityReportPage,
    IntegrityReportQuery,
    Open311Request,
)
from app.integrity.settings import require_whole
from app.integrity.tables import IntegrityReport
from app.outbox.events import tell
from app.outbox.rules.kinds import EventKind


def list_reports(session: Session, reach: Reach, query: IntegrityReportQuery, now: datetime) -> IntegrityReportPage:
    """A page of reports, the oldest first, without what they say. Raises `out-of-scope`."""
    require_whole(reach)
    after = None if query.after is None else place_of(query.after)
    found = store.reports_page(session, reach.agency_id, state=query.state, after=after, limit=query.limit + 1)
    shown = found[: query.limit]
    today = _today(session, reach.agency_id, now)
    kept = store.retentions(session, reach.agency_id, [row.report_id for row in shown])
    last = shown[-1] if len(found) > query.limit else None
    return IntegrityReportPage(
        items=tuple(_out(row, today, kept.get(row.report_id)) for row in shown),
        next=None if last is None else f"{last.received_on}/{last.report_id}",
    )


def find_report(session: Session, reach: Reach, report_id: UUID, now: datetime) -> IntegrityReportOut:
    """One report without what it says. Raises `out-of-scope`, `integrity-report-unknown`."""
    row = _report(session, reach, report_id)
    return _out(row, _today(session, reach.agency_id, now), _retention(session, row))


def hand_over(session: Session, reach: Reach, report_id: UUID, now: datetime) -> IntegrityHandOver:
    """The file by which a report is handed over, with its sealed words; that it was taken leaves an audit row.

    Raises `out-of-scope`, `integrity-report-unknown`, and `integrity-state` for one that was erased.
    """
    row = _report(session, reach, report_id)
    sealed = store.sealed_of(session, reach.agency_id, report_id)
    if sealed is None:
        raise Problem("integrity-state")
    about = About(row.agency_id, row.office, ReportKind(row.kind), ReportRecipient(row.recipient), row.received_on)
    requests = request_file(row.report_id, about, ReportState(row.state), json.loads(sealed))
    _audit(session, reach, row, "integrity-report.taken", now)
    return IntegrityHandOver(
        file=f"integrity-report-{row.report_id}.json",
        requests=tuple(Open311Request.model_validate(each) for each in requests),
    )


def forward(session: Session, reach: Reach, report_id: UUID, now: datetime) -> IntegrityReportOut:
    """Note that a report was handed over, and tell the webhooks that asked for it where it is; again changes nothing.

    Raises `out-of-scope`, `integrity-report-unknown`, `integrity-state`.
    """
    row = _report(session, reach, report_id, locked=True)
    if row.state == ReportState.received:
        row.state, row.forwarded_on = ReportState.forwarded, _today(session, reach.agency_id, now)
        store.put(session, row)
        _audit(session, reach, row, "integrity-report.forwarded", now)
        # Of the agency, not of the office: whoever is told of an office's events is not told of this.
        about = {"report": str(row.report_id)}
        tell(session, EventKind.integrity_forwarded, agency_id=row.agency_id, office=None, about=about, at=now)
    elif row.state != ReportState.forwarded:
        raise Problem("integrity-state")
    return find_report(session, reach, report_id, now)


def confirm(session: Session, reach: Reach, report_id: UUID, now: datetime) -> IntegrityReportOut:
    """Note that the receiver has confirmed a report; again changes nothing.

    Raises `out-of-scope`, `integrity-report-unknown`, `integrity-state`.
    """
    row = _report(session, reach, report_id, locked=True)
    if row.state == ReportState.forwarded:
        row.state, row.confirmed_on = ReportState.confirmed, _today(session, reach.agency_id, now)
        store.put(session, row)
        _audit(session, reach, row, "integrity-report.confirmed", now)
    elif row.state != ReportState.confirmed:
        raise Problem("integrity-state")
    return find_report(session, reach, report_id, now)


def erase(session: Session, reach: Reach, report_id: UUID, now: datetime) -> IntegrityReportOut:
    """Delete what a confirmed report says once its time is over; again changes nothing.

    Raises `out-of-scope`, `integrity-report-unknown`, `integrity-state`, `integrity-erase-early`.
    """
    row = _report(session, reach, report_id, locked=True)
    if row.state == ReportState.confirmed and row.confirmed_on is not None:
        today = _today(session, reach.agency_id, now)
        first = erasable_from(row.confirmed_on, _retention(session, row) or 0)
        if today < first:
            raise Problem("integrity-erase-early", day=first)
        store.erase_sealed(session, reach.agency_id, report_id)
        row.state, row.erased_on = ReportState.erased, today
        store.put(session, row)
        _audit(session, reach, row, "integrity-report.erased", now)
    elif row.state != ReportState.erased:
        raise Problem("integrity-state")
    return find_report(session, reach, report_id, now)


def erase_due(session: Session, reach: Reach, now: datetime) -> int:
    """Erase every confirmed report whose time is over; how many. Raises `out-of-scope`."""
    require_whole(reach)
    today, found = _today(session, reach.agency_id, now), store.confirmed(session, reach.agency_id)
    due = [report_id for report_id, day, kept in found if erasable_from(day, kept) <= today]
    for report_id in due:
        erase(session, reach, report_id, now)
    return len(due)


def _report(session: Session, reach: Reach, report_id: UUID, *, locked: bool = False) -> IntegrityReport:
    require_whole(reach)
    row = store.find_report(session, reach.agency_id, report_id, locked=locked)
    if row is None:
        raise Problem("integrity-report-unknown")
    return row


def _today(session: Session, agency_id: str, now: datetime) -> date:
    return now.astimezone(ZoneInfo(zone_of_agency(session, agency_id))).date()


def _retention(session: Session, row: IntegrityReport) -> int | None:
    return store.retentions(session, row.agency_id, [row.report_id]).get(row.report_id)


def _out(row: IntegrityReport, today: date, retention: int | None) -> IntegrityReportOut:
    state, due_on = ReportState(row.state), forward_by(row.received_on)
    return IntegrityReportOut(
        id=row.report_id,
        office=row.office,
        kind=ReportKind(row.kind),
        recipient=ReportRecipient(row.recipient),
        state=state,
        received_on=row.received_on,
        forward_by=due_on,
        due=state is ReportState.received and due_on <= today,
        forwarded_on=row.forwarded_on,
        confirmed_on=row.confirmed_on,
        erasable_from=None
        if row.confirmed_on is None or retention is None
        else erasable_from(row.confirmed_on, retention),
        erased_on=row.erased_on,
    )


def _audit(session: Session, reach: Reach, row: IntegrityReport, action: AuditAction, now: datetime) -> None:
    record(
        session,
        agency_id=reach.agency_id,
        actor=reach.actor,
        action=action,
        subject=str(row.report_id),
        at=now,
        recipient=row.recipient,
    )
