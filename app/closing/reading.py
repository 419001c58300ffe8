"""Reports for those who pull them: within the key's reach, drafts for supervisors only."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from app.access.principals import Principal, Role
from app.access.rules.agency_marks import mark_in_id
from app.closing import store
from app.closing.addressing import asked, closings_meant
from app.closing.report_readers import report_reach
from app.closing.rules.report_reach import ReportReach
from app.closing.schemas import AlteredPlaceOut, IdentityOut, PeriodOut, ReportLine, ReportQuery, VerificationOut
from app.closing.tables import DRAFT, Period, Report
from app.directory.agency_marks import AgencyMarks
from app.directory.listing_store import nips_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.seals.rules.canonical_json import digest_in
from app.seals.rules.verification import verify


def period_out(period: Period) -> PeriodOut:
    """The revision as it goes out."""
    return PeriodOut.model_validate(
        {
            "code": period.code,
            "office": period.root or None,
            "revision": period.revision,
            "state": period.state,
            "from": period.first_on,
            "to": period.last_on,
            "instrument": period.instrument,
            "weights": period.weights,
            "bands": period.bands,
            "drafted_at": period.drafted_at,
            "reply_until": period.replies_end_at,
            "final_at": period.final_at,
        }
    )


def list_reports(session: Session, principal: Principal, query: ReportQuery) -> list[ReportLine]:
    """The reports of a closed period that this key reaches.

    Raises `period-unknown`, `period-open` and `instrument-ambiguous`.
    """
    span = asked(query.period)
    reach = report_reach(session, principal)
    periods = closings_meant(store.periods_of(session, principal.agency_id, span.code), query.instrument)
    return [
        _line(report, period)
        for period in newest_or_named(periods, query.revision, drafts=reach.drafts)
        for report in store.reports_of(session, period)
        if _reaches(reach, report) and query.kind in (None, report.kind) and query.unit in (None, report.unit)
    ]


def report_of(session: Session, principal: Principal, report_id: UUID) -> tuple[Report, Period]:
    """One report. Raises `report-unknown`, `out-of-scope` and, for those who may not see drafts, `report-draft`."""
    report = store.find_report(session, principal.agency_id, report_id)
    if report is None:
        raise Problem("report-unknown")
    reach = report_reach(session, principal)
    if not _reaches(reach, report):
        raise Problem("out-of-scope", what="this report")
    period = store.period_of_report(session, report)
    if period.state == DRAFT and not reach.drafts:
        raise Problem("report-draft")
    return report, period


def report_to_take(session: Session, principal: Principal, report_id: UUID) -> Report:
    """One report as a file. Raises what `report_of` does; an appraiser reads drafts, and takes along what is final."""
    report, period = report_of(session, principal, report_id)
    if not may_take(principal, period):
        raise Problem("report-draft")
    return report


def may_take(principal: Principal, period: Period) -> bool:
    """Whether a report that this reader may read may also be taken along as a file."""
    return period.state != DRAFT or principal.kind is not Role.appraiser


def identity_of(session: Session, report: Report) -> IdentityOut | None:
    """The NIP of the employee a report is about, as the directory has it now; None for offices and agencies.

    For readers who may see it: it is no part of the report.
    """
    if report.kind != "employee":
        return None
    return IdentityOut(nip=nips_of(session, report.agency_id, [report.unit]).get(report.unit))


def verification_of(
    session: Session, marks: AgencyMarks, report_id: UUID, keys: Mapping[str, bytes]
) -> VerificationOut:
    """What the seal of a stored report says. Raises `report-unknown` for drafts, too: nothing is sealed yet."""
    report = marks.find(
        session, mark_in_id(report_id), lambda agencies: store.sealed_report(session, agencies, report_id)
    )
    if report is None or report.envelope is None:
        raise Problem("report-unknown")
    envelope = json.loads(report.envelope)
    verdict = verify(envelope, keys)
    return VerificationOut(
        outcome=verdict.outcome,
        key=verdict.key,
        digest=envelope.get("digest"),
        final_on=envelope["document"].get("final_on"),
        altered=tuple(AlteredPlaceOut(pointer=place.pointer, change=place.change) for place in verdict.places),
    )


def newest_or_named(periods: Sequence[Period], revision: int | None, *, drafts: bool) -> list[Period]:
    """Under each root the revision asked for, or the newest; of drafts only where they may be seen."""
    may = [period for period in periods if period.state != DRAFT or drafts]
    if revision is not None:
        return [period for period in may if period.revision == revision]
    newest = {period.root: period for period in may}
    return list(newest.values())


def _reaches(reach: ReportReach, report: Report) -> bool:
    return reach.has(report.kind, report.unit, report.office, report.root)


def _line(report: Report, period: Period) -> ReportLine:
    return ReportLine(
        id=report.report_id,
        kind=report.kind,
        unit=report.unit,
        office=report.office,
        period=report.period,
        instrument=report.instrument,
        revision=report.revision,
        state=period.state,
        digest=digest_in(report.envelope) if report.envelope else None,
    )
