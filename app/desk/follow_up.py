"""Follow-up: the plan of a period, how far each action is, and what the survey's lowest elements ask for."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.access.readings import Readings
from app.closing.rules.follow_up import today
from app.closing.survey.plans import follow_ups_of, publications_of
from app.closing.survey.schemas import FollowUpsOut
from app.desk.blocks import DeskBlock, Field, Figure, Form, LinkedTable, Links, Numbers, Page, Section
from app.desk.faults import Faults, faults_of
from app.desk.navigation import FOLLOW_UP
from app.desk.offices import office_choices, office_filter, reached_name
from app.desk.plan_choice import PlanChoice, typed, with_plan_first
from app.desk.plan_words import due_words, element_titles, status_words
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having, principal_of
from app.directory.listing_store import names_of
from app.disclosure.reading import told_instruments
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.indices.reading import instrument_of
from app.instruments.schemas import TextsOut
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Cell, Column, Number, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.results import count, percent

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Supervisor = Annotated[SignedIn, Depends(having(FOLLOW_UP))]
Typed = Annotated[Mapping[str, str], Depends(typed)]
MISTYPED = ("period-unknown", "instrument-unknown")


@router.get("/desk/follow-up")
def follow_up(request: Request, found: Supervisor, given: Typed, _: Lang) -> Response:
    """The plan that follows a period: by default the newest there is, and where there is none the newest closed."""
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    services.of(Readings).take(principal)
    now = services.now()
    with services.database.snapshot() as session:
        reached = reached_name(session, principal)
        choice, unplanned = with_plan_first(session, principal, given)
        choices = office_choices(session, principal.reach, tell)
        name = names_of(session, found.agency_id, By.office, [choice.office or ""]).get(choice.office or "", reached)
        instruments = told_instruments(session, found.agency_id)
        try:
            plan = follow_ups_of(session, principal.reach, choice.planned(), now, drafts=True)
            published = len(publications_of(session, principal.reach, choice.planned()).items)
            titles = element_titles(instrument_of(session, found.agency_id, choice.instrument), tell)
        except Problem as problem:
            # Without anything released there is no period to be typed wrong.
            if problem.code not in MISTYPED:
                raise
            return respond(request, _unknown(choice, choices, instruments, given, problem, tell), found, _status(given))
    sections = (
        Section((_numbers(plan, tell), *_signed(plan, tell)) if plan.items else ()),
        Section(_plan(plan, choice, titles, tell, today(now)), tell("Actions")),
        *_proposed(plan, choice, tell),
        Section(
            (Links((*_without(unplanned, tell), *_onward(choice, published, tell))),), tell("What else there is to do")
        ),
        Section((_filter(choice, choices, instruments, tell),), tell("Another plan")),
    )
    title = f"{tell('Follow-up')} – {name}"
    return respond(request, Page(title, _lead(plan, tell), sections), found)


def _status(given: Mapping[str, str]) -> int:
    return 422 if given.get("period") or given.get("instrument") else 200


def _unknown(
    choice: PlanChoice,
    choices: tuple[tuple[str, str], ...],
    instruments: list[str],
    given: Mapping[str, str],
    problem: Problem,
    tell: Language,
) -> Page:
    """The page without a plan: what was typed is no period, or nothing was ever told."""
    faults: Faults = faults_of(problem, tell) if _status(given) != 200 else ()
    lead = tell("Choose a period.") if faults else tell("There are no figures so far, and nothing to follow up.")
    sections = (Section((_filter(choice, choices, instruments, tell),), tell("Another plan")),)
    return Page(tell("Follow-up"), lead, sections, faults=faults, values=dict(given))


def _lead(plan: FollowUpsOut, tell: Language) -> str:
    period, found = tell.period(plan.period), plan.progress
    if not plan.items:
        return tell("{period}: no plan so far.", period=period)
    return tell(
        "{period}: {n} actions, of these done: {done}, overdue: {overdue}.",
        period=period,
        n=str(found.actions),
        done=str(found.done),
        overdue=str(found.overdue),
    )


def _numbers(plan: FollowUpsOut, tell: Language) -> DeskBlock:
    found = plan.progress
    days = found.median_days
    shown = None if days is None else Number(days, 0 if days.is_integer() else 1)
    in_time = tell("done {n}, of these in time {on_time}", n=str(found.done), on_time=str(found.on_time))
    return Numbers(
        (
            Figure(tell("Share done"), percent(found.share or 0.0, 0), in_time),
            Figure(tell("Overdue"), count(found.overdue), tell("of {n} actions", n=str(found.actions))),
            Figure(tell("Days until done (median)"), shown, tell("from the end of the period")),
        )
    )


def _signed(plan: FollowUpsOut, tell: Language) -> tuple[Words, ...]:
    if not plan.signed:
        return ()
    n = str(plan.signed)
    said = tell("A final report holds the first {n} actions: of these only how far they are changes.", n=n)
    return (Words(said, "notice"),)


def _plan(
    plan: FollowUpsOut, choice: PlanChoice, titles: Mapping[str, str], tell: Language, on: date
) -> tuple[DeskBlock, ...]:
    if not plan.items:
        return (Words(tell("No plan was entered.")),)
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (
            titles.get(each.element, each.element),
            each.action,
            due_words(each, on, tell),
            each.owner,
            status_words(each, on, tell),
            tell.day(each.done_on.isoformat()) if each.done_on else None,
        )
        for each in plan.items
    )
    columns = (tell("Element (unsur)"), tell("Action"), tell("Due"), tell("Responsible"), tell("Status"))
    table = Table(
        tell("What is to be done; each leads to its own page"),
        tuple(Column(each, "text") for each in (*columns, tell("Done on"))),
        rows,
    )
    addresses = tuple(choice.at("/desk/follow-up/action", place=place) for place in range(len(rows)))
    return (LinkedTable(table, addresses),)


def _proposed(plan: FollowUpsOut, choice: PlanChoice, tell: Language) -> tuple[Section, ...]:
    """The two lowest elements, as far as nothing is planned about them."""
    if not plan.proposed:
        return ()
    links = tuple(
        (
            tell("Plan something about {element} ({index}, {grade})", element=_in(each.title, tell),
                 index=tell.number(Number(float(each.index), 2)), grade=each.grade or "–"),
            choice.at("/desk/follow-up/new", element=each.element),
        )
        for each in plan.proposed
    )  # fmt: skip
    words = Words(tell("Of the two lowest elements of this period, nothing is planned about these:"))
    return (Section((words, Links(links)), tell("Proposed")),)


def _in(title: TextsOut, tell: Language) -> str:
    return title.id if tell.code == "id" else title.en


def _without(unplanned: tuple[PlanChoice, ...], tell: Language) -> tuple[tuple[str, str], ...]:
    """The periods that were closed since, and have no plan."""
    return tuple(
        (
            tell("{period}, {instrument}: closed, without a plan so far", period=tell.period(each.period),
                 instrument=each.instrument),
            each.at(FOLLOW_UP.address),
        )
        for each in unplanned
    )  # fmt: skip


def _onward(choice: PlanChoice, published: int, tell: Language) -> tuple[tuple[str, str], ...]:
    publications = tell("Where the results were made public ({n})", n=str(published))
    return (
        (tell("Add an action"), choice.at("/desk/follow-up/new")),
        (publications, choice.at("/desk/publications")),
    )


def _filter(choice: PlanChoice, choices: tuple[tuple[str, str], ...], instruments: list[str], tell: Language) -> Form:
    hint = tell("A month, quarter, semester or year: 2026-10, 2026-Q4, 2026-S2, 2026.")
    fields = [Field("period", tell("Period"), hint=hint, value=choice.period), _office(choice, choices, tell)]
    options = sorted({*instruments, choice.instrument})
    if len(options) > 1:
        shown = tuple((each, each) for each in options)
        fields.append(Field("instrument", tell("Questionnaire"), "select", value=choice.instrument, choices=shown))
    return Form(FOLLOW_UP.address, tell("Show"), tuple(fields), method="get")


def _office(choice: PlanChoice, choices: tuple[tuple[str, str], ...], tell: Language) -> Field:
    field = office_filter(choices, choice.office, tell)
    # Without an office the plan is that of the whole in reach, not a list of all offices'.
    if field.choices:
        whole = ("", tell("The whole that I answer for"))
        return Field(field.name, field.label, "select", value=field.value, choices=(whole, *field.choices[1:]),
                     required=False)  # fmt: skip
    return field
