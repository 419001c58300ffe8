"""Reads what an agency hands in as evidence about its surveys (PEKPPP): signed reports, plans, publications."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import NamedTuple

from app.access.principals import Principal
from app.closing import store
from app.closing.addressing import asked, closings_meant
from app.closing.reading import newest_or_named
from app.closing.report_readers import report_reach
from app.closing.rules.documents import SKM, WHOLE_UNIT
from app.closing.rules.follow_up import days_taken, is_overdue, today
from app.closing.rules.report_documents.reports import AgencyReport, SurveyReport, parse_report
from app.closing.survey import store as skm_store
from app.closing.tables import FollowUp, Period, Publication, Report
from app.directory.listing_store import agency_name, names_of
from app.disclosure.rules.calendar import Span
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.indices.reading import instrument_of
from app.ratings.rules.selection import By
from app.reports.formats.evidence_files import EvidenceFiles
from app.reports.formats.printable import Printable
from app.reports.printing import logged_proof, printable
from app.reports.rules.evidence_pack import EvidencePack, PackedSurvey, PlanLine, Published
from app.reports.rules.file_names import file_part
from app.reports.sections.view import legible


class AskedPack(NamedTuple):
    """Of which period, by which questionnaire (None: the only one it was closed by)."""

    period: str
    instrument: str | None = None


class _Final(NamedTuple):
    """A final report, and the closing that it belongs to."""

    report: Report
    period: Period


def evidence_pack(
    session: Session, principal: Principal, of: AskedPack, public_url: str | None, now: datetime
) -> EvidenceFiles:
    """The pack of all that this reader reaches. Raises `period-unknown`, `period-open`, `instrument-ambiguous`, and
    `report-draft` where nothing is final, `out-of-scope` where nothing of it is in reach."""
    span, reach = asked(of.period), report_reach(session, principal)
    closed = closings_meant(store.periods_of(session, principal.agency_id, span.code), of.instrument)
    final = newest_or_named(closed, None, drafts=False)
    if not final:
        raise Problem("report-draft")
    reports = [
        _Final(each, period)
        for period in final
        for each in store.reports_of(session, period)
        if each.kind in (SKM, "agency") and reach.has(each.kind, each.unit, each.office, each.root)
    ]
    surveys = [each for each in reports if each.report.kind == SKM]
    if not surveys:
        raise Problem("out-of-scope", what="the surveys of this period")
    [instrument] = {each.instrument for each in final}
    printables = {each.report.report_id: _printable(session, each.report, public_url) for each in surveys}
    packed = [_packed(each, printables[each.report.report_id]) for each in _whole_first(surveys)]
    units = {each.unit for each in packed}
    offices = names_of(session, principal.agency_id, By.office, {code for code in units if code})
    agency = legible(agency_name(session, principal.agency_id))
    pack = EvidencePack(
        agency=agency,
        span=span,
        instrument=instrument,
        index_name=instrument_of(session, principal.agency_id, instrument).index_name,
        on=today(now),
        surveys=tuple(packed),
        actions=tuple(_actions(session, principal.agency_id, span, instrument, packed, today(now))),
        publications=tuple(_published(session, principal.agency_id, span, instrument, units)),
        names=legible({"": agency, **offices}),
        recognised=_recognised(reports),
    )
    files = [
        (each.file, printables[stored.report.report_id])
        for each, stored in zip(packed, _whole_first(surveys), strict=True)
    ]
    return EvidenceFiles(pack, files)


def _printable(session: Session, report: Report, public_url: str | None) -> Printable:
    return printable(report, public_url, proof=logged_proof(session, report))


def _whole_first(surveys: Iterable[_Final]) -> list[_Final]:
    return sorted(surveys, key=lambda each: (each.report.unit != WHOLE_UNIT, each.report.root, each.report.unit))


def _packed(final: _Final, printed: Printable) -> PackedSurvey:
    report, period = final.report, final.period
    document, seal = parse_report(legible(printed.document.plain())), printed.seal
    assert isinstance(document, SurveyReport), "its kind was asked for"
    assert seal is not None, "what is final is sealed"
    is_whole = report.unit == WHOLE_UNIT
    part = f"-{file_part(period.root)}" if period.root else ""
    return PackedSurvey(
        # Plans about a whole are kept under its root.
        unit=period.root if is_whole else report.unit,
        is_whole=is_whole,
        report=document,
        digest=seal.digest,
        address=printed.verification_address,
        file=f"{period.code}-{period.instrument}{part}-r{period.revision}-skm-{file_part(report.unit)}",
    )


def _actions(
    session: Session, agency_id: str, span: Span, instrument: str, surveys: Sequence[PackedSurvey], on: date
) -> Iterator[PlanLine]:
    """What the signed reports say of the plan before, then the plan of this period as it stands."""
    for each in surveys:
        realised = each.report.realisation
        for item in realised.items:
            yield PlanLine(
                unit=each.unit,
                period=realised.period,
                element=item.element,
                action=item.action,
                owner=item.owner,
                due_on=date.fromisoformat(item.due_on),
                status=item.status,
                done_on=date.fromisoformat(item.done_on) if item.done_on else None,
                days=item.days,
                # What is overdue on some day stands in no signed report.
                overdue=False,
                proof_address=item.proof_address,
                proof_sha256=item.proof_sha256,
                signed=True,
            )
    units = {each.unit for each in surveys}
    for row in skm_store.follow_ups_in(session, agency_id, [span.code], instrument):
        if row.office in units:
            yield _planned(row, span, on)


def _planned(row: FollowUp, span: Span, on: date) -> PlanLine:
    return PlanLine(
        unit=row.office,
        period=row.period,
        element=row.element,
        action=legible(row.action),
        owner=legible(row.owner),
        due_on=row.due_on,
        status=row.status,
        done_on=row.done_on,
        days=days_taken(span.last, row.done_on),
        overdue=is_overdue(row.status, row.due_on, on),
        proof_address=row.proof_address,
        proof_sha256=row.proof_sha256,
    )


def _published(session: Session, agency_id: str, span: Span, instrument: str, units: set[str]) -> Iterator[Published]:
    rows: Sequence[Publication] = skm_store.publications_in(
        session, agency_id, [span.code, span.before().code], instrument
    )
    for row in rows:
        if row.office in units:
            yield Published(row.office, row.period, legible(row.medium), row.published_on, row.address)


def _recognised(reports: Iterable[_Final]) -> int | None:
    """How many employees the agency's reports recognise; None where none says so."""
    documents: list[Mapping[str, object]] = [
        json.loads(each.report.document) for each in reports if each.report.kind == "agency"
    ]
    parsed = [parse_report(each) for each in documents]
    told = [each.recognised for each in parsed if isinstance(each, AgencyReport) and each.recognised is not None]
    return sum(told) if told else None
