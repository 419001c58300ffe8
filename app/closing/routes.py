"""The HTTP of this room: periods are closed and finalised, reports are pulled, employees reply."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query
from starlette.requests import Request
from starlette.responses import RedirectResponse

from app.access.guard import reads, requires
from app.access.guesses import LinkGuesses
from app.access.principals import KeyKind, Principal, Role
from app.access.readings import Readings
from app.access.rules.secret_texts import read_secret
from app.closing import lifecycle, notes, replies, store
from app.closing.about_persons import note_on_person
from app.closing.addressing import asked
from app.closing.beside import beside_report, needs_beside, traces_beside
from app.closing.comments import CommentOut, CommentPage, CommentQuery, MarkIn, mark_comment, read_comments
from app.closing.reading import list_reports, period_out, report_of, verification_of
from app.closing.report_readers import DRAFT_READERS
from app.closing.schemas import (
    BesideOut,
    CloseIn,
    InvitedIn,
    InvitedOut,
    NoteIn,
    PeriodOut,
    PeriodPage,
    ReadingOut,
    ReplyIn,
    ReportPage,
    ReportQuery,
    VerificationOut,
    WordsIn,
)
from app.closing.survey import plans as skm_plans
from app.closing.survey.plans import Planned
from app.closing.survey.schemas import (
    ClosingQuery,
    FollowUpsIn,
    FollowUpsOut,
    OfficeQuery,
    PublicationsIn,
    PublicationsOut,
)
from app.directory.agency_marks import AgencyMarks
from app.foundation.http.body import json_body
from app.foundation.http.content_negotiation import wants_page
from app.foundation.http.openapi import open_problems, problems
from app.foundation.http.query_parameters import exact_query
from app.foundation.http.services import address_of, services_of
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import all_agencies, of_agency_named
from app.seals.keyring import signing_key, usable_keys

router = APIRouter(prefix="/v1", tags=["reports"])
READERS = (KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin)
PeriodReader = Annotated[Principal, Depends(requires(*READERS, roles=(Role.supervisor, Role.administrator)))]
PlanReader = Annotated[Principal, Depends(requires(*READERS, roles=(Role.supervisor,)))]
ReportReader = Annotated[Principal, Depends(requires(*READERS, roles=tuple(Role)))]
# What is told of persons is bounded, and leaves a trace.
FigureReader = Annotated[Principal, Depends(reads(*READERS, roles=tuple(Role)))]
ANSWERABLE = (Role.supervisor, Role.administrator)
CommentReader = Annotated[Principal, Depends(requires(KeyKind.supervisor, KeyKind.admin, roles=ANSWERABLE))]
Supervisor = Annotated[Principal, Depends(requires(KeyKind.supervisor, KeyKind.admin, roles=(Role.supervisor,)))]
Closer = Annotated[Principal, Depends(requires(KeyKind.supervisor, KeyKind.admin, roles=ANSWERABLE, proof=True))]
# Beside a person's draft: by the code of the person a key, by the report the person's appraiser.
Noting = Annotated[Principal, Depends(requires(KeyKind.supervisor, KeyKind.admin))]
Appraiser = Annotated[Principal, Depends(requires(KeyKind.supervisor, KeyKind.admin, roles=(Role.appraiser,)))]
Code = Annotated[str, Path(description="2026-09, 2026-Q3, 2026-S2 or 2026.")]
ByInstrument = Annotated[ClosingQuery, Query()]
# An entry without a guard takes an exact query and a declared body all the same.
OPEN = [Depends(exact_query), Depends(json_body)]
# What can be wrong with a body.
BODY = (400, 408, 413, 415, 422)


@router.get("/periods", responses=problems())
def get_periods(request: Request, principal: PeriodReader) -> PeriodPage:
    """Every revision of every closed period of the agency, newest period first."""
    with services_of(request).database.reading() as session:
        periods = store.periods_of(session, principal.agency_id)
    return PeriodPage(items=tuple(map(period_out, periods)))


@router.post("/periods/{code}/close", status_code=201, responses=problems(*BODY, 404, 409))
def close_period(request: Request, principal: Closer, code: Code, body: CloseIn) -> PeriodOut:
    """Compute the drafts of a period that is over, and open the reply window."""
    require_whole(principal)
    services = services_of(request)
    settings = services.settings
    period = lifecycle.close(
        services.database,
        principal.reach,
        asked(code),
        by=lifecycle.Method(body.instrument, body.weights, body.bands),
        now=services.now(),
        working_days=settings.reply_working_days,
    )
    return period_out(period)


@router.post("/periods/{code}/revise", status_code=201, responses=problems(404, 409, 422))
def revise_period(request: Request, principal: Closer, code: Code, query: ByInstrument) -> PeriodOut:
    """Make the next revision of a final period from late ratings; it begins as a draft again."""
    require_whole(principal)
    services = services_of(request)
    settings = services.settings
    period = lifecycle.revise(
        services.database,
        principal.reach,
        asked(code),
        query.instrument,
        now=services.now(),
        working_days=settings.reply_working_days,
    )
    return period_out(period)


@router.post("/periods/{code}/notes", status_code=204, responses=problems(*BODY, 404, 409))
def note_on_report(request: Request, principal: Noting, code: Code, query: ByInstrument, body: NoteIn) -> None:
    """Put the supervisor's words beside an employee's draft."""
    services = services_of(request)
    with services.database.writing() as session:
        notes.note(
            session,
            principal.reach,
            asked(code),
            query.instrument,
            employee=body.employee,
            text=body.text,
            now=services.now(),
        )


@router.post("/periods/{code}/finalise", responses=problems(404, 409, 422))
def finalise_period(request: Request, principal: Closer, code: Code, query: ByInstrument) -> PeriodOut:
    """After the reply window: sign every report with its reply and its note, for ever."""
    require_whole(principal)
    services = services_of(request)
    settings = services.settings
    key = signing_key(settings.signing_key_file)
    database, now = services.database, services.now()
    return period_out(lifecycle.finalise(database, principal.reach, asked(code), query.instrument, key=key, now=now))


@router.get("/periods/{code}/follow-ups", responses=problems(404, 409, 422))
def get_follow_ups(
    request: Request, principal: PlanReader, code: Code, query: Annotated[OfficeQuery, Query()]
) -> FollowUpsOut:
    """The plan that follows a period, and how far it was carried out."""
    with services_of(request).database.reading() as session:
        about = Planned(asked(code), query.office, query.instrument)
        drafts = principal.kind in DRAFT_READERS
        return skm_plans.follow_ups_of(session, principal.reach, about, services_of(request).now(), drafts=drafts)


@router.put("/periods/{code}/follow-ups", responses=problems(*BODY, 404, 409))
def put_follow_ups(
    request: Request, principal: Supervisor, code: Code, query: ByInstrument, body: FollowUpsIn
) -> FollowUpsOut:
    """Replace the plan that follows a period; what stands there when it is finalised is signed."""
    services = services_of(request)
    with services.database.writing() as session:
        about = Planned(asked(code), body.office, query.instrument)
        return skm_plans.put_follow_ups(session, principal.reach, about, body.items, services.now())


@router.get("/periods/{code}/publications", responses=problems(404, 409, 422))
def get_publications(
    request: Request, principal: PlanReader, code: Code, query: Annotated[OfficeQuery, Query()]
) -> PublicationsOut:
    """Where and when a period's results were made public."""
    with services_of(request).database.reading() as session:
        return skm_plans.publications_of(session, principal.reach, Planned(asked(code), query.office, query.instrument))


@router.put("/periods/{code}/publications", responses=problems(*BODY, 404, 409))
def put_publications(
    request: Request, principal: Supervisor, code: Code, query: ByInstrument, body: PublicationsIn
) -> PublicationsOut:
    """Replace the record of where a period's results were made public."""
    services = services_of(request)
    with services.database.writing() as session:
        about = Planned(asked(code), body.office, query.instrument)
        return skm_plans.put_publications(session, principal.reach, about, body.items, services.now())


@router.get("/comments", responses=problems(404, 422))
def get_comments(request: Request, principal: CommentReader, query: Annotated[CommentQuery, Query()]) -> CommentPage:
    """What citizens wrote, as far as it is told: blocks of ten or more, without personal data."""
    with services_of(request).database.snapshot() as session:
        return read_comments(session, principal.reach, query)


@router.put("/comments/{comment_id}/mark", responses=problems(*BODY, 404))
def put_mark(request: Request, principal: Supervisor, comment_id: UUID, body: MarkIn) -> CommentOut:
    """Say of a told comment about which element it is, and whether it was acted on."""
    services = services_of(request)
    with services.database.writing() as session:
        return mark_comment(session, principal.reach, comment_id, body, services.now())


@router.get("/reports", responses=problems(404, 409, 422))
def get_reports(request: Request, principal: ReportReader, query: Annotated[ReportQuery, Query()]) -> ReportPage:
    """The reports of a closed period that this key reaches; drafts are for supervisors only."""
    with services_of(request).database.reading() as session:
        return ReportPage(items=tuple(list_reports(session, principal, query)))


@router.get("/reports/{report_id}/beside", responses=problems(404, 409, 422, 429))
def get_beside(request: Request, principal: FigureReader, report_id: UUID) -> BesideOut:
    """What stands beside a report and in no signed document, for some readers alone.

    Beside an agency's: the names of the employees whose service is recognised, in their order, for whoever sees figures
    about persons. Beside a person's: the own training needs by question, for that person and the appraiser.
    """
    services = services_of(request)
    with services.database.reading() as session:
        report, _ = report_of(session, principal, report_id)
        beside = beside_report(session, principal, report)
    traces = traces_beside(principal, report, beside)
    services.of(Readings).leave_traces(principal, traces)
    return beside


@router.post("/reports/{report_id}/note", status_code=204, responses=problems(*BODY, 404, 409))
def note_on_one(request: Request, principal: Appraiser, report_id: UUID, body: WordsIn) -> None:
    """Put words beside a person's draft, or others in their place; an appraiser beside those of the own people."""
    services = services_of(request)
    with services.database.writing() as session:
        note_on_person(session, principal, report_id, body.text, services.now())


@router.get(
    "/reports/{report_id}/verification",
    dependencies=OPEN,
    response_model=VerificationOut,
    responses=open_problems(404, 422, 429),
)
def get_verification(request: Request, report_id: UUID) -> VerificationOut | RedirectResponse:
    """Whether a final report is as it was signed. Open to whoever holds its id; tells nothing about anybody.

    A browser is sent to the page that says it in words.
    """
    services = services_of(request)
    settings = services.settings
    if wants_page(request):
        # Printed codes lead here for ever.
        return RedirectResponse(f"{settings.base_path}/verify/{report_id}", 303, headers={"Vary": "Accept"})
    guesses = services.of(LinkGuesses)
    guess = guesses.attempt(address_of(request), report_id.hex)
    with guess, all_agencies(), services.database.reading() as session:
        return verification_of(session, services.of(AgencyMarks), report_id, usable_keys(settings.signing_key_file))


@router.post("/replies/read", dependencies=OPEN, responses=open_problems(*BODY, 404, 409, 429))
def read_invited(request: Request, body: InvitedIn) -> InvitedOut:
    """The own draft behind a personal link; within a year of the reply window also the own final report."""
    services = services_of(request)
    now = services.now()
    with _guessing(request, body.token), services.database.reading() as session:
        invited = replies.open_invitation(session, body.token, now)
        training = needs_beside(session, invited.report)
    return InvitedOut(
        document=invited.document,
        state=invited.period.state,
        may_reply=invited.may_reply(now),
        reply_until=invited.period.replies_end_at,
        reply=invited.reply.text if invited.reply else None,
        readings=tuple(
            ReadingOut.model_validate(each, from_attributes=True, by_name=True) for each in invited.readings
        ),
        training=training,
    )


@router.post("/replies", status_code=204, dependencies=OPEN, responses=open_problems(*BODY, 404, 409, 429))
def post_reply(request: Request, body: ReplyIn) -> None:
    """Reply once to the own draft; the reply becomes part of the final report."""
    services = services_of(request)
    with _guessing(request, body.token):
        # Read before anything is written: SQLite has one writer, and whoever guesses must not make ratings wait for it.
        with services.database.reading() as session:
            replies.open_invitation(session, body.token, services.now())
        with services.database.writing() as session:
            replies.reply(session, body.token, body.text, services.now())


@contextmanager
def _guessing(request: Request, token: str) -> Iterator[None]:
    """What a link's agency has, within; whoever asks with a wrong link, again and again, has to wait."""
    given = read_secret(replies.PREFIX, token)
    guess = services_of(request).of(LinkGuesses).attempt(address_of(request), given and given.lookup)
    with guess, of_agency_named(given and given.agency_id):
        yield


def require_whole(principal: Principal) -> None:
    """Of persons only who answers for the whole agency closes and finalises; a key of a part closes for that part."""
    if isinstance(principal.kind, Role) and principal.office is not None:
        raise Problem("out-of-scope", what="the whole agency")
