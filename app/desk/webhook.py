"""One webhook: what was delivered and what was not, sending again, switching off and on."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.desk.account import proof_first
from app.desk.addresses import ON_A_PAGE, onward
from app.desk.blocks import DeskBlock, Field, Form, Links, Page, Section
from app.desk.moments import day_words, moment_cell
from app.desk.navigation import WEBHOOKS
from app.desk.offices import office_words
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, as_id, having, principal_of, to, to_proof
from app.desk.webhook_words import SIGNINGS, STATES, outcome_of, state_of
from app.desk.webhooks import kinds_words
from app.directory.listing_store import names_of
from app.foundation.http.services import services_of
from app.notifications.letters import NAMES
from app.notifications.schemas import DeliveryPage, DeliveryQuery, WebhookOut
from app.notifications.webhooks import WebhookTerms, find_webhook, list_deliveries, replay, switch
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Column, Facts, Number, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Administrator = Annotated[SignedIn, Depends(having(WEBHOOKS))]
Id = Annotated[UUID, Query(alias="id")]
After = Annotated[UUID | None, Query(alias="after")]
TITLES = ("When", "What", "Office", "State", "Attempts", "Last answer")


@router.get("/desk/webhook")
def webhook(request: Request, found: Administrator, _: Lang, asked: Id, after: After = None) -> Response:
    """What became of a webhook's messages."""
    services, tell = services_of(request), reader_of(request)
    reach = principal_of(found).reach
    with services.database.reading() as session:
        shown = find_webhook(session, services.of(WebhookTerms), reach, asked)
        told = list_deliveries(session, reach, asked, DeliveryQuery(after=after, limit=ON_A_PAGE))
        codes = {each for each in (shown.office, *(one.office for one in told.items)) if each}
        names = names_of(session, found.agency_id, By.office, codes)
    at = moment_cell(request, found.zone, tell)
    more = onward("/desk/webhook", {"id": asked, "after": after}, told.next, tell)
    sections = [
        Section((_facts(shown, names, found.zone, tell),)),
        Section((_deliveries(told, names, at, tell), *more), tell("Messages, the newest first")),
    ]
    if found.is_proven(services.now()):
        sections.append(Section(_actions(shown, told, at, tell), tell("Changing something")))
    else:
        sections.append(proof_first(tell, "webhook", id=asked, after=after))
    sections.append(Section((Links(((tell("Webhooks"), WEBHOOKS.address),)),)))
    page = Page(tell("Messages to a system"), state_of(shown, tell), tuple(sections))
    return respond(request, page, found)


@router.post("/desk/webhook/replay")
def send_again(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Have what failed or was dropped sent again, or one message."""
    services, asked = services_of(request), as_id(sent.get("id", ""))
    if not found.is_proven(services.now()):
        return to_proof(request, "webhook", id=asked)
    event = as_id(sent["event"]) if sent.get("event") else None
    with services.database.writing() as session:
        replay(session, principal_of(found).reach, asked, event, services.now())
    return to(request, f"/desk/webhook?id={asked}")


@router.post("/desk/webhook/switch")
def switch_on_or_off(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Switch a webhook off, or on again."""
    services, asked = services_of(request), as_id(sent.get("id", ""))
    if not found.is_proven(services.now()):
        return to_proof(request, "webhook", id=asked)
    with services.database.writing() as session:
        terms, reach = services.of(WebhookTerms), principal_of(found).reach
        switch(session, terms, reach, asked, on=sent.get("on") == "1", now=services.now())
    return to(request, f"/desk/webhook?id={asked}")


def _facts(shown: WebhookOut, names: Mapping[str, str], zone: str, tell: Language) -> Facts:
    facts = [
        (tell("Address"), shown.address or tell("kept under another secret")),
        (tell("Told of"), kinds_words(shown, tell)),
        (tell("Office"), office_words(shown.office, names, tell)),
        (tell("Signed"), tell(SIGNINGS[shown.signing])),
    ]
    if shown.public_key is not None:
        facts.append((tell("Public key"), shown.public_key))
    facts.append((tell("Added"), day_words(shown.added_at, zone, tell)))
    return Facts(tuple(facts))


def _deliveries(
    told: DeliveryPage, names: Mapping[str, str], at: Callable[[datetime], str], tell: Language
) -> DeskBlock:
    if not told.items:
        return Words(tell("None so far."))
    return Table(
        tell("What was delivered, what waits and what failed"),
        tuple(Column(tell(title), "number" if title == "Attempts" else "text") for title in TITLES),
        tuple(
            (
                at(each.happened_at),
                tell(NAMES[each.kind]),
                office_words(each.office, names, tell),
                tell(STATES[each.state]),
                Number(each.attempts),
                outcome_of(each.outcome, tell),
            )
            for each in told.items
        ),
    )


def _actions(
    shown: WebhookOut, told: DeliveryPage, at: Callable[[datetime], str], tell: Language
) -> tuple[DeskBlock, ...]:
    hidden = Field("id", "", "hidden", value=str(shown.id))
    if shown.off_at is not None:
        on = Field("on", "", "hidden", value="1")
        return (Form("/desk/webhook/switch", tell("Switch it on"), (hidden, on)),)
    choices = tuple(
        (str(each.event), f"{at(each.happened_at)} · {tell(NAMES[each.kind])} · {tell(STATES[each.state])}")
        for each in told.items
        if each.state != "waiting"
    )
    again: tuple[DeskBlock, ...] = ()
    if choices:
        which = Field(
            "event", tell("Which"), "select", choices=(("", tell("all that failed or were dropped")), *choices),
            required=False,
        )  # fmt: skip
        again = (Form("/desk/webhook/replay", tell("Send again"), (hidden, which)),)
    off = Field("on", "", "hidden", value="0")
    return (*again, Form("/desk/webhook/switch", tell("Switch it off"), (hidden, off), tone="danger"))
