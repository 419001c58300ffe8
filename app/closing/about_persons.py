"""The reports about single persons, for themselves and for who appraises them; replies and notes on one of them."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from app.access.principals import Principal
from app.closing import store
from app.closing.notes import keep_note
from app.closing.reading import report_of
from app.closing.replies import keep_reply
from app.closing.store import ReportHead
from app.closing.tables import DRAFT, Report
from app.foundation.problems import Problem
from app.foundation.storage.database import Session


class PersonReports(NamedTuple):
    """What there is about one person: the newest revision of each period, newest period first, and what is final."""

    newest: tuple[ReportHead, ...]
    final: tuple[ReportHead, ...]


def person_reports(session: Session, agency_id: str, employees: Collection[str]) -> Mapping[str, PersonReports]:
    """The reports about these persons, by code."""
    found: dict[str, list[ReportHead]] = {code: [] for code in employees}
    for head in store.heads_about(session, agency_id, employees):
        found[head.unit].append(head)
    return {
        code: PersonReports(_newest(heads), _newest(head for head in heads if head.state != DRAFT))
        for code, heads in found.items()
    }


def may_reply(head: ReportHead, now: datetime, *, replied: bool) -> bool:
    """Whether the person may still reply."""
    return head.state == DRAFT and not replied and now < head.replies_end_at


def reply_to_own(session: Session, principal: Principal, report_id: UUID, text: str, now: datetime) -> None:
    """Keep what an employee says to the own draft.

    Raises `report-unknown`, `out-of-scope` (somebody else's), `period-final`, `reply-window-over`, `reply-given`.
    """
    report, period = report_of(session, principal, report_id)
    if (report.kind, report.unit) != ("employee", principal.employee):
        raise Problem("out-of-scope", what="this report")
    if period.state != DRAFT:
        raise Problem("period-final", revision=period.revision)
    if now >= period.replies_end_at:
        raise Problem("reply-window-over", until=period.replies_end_at.isoformat())
    keep_reply(session, principal.reach, period, report, text, now)


class Said(NamedTuple):
    """What was said to a draft so far, and whether and until when the person may reply."""

    state: str
    may_reply: bool
    reply_until: datetime
    reply: str | None
    replied_at: datetime | None
    note: str | None


def reply_to(session: Session, principal: Principal, report_id: UUID, now: datetime) -> tuple[Said, Report]:
    """What an employee said to a draft, for that employee and whoever appraises this one.

    The note beside a draft is its appraiser's until it is signed. Raises `report-unknown`, `out-of-scope`.
    """
    report, period = report_of(session, principal, report_id)
    ids, own = [report_id], report.unit == principal.employee
    reply = store.replies_to(session, report.agency_id, ids).get(report_id)
    note = None if own else store.notes_on(session, report.agency_id, ids).get(report_id)
    open_now = own and period.state == DRAFT and reply is None and now < period.replies_end_at
    said = Said(
        period.state,
        open_now,
        period.replies_end_at,
        None if reply is None else reply.text,
        None if reply is None else reply.replied_at,
        None if note is None else note.text,
    )
    return said, report


def note_on_person(session: Session, principal: Principal, report_id: UUID, text: str, now: datetime) -> None:
    """Put an appraiser's or supervisor's words beside a person's draft.

    Raises `report-unknown`, `out-of-scope`, `period-final`, `about-oneself`.
    """
    report, period = report_of(session, principal, report_id)
    if report.kind != "employee":
        raise Problem("report-unknown")
    keep_note(session, principal.reach, period, report, text, now)


def _newest(heads: Iterable[ReportHead]) -> tuple[ReportHead, ...]:
    """Of each period and questionnaire the last revision; the heads come newest period first."""
    newest: dict[tuple[str, str], ReportHead] = {}
    for head in heads:
        known = newest.get((head.period, head.instrument))
        if known is None or head.revision > known.revision:
            newest[head.period, head.instrument] = head
    return tuple(newest.values())
