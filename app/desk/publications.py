"""Publications: where, when and by what the results of a period were made public; adding, changing, taking away."""

from collections.abc import Mapping

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.closing.survey.plans import add_publication, change_publication, mark_of, publications_of
from app.closing.survey.schemas import PublicationPart
from app.desk.blocks import DeskBlock, Field, Form, LinkedTable, Links, Page, Section
from app.desk.faults import faults_of, read
from app.desk.follow_up import Supervisor, Typed
from app.desk.follow_up_new import REFUSED
from app.desk.navigation import FOLLOW_UP
from app.desk.plan_choice import PlanChoice
from app.desk.plan_entry import At, Write, change_entry, choice_of
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, principal_of, to
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Column, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
PUBLICATIONS = "/desk/publications"


@router.get("/desk/publications")
def publications(request: Request, found: Supervisor, given: Typed, _: Lang) -> Response:
    """Where the results of a period were made public, and the form for one more."""
    return _publications(request, found, choice_of(request, found, given))


@router.post("/desk/publications/add")
def add(request: Request, found: Supervisor, sent: FormSent) -> Response:
    """Keep one more publication."""
    services, principal = services_of(request), principal_of(found)
    choice = choice_of(request, found, sent)
    try:
        item = _read(sent)
        with services.database.writing() as session:
            add_publication(session, principal.reach, choice.planned(), item, services.now())
    except Problem as problem:
        if problem.code not in REFUSED:
            raise
        return _publications(request, found, choice, problem, sent)
    return to(request, choice.at(PUBLICATIONS))


@router.get("/desk/publications/one")
def one(request: Request, found: Supervisor, given: Typed, place: At, _: Lang) -> Response:
    """One publication, to be changed or taken away."""
    return _one(request, found, choice_of(request, found, given), place)


@router.post("/desk/publications/edit")
def edit(request: Request, found: Supervisor, sent: FormSent) -> Response:
    """Change one publication."""
    return _change(request, found, sent, keep=True)


@router.post("/desk/publications/remove")
def remove(request: Request, found: Supervisor, sent: FormSent) -> Response:
    """Take one publication away."""
    return _change(request, found, sent, keep=False)


def _change(request: Request, found: SignedIn, sent: Sent, *, keep: bool) -> Response:
    services, reach = services_of(request), principal_of(found).reach

    def written() -> Write:
        item = _read(sent) if keep else None
        return lambda session, choice, place: change_publication(
            session, reach, choice.planned(), place, item, services.now()
        )

    def again(choice: PlanChoice, place: int, problem: Problem) -> Response:
        return _one(request, found, choice, place, problem, sent)

    return change_entry(request, found, sent, written, again, lambda choice, _: choice.at(PUBLICATIONS))


def _read(sent: Sent) -> PublicationPart:
    return read(PublicationPart, {name: sent.get(name) for name in PublicationPart.model_fields})


def _publications(
    request: Request, found: SignedIn, choice: PlanChoice, fault: Problem | None = None, sent: Sent | None = None
) -> Response:
    tell, principal = reader_of(request), principal_of(found)
    with services_of(request).database.reading() as session:
        items = publications_of(session, principal.reach, choice.planned()).items
    what = tell("The report of the next final revision says where results were made public; reviewers count the media.")
    sections = (
        Section((_table(items, choice, tell), Words(what))),
        Section((_form("/desk/publications/add", choice.hidden(), {}, tell, tell("Add it")),), tell("Add one")),
        _back(choice, tell),
    )
    page = Page(
        tell("Publication"),
        tell("{period}: made public in {n} places.", period=tell.period(choice.period), n=str(len(items))),
        sections,
        faults=() if fault is None else faults_of(fault, tell),
        values=dict(sent or {}),
    )
    return respond(request, page, found, 200 if fault is None else fault.status)


def _one(
    request: Request,
    found: SignedIn,
    choice: PlanChoice,
    place: int,
    fault: Problem | None = None,
    sent: Sent | None = None,
) -> Response:
    tell, principal = reader_of(request), principal_of(found)
    with services_of(request).database.reading() as session:
        items = publications_of(session, principal.reach, choice.planned()).items
    if place >= len(items):
        raise Problem("plan-changed")
    item = items[place]
    hidden = choice.hidden(place=str(place), seen=mark_of(item))
    filled = {name: str(value or "") for name, value in item.model_dump(mode="json").items()}
    remove = Form("/desk/publications/remove", tell("Take it away"), hidden, tone="danger")
    sections = (
        Section((_form("/desk/publications/edit", hidden, filled, tell, tell("Keep the change")),)),
        Section((Words(tell("What a final report holds already stays in it.")), remove), tell("Entered by mistake?")),
        _back(choice, tell),
    )
    page = Page(
        item.medium,
        tell("{period}: made public on {day}.", period=tell.period(choice.period),
             day=tell.day(item.published_on.isoformat())),
        sections,
        faults=() if fault is None else faults_of(fault, tell),
        values=dict(sent or {}),
    )  # fmt: skip
    return respond(request, page, found, 200 if fault is None else fault.status)


def _table(items: tuple[PublicationPart, ...], choice: PlanChoice, tell: Language) -> DeskBlock:
    if not items:
        return Words(tell("No publication was recorded."))
    columns = tuple(Column(each, "text") for each in (tell("Medium"), tell("Published on"), tell("Address")))
    rows = tuple((each.medium, tell.day(each.published_on.isoformat()), each.address) for each in items)
    addresses = tuple(choice.at("/desk/publications/one", place=place) for place in range(len(rows)))
    return LinkedTable(Table(tell("Where the results were made public"), columns, rows), addresses)


def _form(action: str, hidden: tuple[Field, ...], filled: Mapping[str, str], tell: Language, button: str) -> Form:
    medium = tell("Such as papan pengumuman, situs web, media sosial, surat kabar.")
    fields = (
        Field("medium", tell("Medium"), hint=medium, value=filled.get("medium", "")),
        Field("published_on", tell("Published on"), "day", value=filled.get("published_on", "")),
        Field("address", tell("Address"), hint=tell("Where it can be seen, if it has an address."),
              value=filled.get("address", ""), required=False),
    )  # fmt: skip
    return Form(action, button, (*hidden, *fields))


def _back(choice: PlanChoice, tell: Language) -> Section:
    return Section((Links(((tell("Back to the plan"), choice.at(FOLLOW_UP.address)),)),))
