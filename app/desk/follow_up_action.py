"""One action of a plan: what was planned, and how far it is. Of what is signed only how far it is changes."""

from collections.abc import Mapping
from datetime import date

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app.closing.rules.follow_up import today
from app.closing.survey.plans import change_follow_up, follow_ups_of, mark_of
from app.closing.survey.schemas import DonePart, DroppedPart, FollowUpPart, PlannedPart
from app.desk.blocks import DeskBlock, Field, Form, Links, Page, Section
from app.desk.faults import faults_of, read
from app.desk.follow_up import Supervisor, Typed
from app.desk.follow_up_new import FIELDS, planned_fields
from app.desk.navigation import FOLLOW_UP
from app.desk.plan_choice import PlanChoice
from app.desk.plan_entry import At, Write, change_entry, choice_of
from app.desk.plan_words import due_words, element_titles, status_words
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, principal_of
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.foundation.wire import WireModel
from app.indices.reading import instrument_of
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Facts, Words
from app.reports.sections.language import Language
from app.reports.sections.survey_plan import proof_words

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
NOT_DONE = {"done_on": None, "proof_address": None, "proof_sha256": None}


@router.get("/desk/follow-up/action")
def action(request: Request, found: Supervisor, given: Typed, place: At, _: Lang) -> Response:
    """What was planned, how far it is, and what can be said of it."""
    return _action(request, found, choice_of(request, found, given), place)


@router.post("/desk/follow-up/edit")
def edit(request: Request, found: Supervisor, sent: FormSent) -> Response:
    """Plan it differently, as long as no final report holds it."""
    return _change(request, found, sent, PlannedPart)


@router.post("/desk/follow-up/start")
def start(request: Request, found: Supervisor, sent: FormSent) -> Response:
    """Say that it was begun, or taken up again."""
    return _change(request, found, sent, None, status="started", **NOT_DONE)


@router.post("/desk/follow-up/done")
def done(request: Request, found: Supervisor, sent: FormSent) -> Response:
    """Say that it was done, on which day, and what shows it."""
    return _change(request, found, sent, DonePart, status="done")


@router.post("/desk/follow-up/drop")
def drop(request: Request, found: Supervisor, sent: FormSent) -> Response:
    """Say that it will not be done, and why."""
    return _change(request, found, sent, DroppedPart, status="dropped", **NOT_DONE)


def _change(request: Request, found: SignedIn, sent: Sent, part: type[WireModel] | None, **change: object) -> Response:
    """Change what the form is about, and go back to its page."""
    services, reach = services_of(request), principal_of(found).reach

    def written() -> Write:
        filled = {} if part is None else read(part, {each: sent.get(each) for each in part.model_fields}).model_dump()
        return lambda session, choice, place: change_follow_up(
            session, reach, choice.planned(), place, change | filled, services.now()
        )

    def again(choice: PlanChoice, place: int, problem: Problem) -> Response:
        return _action(request, found, choice, place, problem, sent)

    def after(choice: PlanChoice, place: int) -> str:
        return choice.at("/desk/follow-up/action", place=place)

    return change_entry(request, found, sent, written, again, after)


def _action(
    request: Request,
    found: SignedIn,
    choice: PlanChoice,
    place: int,
    fault: Problem | None = None,
    sent: Sent | None = None,
) -> Response:
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    on = today(services.now())
    with services.database.snapshot() as session:
        plan = follow_ups_of(session, principal.reach, choice.planned(), services.now(), drafts=True)
        titles = element_titles(instrument_of(session, found.agency_id, choice.instrument), tell)
    if place >= len(plan.items):
        raise Problem("plan-changed")
    item = plan.items[place]
    hidden = choice.hidden(place=str(place), seen=mark_of(item))
    sections = [
        Section((_facts(item, titles, on, tell),)),
        *_steps(item, hidden, on, tell),
        _editing(item, hidden, titles, tell, signed=place < plan.signed),
        Section((Links(((tell("Back to the plan"), choice.at(FOLLOW_UP.address)),)),)),
    ]
    lead = f"{tell.period(plan.period)}: {status_words(item, on, tell)}."
    page = Page(
        titles.get(item.element, item.element),
        lead,
        tuple(sections),
        faults=() if fault is None else faults_of(fault, tell),
        values=dict(sent or {}),
        script="digest.js",
    )
    return respond(request, page, found, 200 if fault is None else fault.status)


def _facts(item: FollowUpPart, titles: Mapping[str, str], on: date, tell: Language) -> DeskBlock:
    facts: list[tuple[str, str | None]] = [
        (tell("Element (unsur)"), titles.get(item.element, item.element)),
        (tell("Problem"), item.problem),
        (tell("Action"), item.action),
        (tell("Due"), due_words(item, on, tell)),
        (tell("Responsible"), item.owner),
        (tell("Status"), status_words(item, on, tell)),
    ]
    if item.done_on is not None:
        facts.append((tell("Done on"), tell.day(item.done_on.isoformat())))
        facts.append((tell("Proof"), proof_words(item.proof_address, item.proof_sha256, tell)))
    if item.note is not None:
        facts.append((tell("Remark"), item.note))
    return Facts(tuple(facts))


def _steps(item: FollowUpPart, hidden: tuple[Field, ...], on: date, tell: Language) -> tuple[Section, ...]:
    """What can be said of it now."""
    if item.status in ("done", "dropped"):
        again = Words(tell("If this was entered by mistake, or goes on after all:"))
        return (Section((again, Form("/desk/follow-up/start", tell("Take it up again"), hidden)), tell("Not over?")),)
    begun = (Form("/desk/follow-up/start", tell("It was begun"), hidden),) if item.status == "planned" else ()
    return (
        *((Section(begun, tell("Begun")),) if begun else ()),
        Section((_done_form(item, hidden, on, tell),), tell("Done")),
        Section((_drop_form(item, hidden, tell),), tell("Dropped")),
    )


def _done_form(item: FollowUpPart, hidden: tuple[Field, ...], on: date, tell: Language) -> Form:
    where = tell("An address, or words such as the number of a letter. It will stand in the report.")
    digest = tell("64 digits by which a file can be recognised. The file itself is not kept here: keep it yourself.")
    fields = (
        Field("done_on", tell("Done on"), "day", value=on.isoformat()),
        Field("note", tell("Remark"), value=item.note or "", required=False),
        Field("proof_address", tell("Where it can be seen"), hint=where, required=False),
        Field("proof_sha256", tell("SHA-256 of a file"), "digest", hint=digest, required=False),
    )
    return Form("/desk/follow-up/done", tell("It was done"), (*hidden, *fields))


def _drop_form(item: FollowUpPart, hidden: tuple[Field, ...], tell: Language) -> Form:
    why = Field("note", tell("Why it will not be done"), value=item.note or "")
    return Form("/desk/follow-up/drop", tell("Drop it"), (*hidden, why), tone="danger")


def _editing(
    item: FollowUpPart, hidden: tuple[Field, ...], titles: Mapping[str, str], tell: Language, *, signed: bool
) -> Section:
    """The form that plans it differently; where a final report holds it, a sentence instead."""
    if signed:
        said = tell("What was planned is signed in a final report and never changes; only how far it is does.")
        return Section((Words(said, "notice"),), tell("Plan it differently"))
    filled = {name: str(value) for name, value in item.model_dump(mode="json").items() if name in FIELDS}
    form = Form("/desk/follow-up/edit", tell("Keep the change"), (*hidden, *planned_fields(titles, filled, tell)))
    return Section((form,), tell("Plan it differently"))
