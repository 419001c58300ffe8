"""Reports for those who pull them: within the key's reach, drafts for supervisors only."""

import json
from collections.abc import Mapping, Sequence
from uuid import UUID

from app.access.principals import KeyKind, Principal
from app.closing import store
from app.closing.addressing import asked, closings_meant
from app.closing.schemas import AlteredPlaceOut, IdentityOut, PeriodOut, ReportLine, ReportQuery, VerificationOut
from app.closing.tables import DRAFT, Period, Report
from app.directory.listing_store import nips_of
from app.directory.reach import offices_in_reach
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.seals.rules.canonical_json import digest_in
from app.seals.rules.verification import verify

DRAFT_READERS = frozenset({KeyKind.supervisor, KeyKind.admin})


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
    reached = offices_in_reach(session, principal.reach)
    periods = closings_meant(store.periods_of(session, principal.agency_id, span.code), query.instrument)
    return [
        _line(report, period)
        for period in newest_or_named(periods, query.revision, principal)
        for report in store.reports_of(session, period)
        if _reaches(report, reached) and query.kind in (None, report.kind) and query.unit in (None, report.unit)
    ]


def report_of(session: Session, principal: Principal, report_id: UUID) -> tuple[Report, Period]:
    """One report. Raises `report-unknown`, `out-of-scope` and, for those who may not see drafts, `report-draft`."""
    report = store.find_report(session, principal.agency_id, report_id)
    if report is None:
        raise Problem("report-unknown")
    if not _reaches(report, offices_in_reach(session, principal.reach)):
        raise Problem("out-of-scope", what="this report")
    period = store.period_of_report(session, report)
    if period.state == DRAFT and principal.kind not in DRAFT_READERS:
        raise Problem("report-draft")
    return report, period


def identity_of(session: Session, report: Report) -> IdentityOut | None:
    """The NIP of the employee a report is about, as the directory has it now; None for offices and agencies.

    For readers who may see it: it is no part of the report.
    """
    if report.kind != "employee":
        return None
    return IdentityOut(nip=nips_of(session, report.agency_id, [report.unit]).get(report.unit))


def verification_of(session: Session, report_id: UUID, keys: Mapping[str, bytes]) -> VerificationOut:
    """What the seal of a stored report says. Raises `report-unknown` for drafts, too: nothing is sealed yet."""
    report = next((each for each in store.reports_by_id(session, report_id) if each.envelope), None)
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


def newest_or_named(periods: Sequence[Period], revision: int | None, principal: Principal) -> list[Period]:
    """Under each root the revision asked for, or the newest that this key may see."""
    may = [period for period in periods if period.state != DRAFT or principal.kind in DRAFT_READERS]
    if revision is not None:
        return [period for period in may if period.revision == revision]
    newest = {period.root: period for period in may}
    return list(newest.values())


def _reaches(report: Report, reached: frozenset[str] | None) -> bool:
    if reached is None:
        return True
    return report.office in reached if report.office is not None else report.root in reached


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
