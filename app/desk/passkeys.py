"""The pages of passkeys: signing in, proving to be there, adding one, ending one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.desk.addresses import with_query
from app.desk.attempts import forget, keep_attempt
from app.desk.blocks import DeskBlock, Field, Form, LinkedTable, Links, Page, Section
from app.desk.moments import day_words
from app.desk.navigation import ACCOUNT
from app.desk.proof_targets import LONGEST_TARGET, after_proof, known_target
from app.desk.rendering import reader_of, respond
from app.desk.requests import (
    Anybody,
    DeskRoute,
    FormSent,
    Lang,
    Sent,
    SomeoneIn,
    as_id,
    go_on,
    to,
    to_proof,
    with_session,
)
from app.foundation.http.services import services_of
from app.foundation.http.visits import Visit
from app.people.faults import PeopleFault
from app.people.passkeys.door import Passkeys
from app.people.passkeys.exchange import Asked
from app.people.passkeys.exchange import Sent as Answered
from app.people.passkeys.tables import Passkey
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Column, Facts, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Target = Annotated[str, Query(alias="to", max_length=LONGEST_TARGET)]
PasskeyId = Annotated[UUID, Query(alias="key")]
SIGN_IN, PROOF, ADDING, ENDING = "/sign-in/passkey", "/desk/confirm/passkey", "/desk/passkeys/add", "/desk/passkeys/end"


@router.get(SIGN_IN)
def ask_to_sign_in(request: Request, visit: Anybody, _: Lang) -> Response:
    """Sign in with a passkey."""
    return _sign_in(request, visit)


@router.post(SIGN_IN)
def sign_in(request: Request, visit: Anybody, sent: FormSent) -> Response:
    """Take what a passkey signed."""
    try:
        entered = passkeys_of(request).sign_in(visit, _answered(sent))
    except PeopleFault as fault:
        return _sign_in(request, visit, fault)
    return _forgetting(request, visit, sent, go_on(request, entered))


@router.get(PROOF)
def ask_for_proof(request: Request, visit: Anybody, found: SomeoneIn, _: Lang, target: Target = "account") -> Response:
    """Prove to be there with a passkey."""
    return _proof(request, visit, found, target)


@router.post(PROOF)
def prove(request: Request, visit: Anybody, found: SomeoneIn, sent: FormSent) -> Response:
    """Take what a passkey signed as a proof."""
    target = sent.get("to", "")
    try:
        entered = passkeys_of(request).prove(visit, found, _answered(sent))
    except PeopleFault as fault:
        return _proof(request, visit, found, target, fault)
    response: Response = to(request, after_proof(target))
    if entered is not None:
        response = with_session(request, response, entered)
    return _forgetting(request, visit, sent, response)


@router.get(ADDING)
def ask_to_add(request: Request, visit: Anybody, found: SomeoneIn, _: Lang) -> Response:
    """Make a passkey."""
    if not found.is_proven(services_of(request).now()):
        return to_proof(request, "passkey")
    return _adding(request, visit, found)


@router.post(ADDING)
def add(request: Request, visit: Anybody, found: SomeoneIn, sent: FormSent) -> Response:
    """Keep the passkey that was made."""
    if not found.is_proven(services_of(request).now()):
        return to_proof(request, "passkey")
    try:
        passkeys_of(request).add(visit, found, sent.get("name", ""), _answered(sent))
    except PeopleFault as fault:
        return _adding(request, visit, found, fault, sent)
    return _forgetting(request, visit, sent, to(request, ACCOUNT.address))


@router.get(ENDING)
def ask_ending(request: Request, found: SomeoneIn, _: Lang, asked: PasskeyId) -> Response:
    """Say in words what ending a passkey will do."""
    return _ending(request, found, asked)


@router.post(ENDING)
def end(request: Request, found: SomeoneIn, sent: FormSent) -> Response:
    """End a passkey."""
    if not found.is_proven(services_of(request).now()):
        return to_proof(request, "passkey-end", key=as_id(sent.get("key", "")))
    asked = as_id(sent.get("key", ""))
    try:
        passkeys_of(request).end(found, asked)
    except PeopleFault as fault:
        return _ending(request, found, asked, fault)
    return to(request, ACCOUNT.address)


def passkeys_of(request: Request) -> Passkeys:
    """The door for passkeys."""
    return services_of(request).of(Passkeys)


def way_in(request: Request, visit: Visit, tell: Language) -> tuple[Section, ...]:
    """On the page of signing in: the way by passkey, where it works."""
    if not passkeys_of(request).is_offered(visit):
        return ()
    return (Section((Links(((tell("Sign in with a passkey"), SIGN_IN),)),)),)


def proof_way(request: Request, visit: Visit, found: SignedIn, target: str, tell: Language) -> tuple[Section, ...]:
    """On the page of a proof: the way by passkey, for who has one."""
    passkeys = passkeys_of(request)
    if not passkeys.is_offered(visit) or not passkeys.of(found):
        return ()
    return (Section((Links(((tell("Use a passkey instead"), with_query(PROOF, {"to": target})),)),)),)


def own_passkeys(request: Request, visit: Visit, found: SignedIn, tell: Language) -> tuple[Section, ...]:
    """On one's account: the passkeys, and the way to another one."""
    passkeys = passkeys_of(request)
    rows, offered = passkeys.of(found), passkeys.is_offered(visit)
    if found.provided is not None or not (rows or offered):
        return ()
    blocks: list[DeskBlock] = [_table(rows, found.zone, tell)] if rows else [Words(tell("You have none so far."))]
    if offered:
        blocks.append(Links(((tell("Add a passkey"), ADDING),)))
    return (Section(tuple(blocks), tell("Passkeys")),)


def _table(rows: list[Passkey], zone: str, tell: Language) -> LinkedTable:
    titles = (tell("Passkey"), tell("Added"), tell("Last used"))
    table = Table(
        tell("Your passkeys; each leads to the question whether it shall end"),
        tuple(Column(title, "text") for title in titles),
        tuple(
            (
                row.name,
                day_words(row.added_at, zone, tell),
                tell("never") if row.used_at is None else day_words(row.used_at, zone, tell),
            )
            for row in rows
        ),
    )
    return LinkedTable(table, tuple(f"{ENDING}?key={row.passkey_id}" for row in rows))


def _sign_in(request: Request, visit: Visit, fault: PeopleFault | None = None) -> Response:
    tell = reader_of(request)
    form = _Shown(
        tell("Sign in with a passkey"),
        tell("With the finger, the face or the PIN by which you unlock your device; that is both factors at once."),
        Form(SIGN_IN, tell("Use a passkey")),
        Links(((tell("Sign in with name and passphrase"), "/sign-in"),)),
    )
    return _asking(request, form, lambda: passkeys_of(request).ask_to_sign_in(visit), fault)


def _proof(request: Request, visit: Visit, found: SignedIn, target: str, fault: PeopleFault | None = None) -> Response:
    tell, target = reader_of(request), known_target(target)
    form = _Shown(
        tell("Confirm that it is you"),
        tell("So that nobody who finds this browser open can change anything in your name."),
        Form(PROOF, tell("Use a passkey"), (Field("to", "", "hidden", value=target),)),
        Links(((tell("Use the passphrase instead"), with_query("/desk/confirm", {"to": target})),)),
    )
    return _asking(request, form, lambda: passkeys_of(request).ask_for_proof(visit, found), fault, found)


def _adding(
    request: Request, visit: Visit, found: SignedIn, fault: PeopleFault | None = None, sent: Sent | None = None
) -> Response:
    tell = reader_of(request)
    name = Field("name", tell("Name of the passkey"), hint=tell("Such as: office laptop. You see it in your account."))
    form = _Shown(
        tell("Add a passkey"),
        tell("A key that stays in this device, in your phone or in your password manager; it signs you in here alone."),
        Form(ADDING, tell("Make the passkey"), (name,)),
        Links(((tell("My account"), ACCOUNT.address),)),
        {"name": (sent or {}).get("name", "")},
    )
    return _asking(request, form, lambda: passkeys_of(request).ask_to_add(visit, found), fault, found)


def _ending(request: Request, found: SignedIn, asked: UUID, fault: PeopleFault | None = None) -> Response:
    tell = reader_of(request)
    row = next((each for each in passkeys_of(request).of(found) if each.passkey_id == asked), None)
    back = Links(((tell("No, leave it"), ACCOUNT.address),))
    if row is None:
        page = Page(tell("End this passkey?"), tell("This passkey was ended already."), (Section((back,)),))
        return respond(request, page, found, 422)
    page = Page(
        tell("End this passkey?"),
        tell("Nobody can sign in with it any more. Where it has signed in before, you stay signed in."),
        (
            Section(
                (
                    Facts(((tell("Passkey"), row.name), (tell("Added"), day_words(row.added_at, found.zone, tell)))),
                    Form(
                        ENDING,
                        tell("End the passkey"),
                        (Field("key", "", "hidden", value=str(row.passkey_id)),),
                        tone="danger",
                    ),
                    back,
                )
            ),
        ),
        faults=() if fault is None else ((fault.field, fault.in_words(tell)),),
    )
    return respond(request, page, found, 200 if fault is None else 422)


@dataclass(frozen=True)
class _Shown:
    """A page that asks for a passkey: what it says, its form without what is asked, and what it was sent with."""

    title: str
    lead: str
    form: Form
    other: Links
    values: Mapping[str, str] = field(default_factory=dict)


def _asking(
    request: Request,
    shown: _Shown,
    ask: Callable[[], Asked],
    fault: PeopleFault | None = None,
    found: SignedIn | None = None,
) -> Response:
    """The page with a fresh question to the authenticator; without its form where nothing can be asked."""
    tell, status = reader_of(request), 200 if fault is None else 422
    try:
        asked = ask()
    except PeopleFault as impossible:
        # What was wrong before is wrong for the same reason.
        page = Page(shown.title, impossible.in_words(tell), (Section((shown.other,)),))
        return respond(request, page, found, status)
    # The script takes the first out, fills in one of the last two, and sends the form.
    given = {"options": asked.options, "attempt": asked.attempt, "answer": "", "trouble": ""}
    hidden = tuple(Field(name, "", "hidden", value=value) for name, value in given.items())
    page = Page(
        shown.title,
        shown.lead,
        (Section((replace(shown.form, fields=(*shown.form.fields, *hidden)), shown.other)),),
        faults=() if fault is None else ((fault.field, fault.in_words(tell)),),
        script="passkey.js",
        values=shown.values,
    )
    return keep_attempt(request, respond(request, page, found, status), asked.cookie)


def _answered(sent: Sent) -> Answered:
    return Answered(sent.get("attempt", ""), sent.get("answer", ""), sent.get("trouble", ""))


def _forgetting(request: Request, visit: Visit, sent: Sent, response: Response) -> Response:
    """The answer, after which the browser need not keep the attempt."""
    name = passkeys_of(request).cookie(visit, sent.get("attempt", ""))
    forget(request, response, name)
    return response
