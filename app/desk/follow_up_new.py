"""Adding an action to a plan: a form that knows what the survey, or a comment's remark, already says."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.closing.comments import read_comment
from app.closing.rules.follow_up import today
from app.closing.survey.plans import add_follow_up, surveyed
from app.closing.survey.proposals import newest_survey
from app.closing.survey.schemas import FollowUpPart
from app.desk.blocks import Field, Form, Links, Page, Section
from app.desk.faults import faults_of, read
from app.desk.follow_up import Supervisor, Typed
from app.desk.navigation import FOLLOW_UP
from app.desk.plan_choice import PlanChoice, chosen
from app.desk.plan_words import element_about, element_titles
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, principal_of, saved
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.indices.reading import instrument_of
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Number, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Element = Annotated[str | None, Query(max_length=40)]
OfComment = Annotated[UUID | None, Query()]
FIELDS = ("element", "problem", "action", "due_on", "owner")
# What a form about a plan may be refused with; everything else is no matter of the form.
REFUSED = frozenset({"invalid-request", "plan-signed", "plan-changed", "plan-full", "done-ahead"})


@router.get("/desk/follow-up/new")
def new_action(
    request: Request, found: Supervisor, given: Typed, _: Lang, element: Element = None, comment: OfComment = None
) -> Response:
    """The form for one more action."""
    services, principal = services_of(request), principal_of(found)
    with services.database.snapshot() as session:
        choice = chosen(session, principal, given)
        filled = _prefilled(session, found, choice, element, comment, reader_of(request))
        filled["due_on"] = _due(choice, today(services.now()).isoformat())
    return _form_page(request, found, choice, filled)


@router.post("/desk/follow-up/add")
def add_action(request: Request, found: Supervisor, sent: FormSent) -> Response:
    """Keep one more action."""
    services, principal = services_of(request), principal_of(found)
    with services.database.reading() as session:
        choice = chosen(session, principal, sent)
    try:
        item = read(FollowUpPart, {name: sent.get(name, "") for name in FIELDS})
        with services.database.writing() as session:
            add_follow_up(session, principal.reach, choice.planned(), item, services.now())
    except Problem as problem:
        if problem.code not in REFUSED:
            raise
        return _form_page(request, found, choice, {}, problem, sent)
    return saved(request, choice.at(FOLLOW_UP.address))


def planned_fields(titles: Mapping[str, str], filled: Mapping[str, str], tell: Language) -> tuple[Field, ...]:
    """The fields of what is planned, with what is known already."""
    element = filled.get("element", "")
    # What was planned about an element of an older version of the questionnaire stays as it is.
    others = {} if not element or element in titles else {element: element}
    return (
        Field("element", tell("Element (unsur)"), "select", value=element, choices=tuple({**titles, **others}.items())),
        Field(
            "problem",
            tell("Problem"),
            hint=tell("What is wrong, in one sentence. It will stand in the report, so name no citizen."),
            value=filled.get("problem", ""),
        ),
        Field("action", tell("Action"), hint=tell("What will be done about it."), value=filled.get("action", "")),
        Field("due_on", tell("Due"), "day", value=filled.get("due_on", "")),
        Field(
            "owner",
            tell("Responsible"),
            hint=tell("An office or a position, such as Kepala subbagian umum."),
            value=filled.get("owner", ""),
        ),
    )


def _form_page(
    request: Request,
    found: SignedIn,
    choice: PlanChoice,
    filled: Mapping[str, str],
    fault: Problem | None = None,
    sent: Sent | None = None,
) -> Response:
    tell, principal = reader_of(request), principal_of(found)
    with services_of(request).database.reading() as session:
        # An office out of reach, or a questionnaire that is none, gets no form.
        surveyed(session, principal.reach, choice.planned())
        titles = element_titles(instrument_of(session, found.agency_id, choice.instrument), tell)
    form = Form(
        "/desk/follow-up/add", tell("Add the action"), (*choice.hidden(), *planned_fields(titles, filled, tell))
    )
    words = Words(tell("You can change it until a report is signed with it."))
    page = Page(
        tell("Add an action"),
        tell("One more action in the plan that follows {period}.", period=tell.period(choice.period)),
        (Section((words, form)), Section((Links(((tell("Back to the plan"), choice.at(FOLLOW_UP.address)),)),))),
        faults=() if fault is None else faults_of(fault, tell),
        values=dict(sent or {}),
    )
    return respond(request, page, found, 200 if fault is None else fault.status)


def _prefilled(
    session: Session, found: SignedIn, choice: PlanChoice, element: str | None, comment: UUID | None, tell: Language
) -> dict[str, str]:
    """What the survey says of an element, or what was noted on a comment; never the citizen's own words."""
    principal = principal_of(found)
    instrument = instrument_of(session, found.agency_id, choice.instrument)
    if comment is not None:
        mark = read_comment(session, principal.reach, comment).comment.mark
        return {} if mark is None else {"element": mark.element or "", "problem": mark.note or ""}
    code = element_about(instrument, element or "")
    if not code:
        return {}
    title, period = element_titles(instrument, tell)[code], tell.period(choice.period)
    survey = newest_survey(session, surveyed(session, principal.reach, choice.planned()), drafts=True)
    elements = survey.survey.results.elements if survey is not None and survey.survey.results is not None else ()
    known = next((each for each in elements if each.code == code and each.index is not None), None)
    if known is None:
        return {"element": code, "problem": tell("{element} was low in {period}.", element=title, period=period)}
    index = tell.number(Number(float(known.index or 0), 2))
    said = tell("{element} was low in {period}: {index} ({grade}).", element=title, period=period, index=index,
                grade=known.grade or "–")  # fmt: skip
    return {"element": code, "problem": said}


def _due(choice: PlanChoice, on: str) -> str:
    """The end of the next period, whose report tells what was done; nothing where that is over."""
    last = choice.planned().span.after().last.isoformat()
    return last if last >= on else ""
