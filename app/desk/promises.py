"""Promises of time: all of the agency's in a list, and for its administrator a form."""

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Principal, Role
from app.desk.account import proof_first
from app.desk.addresses import ON_A_PAGE, onward
from app.desk.blocks import DeskBlock, Field, Form, Page, Section
from app.desk.faults import Faults, faults_of, read
from app.desk.moments import day_words
from app.desk.navigation import AGENCY, PROMISES
from app.desk.offices import MOST_CHOICES
from app.desk.page_file import is_asked_as_file
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, having, principal_of, saved, to_proof
from app.directory.listing_store import names_of, services_page
from app.directory.standards.schemas import PromiseOut, PromisePlace, PromiseQuery, TypedPromise
from app.directory.standards.setting import list_promises, put_promises
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Column, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.standards import amount_words
from app.standards.rules.promise import Unit

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Reader = Annotated[SignedIn, Depends(having(PROMISES))]
# Whoever sets up the agency.
Setter = Annotated[SignedIn, Depends(having(AGENCY))]
After = Annotated[PromisePlace | None, Query()]
SET = "/desk/promises/set"
UNITS = {Unit.minutes: "Minutes", Unit.hours: "Hours", Unit.working_days: "Working days"}
LEAD = "How long each service takes at most, as the agency has published it; real times stand beside it in figures."
MEANING = (
    "A promise holds from its month on until a later one takes its place; all of them are kept. What times were "
    "counted by stays: for another promise choose a later month. Tickets are compared with promises in minutes and "
    "hours; working days with what the queue system tells."
)


@router.get("/desk/promises")
def promises(request: Request, found: Reader, _: Lang, after: After = None) -> Response:
    """Every promise by service and month."""
    return _page(request, found, PromiseQuery(after=after, limit=ON_A_PAGE))


@router.post("/desk/promises/set")
def set_promise(request: Request, found: Setter, sent: FormSent) -> Response:
    """Set one promise, or none from a month on where amount, unit and document are empty."""
    services = services_of(request)
    if not may_set(principal_of(found)):
        raise Problem("out-of-scope", what="the whole agency")
    if not found.is_proven(services.now()):
        return to_proof(request, "promises")
    try:
        names = ("service", "valid_from", "amount", "unit", "source")
        promise = read(TypedPromise, {name: sent.get(name, "").strip() for name in names})
        with services.database.writing() as session:
            put_promises(session, principal_of(found).reach, [promise], services.now())
    except Problem as problem:
        if problem.code != "invalid-request":
            raise
        faults = tuple(
            (None if field is None else field.removeprefix("promises.0.").removeprefix("promises.0") or None, text)
            for field, text in faults_of(problem, reader_of(request))
        )
        return _page(request, found, PromiseQuery(limit=ON_A_PAGE), faults, sent)
    return saved(request, PROMISES.address)


def may_set(principal: Principal) -> bool:
    """Whether this person administers the whole agency."""
    return principal.kind is Role.administrator and principal.reach.root is None


def _page(
    request: Request, found: SignedIn, query: PromiseQuery, faults: Faults = (), sent: Sent | None = None
) -> Response:
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    with services.database.snapshot() as session:
        listed = list_promises(session, principal.agency_id, query)
        items = list(listed.items)
        while listed.next is not None and is_asked_as_file(request):
            listed = list_promises(session, principal.agency_id, query.model_copy(update={"after": listed.next}))
            items += listed.items
        names = names_of(session, principal.agency_id, By.service, {each.service for each in items})
        choices = _choices(session, principal.agency_id) if may_set(principal) else ()
    blocks: list[DeskBlock] = [_table(items, names, found.zone, tell)]
    blocks += onward(PROMISES.address, {"after": query.after}, listed.next, tell)
    sections = [Section((*blocks, Words(tell(MEANING))))]
    if may_set(principal):
        proven = found.is_proven(services.now())
        form = Section((_form(choices, tell),), tell("Set a promise"))
        sections.append(form if proven else proof_first(tell, "promises", after=query.after))
    page = Page(tell(PROMISES.text), tell(LEAD), tuple(sections), faults=faults, values=dict(sent or {}))
    return respond(request, page, found, 422 if faults else 200)


def _choices(session: Session, agency_id: str) -> tuple[tuple[str, str], ...]:
    """Code and name of the services, by name, at most one more than a list may have."""
    found = services_page(session, agency_id, among=None, after=None, limit=MOST_CHOICES + 1)
    return tuple(sorted(((each.code, f"{each.name} ({each.code})") for each in found), key=lambda each: each[1]))


def _table(items: list[PromiseOut], names: Mapping[str, str], zone: str, tell: Language) -> Table:
    titles = (tell("Service"), tell("Code"), tell("Valid from"), tell("Promise"), tell("Document"), tell("Set on"))
    rows = tuple(
        (
            names.get(each.service),
            each.service,
            tell.month(each.valid_from, "MMMM y"),
            tell("none") if each.amount is None or each.unit is None else amount_words(each.amount, each.unit, tell),
            each.source,
            day_words(each.set_at, zone, tell),
        )
        for each in items
    )
    return Table(tell("Each promise, by service"), tuple(Column(each, "text") for each in titles), rows)


def _form(choices: tuple[tuple[str, str], ...], tell: Language) -> Form:
    service = (
        Field("service", tell("Service"), "select", choices=choices)
        if len(choices) <= MOST_CHOICES
        else Field("service", tell("Service"), hint=tell("The code of the service."))
    )
    units = (("", "–"), *((unit.value, tell(name)) for unit, name in UNITS.items()))
    fields = (
        service,
        Field("valid_from", tell("Valid from"), hint=tell("The month, such as 2027-01.")),
        Field(
            "amount",
            tell("At most"),
            hint=tell("A number; with unit and document left empty, too, nothing is promised from that month on."),
            required=False,
        ),
        Field("unit", tell("Unit of time"), "select", choices=units, required=False),
        Field("source", tell("Document"), hint=tell("What says so, with its number and year."), required=False),
    )
    return Form(SET, tell("Set the promise"), fields)
