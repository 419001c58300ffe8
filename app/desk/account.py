"""My account: roles to act in, browsers that are signed in, passphrase, second factor; and the proof of being there."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.desk.blocks import DeskBlock, Field, Form, Links, Page, Section
from app.desk.moments import moment_cell
from app.desk.navigation import ACCOUNT, AGENCY, PEOPLE, entries_for
from app.desk.next_steps import has_catalogue
from app.desk.notices import way_to_notices
from app.desk.passkeys import own_passkeys, proof_way
from app.desk.proof_targets import LONGEST_TARGET, after_proof, confirm_address, known_target
from app.desk.provider import proof_form
from app.desk.rendering import reader_of, respond
from app.desk.requests import (
    Anybody,
    DeskRoute,
    FormSent,
    Lang,
    SomeoneIn,
    as_id,
    principal_of,
    to,
)
from app.foundation.http.services import services_of
from app.foundation.http.visits import visit_of
from app.people import store
from app.people.faults import PeopleFault
from app.people.sessions import Sessions, live_sessions
from app.people.signed_in import SignedIn
from app.people.signing_in import SignIn
from app.reports.sections.blocks import Column, Number, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Target = Annotated[str, Query(alias="to", max_length=LONGEST_TARGET)]


@router.get("/desk")
def landing(request: Request, found: SomeoneIn, _: Lang) -> Response:
    """The first page of the active role; the account where there is none."""
    first = entries_for(found)[0]
    if first == PEOPLE and principal_of(found).office is None:
        with services_of(request).database.reading() as session:
            # Before anything can be rated, what is still to do comes before who may see it.
            first = first if has_catalogue(session, found.agency_id) else AGENCY
    return to(request, first.address)


@router.get("/desk/account")
def account(request: Request, found: SomeoneIn, _: Lang) -> Response:
    """Roles, browsers, passphrase, second factor."""
    return _account(request, found)


@router.post("/desk/account/role")
def change_role(request: Request, found: SomeoneIn, sent: FormSent) -> Response:
    """Act in another of one's roles."""
    try:
        services_of(request).of(Sessions).act_as(found, as_id(sent.get("grant", "")))
    except PeopleFault as fault:
        return _account(request, found, fault)
    return to(request, "/desk")


@router.post("/desk/account/passphrase")
def change_passphrase(request: Request, found: SomeoneIn, sent: FormSent) -> Response:
    """Choose another passphrase."""
    try:
        services_of(request).of(SignIn).change_passphrase(found, sent.get("passphrase", ""), sent.get("repeated", ""))
    except PeopleFault as fault:
        return _account(request, found, fault)
    tell = reader_of(request)
    page = Page(
        tell("Your passphrase is changed"),
        tell("All other browsers are signed out."),
        (Section((Links(((tell("My account"), ACCOUNT.address),)),)),),
    )
    return respond(request, page, found)


@router.post("/desk/account/sign-out-everywhere")
def sign_out_everywhere(request: Request, found: SomeoneIn) -> Response:
    """End every session of this person."""
    services_of(request).of(Sessions).end_all(found)
    return to(request, "/sign-in")


@router.get("/desk/confirm")
def confirm(request: Request, found: SomeoneIn, _: Lang, target: Target = "account") -> Response:
    """Ask for both factors again before what is sensitive."""
    return respond(request, _confirm_page(request, found, target), found)


@router.post("/desk/confirm")
def take_proof(request: Request, visit: Anybody, found: SomeoneIn, sent: FormSent) -> Response:
    """Check both factors again."""
    target = sent.get("to", "")
    try:
        services_of(request).of(SignIn).prove(visit, found, sent.get("passphrase", ""), sent.get("code", ""))
    except PeopleFault as fault:
        return respond(request, _confirm_page(request, found, target, fault), found, 422)
    return to(request, after_proof(target))


def proof_first(tell: Language, target: str, **chosen: object | None) -> Section:
    """In the place of what is sensitive: the way to prove to be there, and back to what was chosen on this page."""
    return Section(
        (
            Words(tell("What is changed here concerns others. Confirm first that it is you; that lasts ten minutes.")),
            Links(((tell("Confirm that it is you"), confirm_address(target, chosen)),)),
        ),
        tell("Changing something"),
    )


def role_words(tell: Language, role: str, place: str | None) -> str:
    """`pegawai (Dinas Dukcapil)`, or of the whole agency."""
    return f"{tell(role)} ({place or tell('the whole agency')})"


def _account(request: Request, found: SignedIn, fault: PeopleFault | None = None) -> Response:
    services, tell = services_of(request), reader_of(request)
    with services.database.reading() as session:
        rows = live_sessions(session, found.agency_id, found.person_id, services.now())
        codes = store.recovery_codes_left(session, found.agency_id, found.person_id)
    at = moment_cell(request, found.zone, tell)
    browsers = Table(
        tell("Browsers in which you are signed in"),
        (Column(tell("Browser"), "text"), Column(tell("Since"), "text"), Column(tell("Seen"), "text")),
        tuple(
            (
                f"{row.browser}{' · ' + tell('this one') if row.session_id == found.session_id else ''}",
                at(row.started_at),
                at(row.seen_at),
            )
            for row, _ in rows
        ),
    )
    page = Page(
        tell("My account"),
        _lead(found, tell),
        (
            *_roles(found, tell),
            Section(
                (browsers, Form("/desk/account/sign-out-everywhere", tell("Sign out everywhere"), tone="danger")),
                tell("Where you are signed in"),
            ),
            Section(_second_factor(found, codes, tell), tell("Second factor")),
            *way_to_notices(request, found, tell),
            *own_passkeys(request, visit_of(request), found, tell),
            *_passphrase(found, tell, proven=found.is_proven(services.now())),
        ),
        faults=() if fault is None else ((fault.field, fault.in_words(tell)),),
    )
    return respond(request, page, found, 200 if fault is None else 422)


def _lead(found: SignedIn, tell: Language) -> str:
    if not found.roles:
        return tell("You have no role at present; ask an administrator of your agency.")
    if found.active is None:
        return tell("Choose the role in which you want to act, or set up your second factor if it needs one.")
    return tell("You sign in as {account}.", account=found.account)


def _roles(found: SignedIn, tell: Language) -> tuple[Section, ...]:
    others = [each for each in found.roles if each != found.active]
    if not others:
        return ()
    choices = tuple((str(each.grant_id), role_words(tell, each.role, each.place)) for each in others)
    field = Field("grant", tell("Act as"), "select", choices=choices)
    return (Section((Form("/desk/account/role", tell("Change the role"), (field,)),), tell("Roles")),)


def _second_factor(found: SignedIn, codes: int, tell: Language) -> tuple[DeskBlock, ...]:
    if found.has_second_factor:
        told = tell("Set up. Recovery codes left: {n}.", n=tell.number(Number(codes)))
        return (Words(told), Links(((tell("Set up another phone and new recovery codes"), "/sign-in/second-factor"),)))
    return (Words(tell("Not set up.")), Links(((tell("Set up your second factor"), "/sign-in/second-factor"),)))


def _passphrase(found: SignedIn, tell: Language, *, proven: bool) -> tuple[Section, ...]:
    if found.provided is not None:
        return ()
    title = tell("Passphrase")
    if not proven:
        first = tell("Confirm that it is you, then change it")
        return (Section((Links(((first, confirm_address("account")),)),), title),)
    fields = (
        Field("passphrase", tell("New passphrase"), "password", autocomplete="new-password"),
        Field("repeated", tell("The same again"), "password", autocomplete="new-password"),
    )
    return (Section((Form("/desk/account/passphrase", tell("Change the passphrase"), fields),), title),)


def _confirm_page(request: Request, found: SignedIn, target: str, fault: PeopleFault | None = None) -> Page:
    tell, target = reader_of(request), known_target(target)
    through = proof_form(request, found, target, tell)
    return Page(
        tell("Confirm that it is you"),
        tell("So that nobody who finds this browser open can change anything in your name."),
        (
            *proof_way(request, visit_of(request), found, target, tell),
            Section(through or (_proof_form(found, target, tell),)),
        ),
        faults=() if fault is None else ((fault.field, fault.in_words(tell)),),
    )


def _proof_form(found: SignedIn, target: str, tell: Language) -> Form:
    fields = [Field("passphrase", tell("Passphrase"), "password", autocomplete="current-password")]
    if found.has_second_factor:
        fields.append(Field("code", tell("Code"), "code", autocomplete="one-time-code"))
    fields.append(Field("to", "", "hidden", value=target))
    return Form("/desk/confirm", tell("Confirm"), tuple(fields))
