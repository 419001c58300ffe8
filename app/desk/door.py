"""The pages of signing in: passphrase, second factor, link, sign out."""

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.desk import passkeys, provider
from app.desk.blocks import Field, Form, Links, Page, Section
from app.desk.rendering import reader_of, respond
from app.desk.requests import (
    NEXT,
    Anybody,
    DeskRoute,
    FormSent,
    Halfway,
    Lang,
    Sent,
    SomeoneIn,
    go_on,
    to,
    to_proof,
    with_session,
)
from app.foundation.http.services import services_of
from app.foundation.http.visits import Visit
from app.people.faults import PeopleFault
from app.people.sessions import Sessions, cookie_name
from app.people.setting_up import SetUp
from app.people.signed_in import SignedIn
from app.people.signing_in import SignIn
from app.people.steps import Stage
from app.reports.sections.blocks import Code, Column, Facts, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)


@router.get("/sign-in")
def sign_in(request: Request, visit: Anybody, _: Lang) -> Response:
    """The first step; whoever is signed in goes on."""
    found = services_of(request).of(Sessions).find(visit)
    if found is not None:
        return to(request, NEXT[_stage(found)])
    return respond(request, _sign_in_page(request, visit))


@router.post("/sign-in")
def take_passphrase(request: Request, visit: Anybody, sent: FormSent) -> Response:
    """Sign in with a passphrase."""
    service = services_of(request).of(SignIn)
    try:
        entered = service.with_passphrase(visit, sent.get("name", ""), sent.get("passphrase", ""))
    except PeopleFault as fault:
        return respond(request, _sign_in_page(request, visit, sent, fault), status=422)
    return go_on(request, entered)


@router.get("/sign-in/link")
def link(request: Request, _: Anybody, __: Lang) -> Response:
    """Take an invitation: the code stands in the fragment, which no browser sends, or is pasted."""
    return respond(request, _link_page(request))


@router.post("/sign-in/link")
def take_link(request: Request, visit: Anybody, sent: FormSent) -> Response:
    """Choose a passphrase with the code of a link."""
    service = services_of(request).of(SignIn)
    given = (sent.get(name, "") for name in ("code", "passphrase", "repeated"))
    try:
        entered = service.with_link(visit, *given)
    except PeopleFault as fault:
        return respond(request, _link_page(request, sent, fault), status=422)
    return go_on(request, entered)


@router.get("/sign-in/code")
def code(request: Request, found: Halfway, _: Lang) -> Response:
    """The second step."""
    if _stage(found) is not Stage.code:
        return to(request, NEXT[_stage(found)])
    return respond(request, _code_page(reader_of(request)))


@router.post("/sign-in/code")
def take_code(request: Request, visit: Anybody, found: Halfway, sent: FormSent) -> Response:
    """Finish signing in with a code of the app, or a recovery code."""
    if _stage(found) is not Stage.code:
        return to(request, NEXT[_stage(found)])
    try:
        entered = services_of(request).of(SignIn).with_code(visit, found, sent.get("code", ""))
    except PeopleFault as fault:
        return respond(request, _code_page(reader_of(request), fault), status=422)
    return go_on(request, entered)


@router.get("/sign-in/second-factor")
def second_factor(request: Request, found: Halfway, _: Lang) -> Response:
    """Set up a second factor: the first, or another one in its place."""
    return _enrolment(request, found)


@router.post("/sign-in/second-factor")
def take_second_factor(request: Request, visit: Anybody, found: Halfway, sent: FormSent) -> Response:
    """Confirm the second factor by one of its codes; the recovery codes are shown once."""
    tell = reader_of(request)
    try:
        entered = services_of(request).of(SignIn).enrol(visit, found, sent.get("code", ""))
    except PeopleFault as fault:
        return _enrolment(request, found, fault)
    page = _recovery_page(tell, entered.recovery_codes)
    return with_session(request, respond(request, page), entered)


@router.post("/sign-out")
async def sign_out(request: Request, visit: Anybody, found: SomeoneIn) -> Response:
    """End this browser's session, and offer to end the provider's."""
    await run_in_threadpool(services_of(request).of(Sessions).end, found)
    farewell, tell = await provider.farewell_of(request, found), reader_of(request)
    also = () if farewell is None else (provider.farewell_section(request, farewell, tell),)
    page = Page(
        tell("You are signed out"),
        tell("Nobody can see your pages in this browser any more."),
        (*also, Section((Links(((tell("Sign in"), "/sign-in"),)),))),
    )
    response = respond(request, page)
    response.delete_cookie(cookie_name(visit), path="/", secure=request.scope["scheme"] == "https", httponly=True)
    return response


def _stage(found: SignedIn) -> Stage:
    if found.complete:
        return Stage.open
    return Stage.code if found.has_second_factor else Stage.enrol


def _enrolment(request: Request, found: SignedIn, fault: PeopleFault | None = None) -> Response:
    tell = reader_of(request)
    try:
        enrolment = services_of(request).of(SignIn).enrolment(found)
    except PeopleFault:
        if found.complete:
            return to_proof(request, "second-factor")
        if _stage(found) is Stage.enrol:
            # The first step is too long ago, and only doing it again helps; every other page would lead here again.
            services_of(request).of(Sessions).end(found)
            return to(request, "/sign-in")
        return to(request, NEXT[_stage(found)])
    grouped = " ".join(enrolment.secret[i : i + 4] for i in range(0, len(enrolment.secret), 4))
    page = Page(
        tell("Set up your second factor"),
        tell("Administrators and auditors sign in with a passphrase and a code of their phone; others may."),
        (
            Section(
                (
                    Words(tell("Open an app for one-time codes on your phone (any that knows TOTP) and scan this.")),
                    Code(enrolment.address, tell("QR code for an app for one-time codes")),
                    Facts(((tell("Or type this key"), grouped),)),
                    Form(
                        "/sign-in/second-factor",
                        tell("Confirm"),
                        (
                            Field(
                                "code",
                                tell("The six digits that the app shows now"),
                                "code",
                                autocomplete="one-time-code",
                            ),
                        ),
                    ),
                )
            ),
        ),
        faults=_faults(fault, tell),
    )
    return respond(request, page, found, 200 if fault is None else 422)


def _sign_in_page(request: Request, visit: Visit, sent: Sent | None = None, fault: PeopleFault | None = None) -> Page:
    tell = reader_of(request)
    return Page(
        tell("Sign in"),
        provider.lead(request, tell)
        or tell("With the name and the passphrase that you chose when you took your invitation."),
        (
            *_set_up_first(request, tell),
            *provider.ways_in(request, tell),
            *passkeys.way_in(request, visit, tell),
            Section(
                (
                    Form(
                        "/sign-in",
                        tell("Sign in"),
                        (
                            Field(
                                "name",
                                tell("Sign-in name"),
                                hint=tell("Such as siti.rahma@kota"),
                                autocomplete="username",
                            ),
                            Field("passphrase", tell("Passphrase"), "password", autocomplete="current-password"),
                        ),
                    ),
                    Links(((tell("I have an invitation"), "/sign-in/link"),)),
                )
            ),
        ),
        faults=_faults(fault, tell),
        values={"name": (sent or {}).get("name", "")},
    )


def _set_up_first(request: Request, tell: Language) -> tuple[Section, ...]:
    """Where nobody can sign in yet: the way to begin."""
    if not services_of(request).of(SetUp).is_open():
        return ()
    begin = Links(((tell("Set up this installation"), "/setup"),))
    return (Section((Words(tell("There is no agency here yet, so nobody can sign in.")), begin)),)


def _link_page(request: Request, sent: Sent | None = None, fault: PeopleFault | None = None) -> Page:
    tell = reader_of(request)
    # The code of a link is a secret, but whoever mistyped a passphrase must not have to look for it again.
    code = (sent or {}).get("code", "")[:500]
    return Page(
        tell("Take your invitation"),
        provider.invitation_lead(request, tell) or tell("Choose a passphrase; you then sign in with it."),
        (
            *provider.invitation(request, tell, code),
            Section((passphrase_form(tell, code),)),
        ),
        faults=_faults(fault, tell),
        script="link.js",
    )


def passphrase_form(tell: Language, code: str, *, shown: bool = True) -> Form:
    """The form by which somebody with the code of a link chooses a passphrase; not `shown` where it is just made."""
    return Form(
        "/sign-in/link",
        tell("Choose this passphrase"),
        (
            Field(
                "code",
                tell("Code of the invitation"),
                "code",
                hint=tell("What stands behind # in the link; pasting the whole link works, too."),
                value=code,
            )
            if shown
            else Field("code", "", "hidden", value=code),
            Field(
                "passphrase",
                tell("Passphrase"),
                "password",
                hint=tell("At least 12 characters; four words that do not belong together are good."),
                autocomplete="new-password",
            ),
            Field("repeated", tell("The same again"), "password", autocomplete="new-password"),
        ),
    )


def _code_page(tell: Language, fault: PeopleFault | None = None) -> Page:
    return Page(
        tell("Your second factor"),
        tell("The first step is done; now the code that your phone shows, or one of your recovery codes."),
        (
            Section(
                (
                    Form(
                        "/sign-in/code",
                        tell("Sign in"),
                        (Field("code", tell("Code"), "code", autocomplete="one-time-code"),),
                    ),
                    Words(tell("Without phone and recovery codes only the operator of the service can help.")),
                )
            ),
        ),
        faults=_faults(fault, tell),
    )


def _recovery_page(tell: Language, codes: tuple[str, ...]) -> Page:
    rows = tuple((str(place), code) for place, code in enumerate(codes, start=1))
    return Page(
        tell("Your recovery codes"),
        tell("Print or write these down now: they are shown once, and each stands in for your phone once."),
        (
            Section(
                (
                    Table(tell("Ten recovery codes"), (Column("№", "text"), Column(tell("Code"), "text")), rows),
                    Links(((tell("I have them; go on"), "/desk"),)),
                )
            ),
        ),
    )


def _faults(fault: PeopleFault | None, tell: Language) -> tuple[tuple[str | None, str], ...]:
    return () if fault is None else ((fault.field, fault.in_words(tell)),)
