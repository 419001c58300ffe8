"""Webhooks of the agency: what there is, and adding one, whose secret is shown once."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.desk.account import proof_first
from app.desk.blocks import Field, Form, LinkedTable, Links, Page, Section
from app.desk.faults import Faults, faults_of, read
from app.desk.navigation import WEBHOOKS
from app.desk.offices import office_choices, office_field, office_words
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, having, principal_of, to_proof
from app.desk.webhook_words import SIGNINGS, state_of
from app.directory.listing_store import names_of
from app.foundation.http.services import services_of
from app.foundation.problems import FieldError, Problem
from app.notifications.letters import NAMES
from app.notifications.schemas import WebhookIn, WebhookOut
from app.notifications.webhooks import WebhookTerms, add_webhook, list_webhooks
from app.outbox.rules.kinds import FOR_MACHINES, EventKind
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Column, Facts, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
TITLES = ("Address", "Told of", "Office", "State")
Administrator = Annotated[SignedIn, Depends(having(WEBHOOKS))]


@router.get(WEBHOOKS.address)
def webhooks(request: Request, found: Administrator, _: Lang) -> Response:
    """Every webhook in reach, and the form for a new one."""
    return _webhooks(request, found)


@router.post("/desk/webhooks/add")
def add(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Add a webhook; its secret is shown once."""
    services, tell = services_of(request), reader_of(request)
    if not found.is_proven(services.now()):
        return to_proof(request, "webhooks")
    given = {name: value.strip() for name, value in sent.items() if name != "kinds"}
    try:
        asked = read(WebhookIn, given).model_copy(update={"kinds": _kinds(sent)})
        with services.database.writing() as session:
            made = add_webhook(session, services.of(WebhookTerms), principal_of(found).reach, asked, services.now())
    except Problem as problem:
        return _webhooks(request, found, faults_of(problem, tell), sent)
    name, shown = (tell("Secret"), made.secret) if made.secret else (tell("Public key"), made.public_key)
    page = Page(
        tell("The webhook is added"),
        tell(
            "Copy it now into the system that receives messages: a secret is shown once, and nobody can show it again."
        ),
        (
            Section(
                (
                    Facts(((name, shown), (tell("Address"), made.address))),
                    Links(((tell("Webhooks"), WEBHOOKS.address),)),
                )
            ),
        ),
    )
    return respond(request, page, found)


def _kinds(sent: Sent) -> tuple[EventKind, ...]:
    """The kind that was chosen; none for all. Raises `invalid-request`."""
    kind = sent.get("kinds", "")
    if kind not in {"", *FOR_MACHINES}:
        error = FieldError("kinds", "field-invalid", {"expected": "a kind of event"})
        raise Problem("invalid-request", errors=[error])
    return (EventKind(kind),) if kind else ()


def kinds_words(webhook: WebhookOut, tell: Language) -> str:
    """Of what a webhook is told."""
    return "; ".join(tell(NAMES[kind]) for kind in webhook.kinds) or tell("of everything")


def _webhooks(request: Request, found: SignedIn, faults: Faults = (), sent: Sent | None = None) -> Response:
    services, tell = services_of(request), reader_of(request)
    reach = principal_of(found).reach
    with services.database.reading() as session:
        listed = list_webhooks(session, services.of(WebhookTerms), reach).items
        offices = office_choices(session, reach, tell)
        names = names_of(session, found.agency_id, By.office, {each.office for each in listed if each.office})
    table = Table(
        tell("Webhooks; each leads to its messages"),
        tuple(Column(tell(title), "text") for title in TITLES),
        tuple(
            (
                each.address or tell("kept under another secret"),
                kinds_words(each, tell),
                office_words(each.office, names, tell),
                state_of(each, tell),
            )
            for each in listed
        ),
    )
    none = Words(tell("None so far."))
    sections = [
        Section((LinkedTable(table, tuple(f"/desk/webhook?id={each.id}" for each in listed)) if listed else none,))
    ]
    if found.is_proven(services.now()):
        sections.append(Section((_form(offices, tell),), tell("Add a webhook")))
    else:
        sections.append(proof_first(tell, "webhooks"))
    page = Page(
        tell("Webhooks"),
        tell("Systems that are told what happened and where to read it: {n}.", n=str(len(listed))),
        tuple(sections),
        faults=faults,
        values=dict(sent or {}),
    )
    return respond(request, page, found, 422 if faults else 200)


def _form(offices: tuple[tuple[str, str], ...], tell: Language) -> Form:
    everything = ("", tell("of everything"))
    kinds = (everything, *((kind.value, tell(NAMES[kind])) for kind in FOR_MACHINES))
    return Form(
        "/desk/webhooks/add",
        tell("Add the webhook"),
        (
            Field("address", tell("Address"), hint=tell("By https, such as https://antrean.example.go.id/cermin.")),
            Field("kinds", tell("Told of"), "select", choices=kinds, required=False),
            office_field(offices, tell),
            Field(
                "signing",
                tell("Signed"),
                "select",
                choices=tuple((signing, tell(text)) for signing, text in SIGNINGS.items()),
            ),
        ),
    )
