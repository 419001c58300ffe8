"""Reports over HTTP: one report in any format, and a closed period's file for appraisal systems."""

import json
from collections.abc import Iterable, Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.access.guard import reads
from app.access.principals import OFFICE_READERS, OVERSEERS, KeyKind, Principal, Role
from app.access.readings import Covered, Readings
from app.closing.beside import beside_report, traces_beside
from app.closing.reading import identity_of, report_to_take
from app.closing.schemas import BesideOut, IdentityOut
from app.closing.store import period_of_report
from app.closing.tables import Report
from app.foundation.csv_dialects import asked_language
from app.foundation.http.etag import has_tag
from app.foundation.http.openapi import problems
from app.foundation.http.replica_age import DATED, dated
from app.foundation.http.services import services_of
from app.foundation.storage.database import Session
from app.foundation.storage.read_replica import FigureReads
from app.reports.appraisals import AppraisalFile, Appraisals, AppraisedPeriod, appraisals_for, written
from app.reports.evidence_pack import AskedPack, evidence_pack
from app.reports.formats.appraisal_files import APPRAISAL_FORMATS
from app.reports.formats.as_pdf import evidence_bytes
from app.reports.formats.evidence_files import evidence_pieces
from app.reports.formats.pack_files import PACK_FORMATS
from app.reports.formats.registry import FORMATS, Format
from app.reports.pack import evidence_name, pack_for
from app.reports.pack import written as pack_file
from app.reports.printing import (
    Offered,
    file_name,
    format_for,
    in_language,
    logged_proof,
    media_types,
    printable,
)
from app.reports.schemas import (
    AppraisalQuery,
    AppraisalsOut,
    EvidencePackQuery,
    FormatQuery,
    LanguageQuery,
    PackQuery,
    ReportOut,
)
from app.reports.sealed_cache import SealedReport, SealedReportCache
from app.seals.rules.canonical_json import digest_in
from app.transparency.rules.proofs import LogProof

router = APIRouter(prefix="/v1", tags=["reports"])
READERS = (KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin)
# Every person has reports to read: which ones, the role says.
Reader = Annotated[Principal, Depends(reads(*READERS, roles=tuple(Role)))]
# Whoever reads reports about persons; who is signed in as one, the own.
OfPersons = Annotated[Principal, Depends(reads(*READERS, roles=(*OVERSEERS, Role.appraiser, Role.employee)))]
OfOffices = Annotated[Principal, Depends(reads(*READERS, roles=OFFICE_READERS))]
Appraising = Annotated[Principal, Depends(reads(*READERS, roles=(*OVERSEERS, Role.appraiser)))]


def _formatted(formats: Mapping[str, Offered]) -> dict[int | str, dict[str, Any]]:
    """What the document says of the formats beside JSON."""
    others = [media_type for media_type in media_types(formats) if "json" not in media_type]
    return {200: {"content": {media_type: {"schema": {"type": "string"}} for media_type in others}, **DATED[200]}}


def _binary(names: Iterable[str]) -> dict[int | str, dict[str, Any]]:
    """What the document says of an answer that is a file."""
    return {200: {"content": {each: {"schema": {"type": "string", "format": "binary"}} for each in names}}}


PACKED: dict[int | str, dict[str, Any]] = {200: _binary(("application/zip",))[200] | DATED[200]}
UNCHANGED: dict[int | str, dict[str, Any]] = {
    304: {"description": "If-None-Match names what is sealed, which never changes, and the log's proof beside it."}
}


@router.get(
    "/reports/{report_id}",
    response_model=ReportOut,
    responses=_formatted(FORMATS) | UNCHANGED | problems(404, 406, 409, 422, 429),
)
async def get_report(
    request: Request, principal: Reader, report_id: UUID, query: Annotated[FormatQuery, Query()]
) -> Response:
    """One report: sealed once it is final, which never changes; before, the draft. Beside the seal the log's proof.

    As JSON, CSV, XLSX, PDF (with the sealed JSON attached) or HTML, by `Accept` or `format`. CSV has `;` and decimal
    commas where Indonesian is asked for. A key that sees the NIP gets it beside the document.
    """
    services = services_of(request)
    asked = query.lang or asked_language(request.headers.get("accept-language"))
    form = in_language(format_for(query.format, _accept(request), FORMATS), FORMATS, asked)
    language = asked or services.settings.language
    cache = services.of(SealedReportCache)
    sealed = cache.find(principal, report_id) if form.name == "json" else None
    if sealed is not None:
        await run_in_threadpool(_leave_trace, request, principal, sealed)
        headers = _headers(sealed, form, language)
        if _is_known(request, headers):
            return Response(status_code=304, headers=headers)
        return _signed(sealed, form, headers)
    return await run_in_threadpool(_report, request, principal, report_id, form, language)


def _report(request: Request, principal: Principal, report_id: UUID, form: Format, language: str) -> Response:
    services = services_of(request)
    settings = services.settings

    def take(session: Session) -> tuple[Report, IdentityOut | None, BesideOut, LogProof | None]:
        report = report_to_take(session, principal, report_id)
        identity = identity_of(session, report) if principal.sees_nip else None
        return report, identity, beside_report(session, principal, report), logged_proof(session, report)

    read = services.of(FigureReads).read(take, late=principal.saves_nothing)
    report, identity, beside, proof = read.value
    names = (report.period, report.instrument, report.revision, report.kind, report.unit)
    sealed = SealedReport(*names, report.envelope or "", str(proof or ""), _state_of(proof))
    _leave_trace(request, principal, sealed)
    is_signed_alone = form.name == "json" or not (beside.recognised or beside.training)
    if beside.recognised and not is_signed_alone:
        services.of(Readings).leave_traces(principal, traces_beside(principal, report, beside))
    headers = _headers(sealed, form, language)
    if identity is not None or not is_signed_alone:
        # The NIP and names are of the directory as it is now, and not for everybody who may read the report: its digest
        # does not change with them, so it is no ETag here.
        headers["Cache-Control"] = "private, no-store"
        headers.pop("ETag", None)
    elif sealed.envelope:
        services.of(SealedReportCache).keep(principal.agency_id, report_id, sealed)
        if _is_known(request, headers):
            return dated(Response(status_code=304, headers=headers), read)
        if form.name == "json":
            return dated(_signed(sealed, form, headers), read)
    content = form.write(printable(report, settings.public_url, identity, beside, proof), language)
    return dated(Response(content, media_type=form.media_type, headers=headers), read)


def _leave_trace(request: Request, principal: Principal, report: SealedReport | Report) -> None:
    """Who reads a person's report leaves a trace; also of one that stands in the cache or is known already."""
    # Whoever reads about oneself leaves no trace.
    if report.kind == "employee" and principal.employee != report.unit:
        covered = Covered("report", employee=report.unit, period=report.period)
        services_of(request).of(Readings).leave_trace(principal, covered)


def _signed(sealed: SealedReport, form: Format, headers: Mapping[str, str]) -> Response:
    """The bytes that were signed are stored: nothing is read or written anew. The log's proof stands beside them."""
    beside = f',"proof":{json.dumps(sealed.proof)}}}' if sealed.proof else "}"
    return Response(sealed.envelope.removesuffix("}") + beside, media_type=form.media_type, headers=headers)


def _state_of(proof: LogProof | None) -> str:
    """What tells one proof of a report from another: its checkpoint, how many have signed that, and whether it is
    stamped."""
    if proof is None:
        return ""
    return f"-{proof.checkpoint.size}.{len(proof.note.signatures)}{'.stamped' if proof.stamp else ''}"


def _headers(sealed: SealedReport, form: Format, language: str) -> dict[str, str]:
    headers = {
        "Vary": "Accept, Accept-Language",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'inline; filename="{file_name(sealed, form)}"',
        **form.headers,
    }
    if sealed.envelope:
        headers["ETag"] = f'"{digest_in(sealed.envelope)}-{form.name}-{language}{sealed.proof_state}"'
    return headers


def _is_known(request: Request, headers: Mapping[str, str]) -> bool:
    return has_tag(request, headers["ETag"])


@router.get(
    "/appraisals",
    response_model=AppraisalsOut,
    responses=_formatted(APPRAISAL_FORMATS) | problems(404, 406, 409, 422, 429),
)
def get_appraisals(
    request: Request, principal: Appraising, query: Annotated[AppraisalQuery, Query()]
) -> StreamingResponse:
    """One row per employee of a closed period, for appraisal systems: evidence with its seal, never a predikat.

    As JSON, CSV (with `;` and decimal commas where `Accept-Language` asks for Indonesian) or XLSX, by `Accept` or
    `format`. The NIP is whole for a key that sees it, else masked.
    """
    services = services_of(request)
    settings = services.settings
    asked = asked_language(request.headers.get("accept-language"))
    form = in_language(format_for(query.format, _accept(request), APPRAISAL_FORMATS), APPRAISAL_FORMATS, asked)

    def read_all(session: Session) -> tuple[Appraisals, AppraisalFile]:
        of = AppraisedPeriod(query.period, query.instrument, query.revision, query.appraiser)
        asked_for = appraisals_for(session, principal, of, settings.public_url)
        return asked_for, written(session, asked_for, form)

    read = services.of(FigureReads).read(read_all, late=principal.saves_nothing, snapshot=True)
    asked_for, file = read.value
    services.of(Readings).leave_traces(principal, _covered(asked_for, principal, query.period))
    headers = {
        "Vary": "Accept, Accept-Language",
        "Cache-Control": "private, no-store" if principal.sees_nip else "private, no-cache",
        "Content-Length": str(file.length),
        "Content-Disposition": f'inline; filename="{asked_for.file_name(form)}"',
    }
    return dated(StreamingResponse(file.chunks(), media_type=form.media_type, headers=headers), read)


@router.get(
    "/appraisals/pack",
    response_class=Response,
    responses=_binary(media_types(PACK_FORMATS)) | problems(404, 406, 409, 422, 429),
)
def get_pack(request: Request, principal: Appraising, query: Annotated[PackQuery, Query()]) -> StreamingResponse:
    """What one appraiser takes along of a closed period: the people by name, each with what is final.

    XLSX: figures with their interval, what they may be used for, paragraphs of *umpan balik* to paste, reply and note,
    and a sheet that explains every column; ZIP: that and a sheet of evidence (PDF) for each person. Nobody is ranked,
    and there is no predikat. Whoever has nothing final is named with the reason.
    """
    services = services_of(request)
    asked = asked_language(request.headers.get("accept-language"))
    form = format_for(query.format, _accept(request), PACK_FORMATS)
    with services.database.snapshot() as session:
        of = AppraisedPeriod(query.period, query.instrument, query.revision, query.appraiser)
        packed = pack_for(session, principal, of, services.settings.public_url)
    # Drawing takes a while; everything is read before, so the database is not held meanwhile.
    file = pack_file(packed, form, query.lang or asked or services.settings.language)
    told = [Covered("appraisals", employee=each.code, period=query.period) for each in packed.pack.people]
    services.of(Readings).leave_traces(principal, [each for each in told if each.employee != principal.employee])
    headers = {
        "Vary": "Accept, Accept-Language",
        "Cache-Control": "private, no-store",
        "Content-Length": str(file.length),
        "Content-Disposition": f'attachment; filename="{packed.name}{form.suffix}"',
    }
    return StreamingResponse(file.chunks(), media_type=form.media_type, headers=headers)


@router.get(
    "/evidence-pack",
    response_class=Response,
    responses=PACKED | problems(404, 409, 422, 429),
)
def get_evidence_pack(
    request: Request, principal: OfOffices, query: Annotated[EvidencePackQuery, Query()]
) -> StreamingResponse:
    """What an agency hands in about its surveys for the ministry's review (PEKPPP), of a final period, as a ZIP.

    A workbook with the table of the rows that it proves, units, plans with their realisation, publications; and every
    survey's signed report as PDF and as the JSON that `cermin verify` checks. No employee is named, no score computed.
    """
    services = services_of(request)
    asked_for = query.lang or asked_language(request.headers.get("accept-language")) or services.settings.language
    of = AskedPack(query.period, query.instrument)
    read = services.of(FigureReads).read(
        lambda session: evidence_pack(session, principal, of, services.settings.public_url, services.now()),
        late=principal.saves_nothing,
        snapshot=True,
    )
    packed = read.value
    headers = {
        "Vary": "Accept-Language",
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'attachment; filename="{packed.pack.name}.zip"',
    }
    # Drawing takes a while; everything is read before, so the database is not held meanwhile, and no proxy waits long.
    pieces = evidence_pieces(packed, asked_for)
    return dated(StreamingResponse(pieces, media_type="application/zip", headers=headers), read)


@router.get(
    "/reports/{report_id}/evidence",
    response_class=Response,
    responses=_binary(("application/pdf",)) | problems(404, 409, 422, 429),
)
def get_evidence(
    request: Request, principal: OfPersons, report_id: UUID, query: Annotated[LanguageQuery, Query()]
) -> Response:
    """A person's final report as a sheet of evidence for an appraisal (PDF, the signed report attached).

    Index with interval, every dimension, what the figures may be used for, *umpan balik*, reply and note in full, and
    how to check it: one page, and more only where reply and note are long. Of drafts there is none.
    """
    services = services_of(request)
    asked = asked_language(request.headers.get("accept-language"))
    language = query.lang or asked or services.settings.language
    with services.database.reading() as session:
        report = report_to_take(session, principal, report_id)
        period = period_of_report(session, report)
        identity = identity_of(session, report) if principal.sees_nip else None
        proof = logged_proof(session, report)
    content = evidence_bytes(printable(report, services.settings.public_url, identity, proof=proof), language)
    _leave_trace(request, principal, report)
    headers = {
        "Vary": "Accept-Language",
        "Cache-Control": "private, no-store",
        "Content-Disposition": f'inline; filename="{evidence_name(period, report.unit)}"',
    }
    return Response(content, media_type="application/pdf", headers=headers)


def _covered(asked_for: Appraisals, principal: Principal, period: str) -> list[Covered]:
    """Whom the file is about: everybody of the offices in reach, or those alone whom somebody appraises."""
    persons = asked_for.reach.persons if asked_for.only is None else asked_for.only
    if persons is None:
        return [Covered("appraisals", office=principal.office, period=period)]
    return [Covered("appraisals", employee=code, period=period) for code in sorted(persons)]


def _accept(request: Request) -> str:
    return ",".join(request.headers.getlist("accept"))
