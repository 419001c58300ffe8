"""The HTTP of this room: periods are closed and finalised, reports are pulled, employees reply."""

import json
from collections.abc import Mapping
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from app.access.guard import requires
from app.access.principals import KeyKind, Principal
from app.foundation.body import json_body
from app.foundation.clock import Clock
from app.foundation.database import Database
from app.foundation.openapi import open_problems, problems
from app.foundation.queries import exact_query
from app.foundation.settings import Settings
from app.foundation.translations import negotiate
from app.reports import lifecycle, replies, skm_plans, store
from app.reports.appraisals import appraisals_for, written
from app.reports.canonical import digest_in
from app.reports.formats.appraisal_files import APPRAISAL_FORMATS
from app.reports.formats.registry import FORMATS, Format
from app.reports.keyring import signing_key, usable_keys
from app.reports.lifecycle import Reach, asked
from app.reports.printing import HEADERS, Offered, file_name, format_for, media_types, printable
from app.reports.reading import identity_of, list_reports, period_out, report_of, verification_of
from app.reports.schemas import (
    AppraisalQuery,
    AppraisalsOut,
    CloseIn,
    FormatQuery,
    InvitedIn,
    InvitedOut,
    NoteIn,
    PeriodOut,
    PeriodPage,
    ReplyIn,
    ReportOut,
    ReportPage,
    ReportQuery,
    VerificationOut,
)
from app.reports.shelf import Sealed, Shelf
from app.reports.skm_schemas import FollowUpsIn, FollowUpsOut, OfficeQuery, PublicationsIn, PublicationsOut

router = APIRouter(prefix="/v1", tags=["reports"])
Reader = Annotated[Principal, Depends(requires(KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin))]
Supervisor = Annotated[Principal, Depends(requires(KeyKind.supervisor, KeyKind.admin))]
Code = Annotated[str, Path(description="2026-09, 2026-Q3, 2026-S2 or 2026.")]
# An entry without a guard takes an exact query and a declared body all the same.
OPEN = [Depends(exact_query), Depends(json_body)]
# What can be wrong with a body.
BODY = (400, 408, 413, 415, 422)


@router.get("/periods", responses=problems())
def get_periods(request: Request, principal: Reader) -> PeriodPage:
    """Every revision of every closed period of the agency, newest period first."""
    with _database(request).reading() as session:
        periods = store.periods_of(session, principal.agency_id)
    return PeriodPage(items=tuple(map(period_out, periods)))


@router.post("/periods/{code}/close", status_code=201, responses=problems(*BODY, 404, 409))
def close_period(request: Request, principal: Supervisor, code: Code, body: CloseIn) -> PeriodOut:
    """Compute the drafts of a period that is over, and open the reply window."""
    settings: Settings = request.app.state.settings
    period = lifecycle.close(
        _database(request),
        _reach(principal),
        asked(code),
        instrument=body.instrument,
        now=_now(request),
        working_days=settings.reply_working_days,
    )
    return period_out(period)


@router.post("/periods/{code}/revise", status_code=201, responses=problems(404, 409, 422))
def revise_period(request: Request, principal: Supervisor, code: Code) -> PeriodOut:
    """Make the next revision of a final period from late ratings; it begins as a draft again."""
    settings: Settings = request.app.state.settings
    database, days = _database(request), settings.reply_working_days
    period = lifecycle.revise(database, _reach(principal), asked(code), now=_now(request), working_days=days)
    return period_out(period)


@router.post("/periods/{code}/notes", status_code=204, responses=problems(*BODY, 404, 409))
def note_on_report(request: Request, principal: Supervisor, code: Code, body: NoteIn) -> None:
    """Put the supervisor's words beside an employee's draft."""
    with _database(request).writing() as session:
        lifecycle.note(
            session, _reach(principal), asked(code), employee=body.employee, text=body.text, now=_now(request)
        )


@router.post("/periods/{code}/finalise", responses=problems(404, 409, 422))
def finalise_period(request: Request, principal: Supervisor, code: Code) -> PeriodOut:
    """After the reply window: sign every report with its reply and its note, for ever."""
    settings: Settings = request.app.state.settings
    key = signing_key(settings.signing_key_file)
    return period_out(
        lifecycle.finalise(_database(request), _reach(principal), asked(code), key=key, now=_now(request))
    )


@router.get("/periods/{code}/follow-ups", responses=problems(404, 422))
def get_follow_ups(
    request: Request, principal: Reader, code: Code, query: Annotated[OfficeQuery, Query()]
) -> FollowUpsOut:
    """The plan that follows a period, and how far it was carried out."""
    with _database(request).reading() as session:
        return skm_plans.follow_ups_of(session, _reach(principal), asked(code), query.office)


@router.put("/periods/{code}/follow-ups", responses=problems(*BODY, 404, 409))
def put_follow_ups(request: Request, principal: Supervisor, code: Code, body: FollowUpsIn) -> FollowUpsOut:
    """Replace the plan that follows a period; what stands there when it is finalised is signed."""
    with _database(request).writing() as session:
        return skm_plans.put_follow_ups(session, _reach(principal), asked(code), body.office, body.items, _now(request))


@router.get("/periods/{code}/publications", responses=problems(404, 422))
def get_publications(
    request: Request, principal: Reader, code: Code, query: Annotated[OfficeQuery, Query()]
) -> PublicationsOut:
    """Where and when a period's results were made public."""
    with _database(request).reading() as session:
        return skm_plans.publications_of(session, _reach(principal), asked(code), query.office)


@router.put("/periods/{code}/publications", responses=problems(*BODY, 404))
def put_publications(request: Request, principal: Supervisor, code: Code, body: PublicationsIn) -> PublicationsOut:
    """Replace the record of where a period's results were made public."""
    with _database(request).writing() as session:
        return skm_plans.put_publications(
            session, _reach(principal), asked(code), body.office, body.items, _now(request)
        )


@router.get("/reports", responses=problems(404, 422))
def get_reports(request: Request, principal: Reader, query: Annotated[ReportQuery, Query()]) -> ReportPage:
    """The reports of a closed period that this key reaches; drafts are for supervisors only."""
    with _database(request).reading() as session:
        return ReportPage(items=tuple(list_reports(session, principal, query)))


def _formatted(formats: Mapping[str, Offered]) -> dict[int | str, dict[str, Any]]:
    """What the document says of the formats beside JSON."""
    others = [media_type for media_type in media_types(formats) if "json" not in media_type]
    return {200: {"content": {media_type: {"schema": {"type": "string"}} for media_type in others}}}


UNCHANGED: dict[int | str, dict[str, Any]] = {304: {"description": "If-None-Match names the digest; it never changes."}}


@router.get(
    "/reports/{report_id}",
    response_model=ReportOut,
    responses=_formatted(FORMATS) | UNCHANGED | problems(404, 406, 409, 422),
)
async def get_report(
    request: Request, principal: Reader, report_id: UUID, query: Annotated[FormatQuery, Query()]
) -> Response:
    """One report: sealed once it is final, which never changes; before, the draft.

    As JSON, CSV, XLSX, PDF (with the sealed JSON attached) or HTML, by `Accept` or `format`. A key that sees the
    NIP gets it beside the document.
    """
    form = format_for(query.format, _accept(request), FORMATS)
    language = query.lang or negotiate(request.headers.get("accept-language"), request.app.state.settings.language)
    shelf: Shelf = request.app.state.shelf
    sealed = shelf.find(principal, report_id) if form.name == "json" else None
    if sealed is not None:
        headers = _headers(sealed, form, language)
        if _is_known(request, headers):
            return Response(status_code=304, headers=headers)
        return _signed(sealed, form, headers)
    return await run_in_threadpool(_report, request, principal, report_id, form, language)


def _report(request: Request, principal: Principal, report_id: UUID, form: Format, language: str) -> Response:
    settings: Settings = request.app.state.settings
    with _database(request).reading() as session:
        report, _ = report_of(session, principal, report_id)
        identity = identity_of(session, report) if principal.sees_nip else None
    sealed = Sealed(report.period, report.revision, report.kind, report.unit, report.envelope or "")
    headers = _headers(sealed, form, language)
    if identity is not None:
        # It is of the directory as it is now, which no digest of the report tells; and no cache may hold it.
        headers["Cache-Control"] = "private, no-store"
        headers.pop("ETag", None)
    elif sealed.envelope:
        shelf: Shelf = request.app.state.shelf
        shelf.keep(principal.agency_id, report_id, sealed)
        if _is_known(request, headers):
            return Response(status_code=304, headers=headers)
        if form.name == "json":
            return _signed(sealed, form, headers)
    return Response(
        form.write(printable(report, settings.public_url, identity), language),
        media_type=form.media_type,
        headers=headers,
    )


def _signed(sealed: Sealed, form: Format, headers: Mapping[str, str]) -> Response:
    """The bytes that were signed are stored: nothing is read or written anew."""
    return Response(sealed.envelope, media_type=form.media_type, headers=headers)


def _headers(sealed: Sealed, form: Format, language: str) -> dict[str, str]:
    headers = {
        "Vary": "Accept, Accept-Language",
        "Cache-Control": "private, no-cache",
        "Content-Disposition": f'inline; filename="{file_name(sealed, form)}"',
        **HEADERS.get(form.name, {}),
    }
    if sealed.envelope:
        headers["ETag"] = f'"{digest_in(sealed.envelope)}-{form.name}-{language}"'
    return headers


def _is_known(request: Request, headers: Mapping[str, str]) -> bool:
    return headers["ETag"] in request.headers.get("if-none-match", "")


@router.get(
    "/appraisals",
    response_model=AppraisalsOut,
    responses=_formatted(APPRAISAL_FORMATS) | problems(404, 406, 409, 422),
)
def get_appraisals(request: Request, principal: Reader, query: Annotated[AppraisalQuery, Query()]) -> StreamingResponse:
    """One row per employee of a closed period, for appraisal systems: evidence with its seal, never a predikat.

    As JSON, CSV or XLSX, by `Accept` or `format`. The NIP is whole for a key that sees it, else masked.
    """
    settings: Settings = request.app.state.settings
    form = format_for(query.format, _accept(request), APPRAISAL_FORMATS)
    with _database(request).snapshot() as session:
        asked_for = appraisals_for(session, principal, query.period, query.revision, settings.public_url)
        file = written(session, asked_for, form)
    headers = {
        "Vary": "Accept",
        "Cache-Control": "private, no-store" if principal.sees_nip else "private, no-cache",
        "Content-Length": str(file.length),
        "Content-Disposition": f'inline; filename="{asked_for.file_name(form)}"',
    }
    return StreamingResponse(file.chunks(), media_type=form.media_type, headers=headers)


@router.get("/reports/{report_id}/verification", dependencies=OPEN, responses=open_problems(404, 422))
def get_verification(request: Request, report_id: UUID) -> VerificationOut:
    """Whether a final report is as it was signed. Open to whoever holds its id; tells nothing about anybody."""
    settings: Settings = request.app.state.settings
    with _database(request).reading() as session:
        return verification_of(session, report_id, usable_keys(settings.signing_key_file))


@router.post("/replies/read", dependencies=OPEN, responses=open_problems(*BODY, 404, 409))
def read_invited(request: Request, body: InvitedIn) -> InvitedOut:
    """The own draft behind a personal link."""
    with _database(request).reading() as session:
        invited = replies.open_invitation(session, body.token, _now(request))
    return InvitedOut(
        document=json.loads(invited.report.document),
        reply_until=invited.period.replies_end_at,
        reply=invited.reply.text if invited.reply else None,
    )


@router.post("/replies", status_code=204, dependencies=OPEN, responses=open_problems(*BODY, 404, 409))
def post_reply(request: Request, body: ReplyIn) -> None:
    """Reply once to the own draft; the reply becomes part of the final report."""
    with _database(request).writing() as session:
        replies.reply(session, body.token, body.text, _now(request))


def _accept(request: Request) -> str:
    return ",".join(request.headers.getlist("accept"))


def _reach(principal: Principal) -> Reach:
    return Reach(principal.agency_id, principal.office or "", principal.actor)


def _database(request: Request) -> Database:
    database: Database = request.app.state.database
    return database


def _now(request: Request) -> Any:
    clock: Clock = request.app.state.clock
    return clock()
