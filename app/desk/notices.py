"""Messages: the own mail address, and what somebody wants to be told of, about which office, how often."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.desk.blocks import DeskBlock, Field, Form, LinkedTable, Links, Page, Section
from app.desk.moments import day_words
from app.desk.navigation import ACCOUNT
from app.desk.offices import office_field
from app.desk.proof_targets import confirm_address
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, SomeoneIn, saved, to, to_proof
from app.directory.listing_store import names_of, office_parents
from app.directory.rules.office_tree import subtree
from app.foundation.http.services import services_of
from app.foundation.storage.database import Session
from app.notifications import mail_store, subscriptions
from app.notifications.letters import NAMES
from app.notifications.mailboxes import Mailboxes
from app.notifications.rules.readers import kinds_for
from app.notifications.rules.rhythms import Rhythm
from app.notifications.tables import ANYWHERE, Mailbox, Subscription
from app.outbox.rules.kinds import EventKind
from app.people.faults import PeopleFault
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Column, Facts, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
NOTICES, ENDING, REMOVING = "/desk/notices", "/desk/notices/end", "/desk/notices/remove"
Kind = Annotated[EventKind, Query(alias="kind")]
Office = Annotated[str, Query(alias="office", max_length=40)]
RHYTHMS: Mapping[Rhythm, str] = {
    Rhythm.at_once: "at once",
    Rhythm.daily: "every morning, together",
    Rhythm.weekly: "every Monday, together",
    Rhythm.monthly: "on the first of the month, together",
}


@router.get(NOTICES)
def notices(request: Request, found: SomeoneIn, _: Lang) -> Response:
    """The own address and subscriptions."""
    return _notices(request, found)


@router.post("/desk/notices/address")
def enter_address(request: Request, found: SomeoneIn, sent: FormSent) -> Response:
    """Enter an address, or another one; it is asked for a confirmation."""
    services, tell = services_of(request), reader_of(request)
    mailboxes = services.of(Mailboxes)
    if not found.is_proven(services.now()):
        return to_proof(request, "notices")
    if not mailboxes.is_on:
        return to(request, NOTICES)
    try:
        with services.database.writing() as session:
            who = (found.agency_id, found.person_id)
            mailboxes.enter(session, who, sent.get("address", "").strip(), tell.code, services.now())
    except PeopleFault as fault:
        return _notices(request, found, fault, sent)
    return to(request, NOTICES)


@router.post("/desk/notices/subscribe")
def subscribe(request: Request, found: SomeoneIn, sent: FormSent) -> Response:
    """Subscribe to a kind of event, or change how often."""
    services = services_of(request)
    try:
        with services.database.writing() as session:
            parents = office_parents(session, found.agency_id)
            subscriptions.subscribe(session, found, sent, parents, services.now())
    except PeopleFault as fault:
        return _notices(request, found, fault, sent)
    return saved(request, NOTICES)


@router.get(ENDING)
def ask_ending(request: Request, found: SomeoneIn, _: Lang, kind: Kind, office: Office = ANYWHERE) -> Response:
    """Say in words what ending a subscription will do."""
    tell = reader_of(request)
    with services_of(request).database.reading() as session:
        held = mail_store.subscriptions_of(session, found.agency_id, found.person_id)
        names = names_of(session, found.agency_id, "office", [office])
    if (kind, office) not in {(each.kind, each.office) for each in held}:
        return _notices(request, found, PeopleFault("This subscription was ended already."))
    place = names.get(office, office) if office else tell("all in your reach")
    fields = (Field("kind", "", "hidden", value=kind), Field("office", "", "hidden", value=office, required=False))
    page = Page(
        tell("End this subscription?"),
        tell("You get no more mail about it. You can subscribe again at any time."),
        (
            Section(
                (
                    Facts(((tell("What"), tell(NAMES[kind])), (tell("Office"), place))),
                    Form(ENDING, tell("End the subscription"), fields),
                    Links(((tell("No, leave it"), NOTICES),)),
                )
            ),
        ),
    )
    return respond(request, page, found)


@router.post(ENDING)
def end(request: Request, found: SomeoneIn, sent: FormSent) -> Response:
    """End a subscription."""
    services = services_of(request)
    with services.database.writing() as session:
        kind, office = sent.get("kind", ""), sent.get("office", "")
        subscriptions.end(session, found.agency_id, found.person_id, kind, office, services.now())
    return to(request, NOTICES)


@router.post(REMOVING)
def remove_address(request: Request, found: SomeoneIn) -> Response:
    """Forget the own address, and all that was to be sent there."""
    services = services_of(request)
    with services.database.writing() as session:
        services.of(Mailboxes).remove(session, found.agency_id, found.person_id, services.now())
    return to(request, NOTICES)


def way_to_notices(request: Request, found: SignedIn, tell: Language) -> tuple[Section, ...]:
    """On one's account: the way to messages, where there is mail, or an address from when there was."""
    if not services_of(request).of(Mailboxes).is_on and _own_mailbox(request, found) is None:
        return ()
    return (Section((Links(((tell("Choose what you get mail about"), NOTICES),)),), tell("Messages")),)


def _notices(request: Request, found: SignedIn, fault: PeopleFault | None = None, sent: Sent | None = None) -> Response:
    services, tell = services_of(request), reader_of(request)
    mailboxes = services.of(Mailboxes)
    if not mailboxes.is_on:
        return _without_mail(request, found, tell)
    with services.database.reading() as session:
        mailbox = mail_store.mailbox_of(session, found.agency_id, found.person_id)
        held = mail_store.subscriptions_of(session, found.agency_id, found.person_id)
        offices = _offices(session, found)
    kinds = kinds_for(found.roles)
    sections = [
        Section(
            _address(mailboxes, mailbox, found.zone, tell, proven=found.is_proven(services.now())), tell("Mail address")
        ),
        Section(_subscriptions(held, offices, tell), tell("What you get mail about")),
    ]
    if kinds:
        sections.append(Section((_form(kinds, offices, tell),), tell("Subscribe")))
    page = Page(
        tell("Messages"),
        tell("Mail says what happened and where to read it; figures and names stay here."),
        (*sections, _back(tell)),
        faults=() if fault is None else ((fault.field, fault.in_words(tell)),),
        values=dict(sent or {}),
    )
    return respond(request, page, found, 200 if fault is None else 422)


def _without_mail(request: Request, found: SignedIn, tell: Language) -> Response:
    """Where there is no server an address is of no use; but whoever left one may always have it forgotten."""
    lead = tell("No server for mail is set up here. Ask whoever runs Cermin at your agency.")
    mailbox, mailboxes = _own_mailbox(request, found), services_of(request).of(Mailboxes)
    left = (
        (Section((_kept(mailboxes, mailbox, found.zone, tell), _forgetting(tell)), tell("Mail address")),)
        if mailbox is not None
        else ()
    )
    return respond(request, Page(tell("Messages"), lead, (*left, _back(tell))), found)


def _own_mailbox(request: Request, found: SignedIn) -> Mailbox | None:
    with services_of(request).database.reading() as session:
        return mail_store.mailbox_of(session, found.agency_id, found.person_id)


def _kept(mailboxes: Mailboxes, mailbox: Mailbox, zone: str, tell: Language) -> Facts:
    address = mailboxes.address(mailbox) or ""
    return Facts(((tell("Address"), address), (tell("State"), _state(mailbox, zone, tell))))


def _forgetting(tell: Language) -> Form:
    return Form(REMOVING, tell("Forget the address and end all mail"), tone="danger")


def _back(tell: Language) -> Section:
    return Section((Links(((tell("My account"), ACCOUNT.address),)),))


def _address(
    mailboxes: Mailboxes, mailbox: Mailbox | None, zone: str, tell: Language, *, proven: bool
) -> tuple[DeskBlock, ...]:
    blocks: list[DeskBlock] = []
    if mailbox is None:
        blocks.append(Words(tell("None so far: enter one, and confirm it by the link that comes there.")))
    else:
        blocks.append(_kept(mailboxes, mailbox, zone, tell))
    if not proven:
        blocks.append(Links(((tell("Confirm that it is you, then change it"), confirm_address("notices")),)))
        return tuple(blocks)
    field = Field(
        "address", tell("Mail address"), autocomplete="email", hint=tell("Your own, such as siti@kota.go.id.")
    )
    blocks.append(Form("/desk/notices/address", tell("Send the link"), (field,)))
    if mailbox is not None:
        blocks.append(_forgetting(tell))
    return tuple(blocks)


def _state(mailbox: Mailbox, zone: str, tell: Language) -> str:
    if mailbox.confirmed_at is not None:
        return tell("confirmed on {day}", day=day_words(mailbox.confirmed_at, zone, tell))
    if mailbox.ask_due_at is not None:
        return tell("the link is on its way")
    return tell("waits for you to open the link that was sent there")


def _subscriptions(held: Sequence[Subscription], offices: Mapping[str, str], tell: Language) -> tuple[DeskBlock, ...]:
    if not held:
        return (Words(tell("Nothing so far.")),)
    table = Table(
        tell("Your subscriptions; each leads to the question whether it shall end"),
        (Column(tell("What"), "text"), Column(tell("Office"), "text"), Column(tell("How often"), "text")),
        tuple(
            (
                tell(NAMES[EventKind(each.kind)]),
                offices.get(each.office, each.office) if each.office else tell("all in your reach"),
                tell(RHYTHMS[Rhythm(each.rhythm)]),
            )
            for each in held
        ),
    )
    ends = tuple(f"{ENDING}?kind={each.kind}{f'&office={each.office}' if each.office else ''}" for each in held)
    return (LinkedTable(table, ends),)


def _form(kinds: tuple[EventKind, ...], offices: Mapping[str, str], tell: Language) -> Form:
    return Form(
        "/desk/notices/subscribe",
        tell("Subscribe"),
        (
            Field("kind", tell("What"), "select", choices=tuple((kind.value, tell(NAMES[kind])) for kind in kinds)),
            office_field(((ANYWHERE, tell("all in your reach")), *offices.items()), tell),
            Field(
                "rhythm",
                tell("How often"),
                "select",
                choices=tuple((rhythm.value, tell(text)) for rhythm, text in RHYTHMS.items()),
            ),
        ),
    )


def _offices(session: Session, found: SignedIn) -> dict[str, str]:
    """The offices that the person reaches in any role, by code, with their names."""
    parents = office_parents(session, found.agency_id)
    roots = {each.office for each in found.roles}
    codes = set(parents) if None in roots else {code for root in roots if root for code in subtree(parents, root)}
    names = names_of(session, found.agency_id, "office", codes)
    # As everywhere, by name: nobody knows the codes by heart.
    return dict(sorted(names.items(), key=lambda each: (each[1], each[0])))
