"""Comments: what citizens wrote at the own offices, as far as it is told, with a search, and what was made of it."""

from collections.abc import Mapping
from textwrap import shorten
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Principal
from app.access.readings import Readings
from app.closing.comments import CommentPage, CommentQuery, read_comments
from app.desk.addresses import onward, with_query
from app.desk.blocks import DeskBlock, Field, Figure, Form, Links, Numbers, Page, Section
from app.desk.comment import STATES, mark_words
from app.desk.faults import Faults, faults_of, read
from app.desk.navigation import COMMENTS
from app.desk.offices import office_choices, office_filter
from app.desk.page_file import is_asked_as_file
from app.desk.plan_choice import DEFAULT_INSTRUMENT
from app.desk.plan_words import element_titles
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having, principal_of
from app.directory.listing_store import names_of
from app.disclosure.reading import release_state, told_instruments
from app.disclosure.rules.calendar import span_between
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.indices.reading import instrument_of
from app.people.signed_in import SignedIn
from app.people.trail import names_of_actors
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Words
from app.reports.sections.language import Language
from app.reports.sections.results import count

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Supervisor = Annotated[SignedIn, Depends(having(COMMENTS))]
# A comment may have a thousand characters, and a page must stay small.
ON_A_PAGE = "20"
# A file has all of them: more than any agency has.
NO_END = 10**9
MISTYPED = ("invalid-request", "period-unknown", "instrument-unknown")


def asked(
    period: Annotated[str | None, Query(max_length=40)] = None,
    instrument: Annotated[str | None, Query(max_length=40)] = None,
    office: Annotated[str | None, Query(max_length=40)] = None,
    search: Annotated[str | None, Query(max_length=200)] = None,
    element: Annotated[str | None, Query(max_length=40)] = None,
    state: Annotated[str | None, Query(max_length=40)] = None,
    after: Annotated[str | None, Query(max_length=40)] = None,
) -> Mapping[str, str | None]:
    """What was asked for, as it was typed."""
    marked = {"element": element, "state": state}
    return {"period": period, "instrument": instrument, "office": office, "search": search, **marked, "after": after}


@router.get("/desk/comments")
def comments(
    request: Request, found: Supervisor, typed: Annotated[Mapping[str, str | None], Depends(asked)], _: Lang
) -> Response:
    """The comments of a period, twenty on a page, in an order that says nothing about who wrote when."""
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    services.of(Readings).take(principal)
    page, faults = CommentPage(items=(), n=0, told=0, handled=0, elements={}, next=None), Faults()
    with services.database.snapshot() as session:
        given = _completed(session, found.agency_id, typed)
        try:
            page = _read(session, principal, given, whole=is_asked_as_file(request))
        except Problem as problem:
            if problem.code not in MISTYPED:
                raise
            faults = faults_of(problem, tell)
        choices = office_choices(session, principal.reach, tell)
        instruments = told_instruments(session, found.agency_id)
        names = names_of(session, found.agency_id, By.office, {each.office for each in page.items if each.office})
        titles = _titles(session, found.agency_id, given["instrument"], tell)
        said = {each.mark.by for each in page.items if each.mark is not None}
        actors = names_of_actors(session, found.agency_id, said)
    blocks: list[DeskBlock] = []
    for each in page.items:
        blocks.append(Words(each.text, "quote", names.get(each.office or "", tell("several offices"))))
        who = None if each.mark is None else actors[each.mark.by]
        blocks.append(Words(mark_words(each.mark, titles, who, tell)))
        # Which comment a link is about stands in it: a screen reader may read the links alone.
        link = f"{tell('What to say of it:')} {shorten(each.text, 40, placeholder=' …')}"
        blocks.append(Links(((link, with_query("/desk/comment", {"id": each.id})),)))
    blocks += onward(COMMENTS.address, given, page.next, tell)
    what = tell("Comments are told ten or more at a time, without personal data, and say nothing about who wrote when.")
    sections = (
        *((Section((_counts(page, given, titles, tell),)),) if page.told else ()),
        Section((_form(given, choices, instruments, titles, tell),), tell("What to show")),
        Section((Words(what), *blocks), tell("Comments")),
    )
    values = {name: value or "" for name, value in given.items()} if faults else {}
    shown = Page(tell("Comments"), _lead(page, given, tell), sections, faults=faults, values=values)
    return respond(request, shown, found, 422 if faults else 200)


def _read(session: Session, principal: Principal, given: Mapping[str, str | None], *, whole: bool) -> CommentPage:
    """A page of the comments asked for, or all of them for a file."""
    query = read(CommentQuery, {**given, "limit": ON_A_PAGE})
    if not whole:
        return read_comments(session, principal.reach, query)
    query = query.model_copy(update={"after": None, "limit": NO_END})
    return read_comments(session, principal.reach, query)


def _completed(session: Session, agency_id: str, typed: Mapping[str, str | None]) -> dict[str, str | None]:
    """The question with what it leaves out: the newest period that is told."""
    given = dict(typed)
    if not given["period"]:
        try:
            given["period"] = span_between(*release_state(session, agency_id).newest_period).code
        except Problem as problem:
            if problem.code != "nothing-released":
                raise
    return given


def _titles(session: Session, agency_id: str, instrument: str | None, tell: Language) -> dict[str, str]:
    """What the elements of the questionnaire are called; none where it is mistyped."""
    try:
        return dict(element_titles(instrument_of(session, agency_id, instrument or DEFAULT_INSTRUMENT), tell))
    except Problem:
        return {}


def _counts(page: CommentPage, given: Mapping[str, str | None], titles: Mapping[str, str], tell: Language) -> Numbers:
    """How many are acted on, and how many are about which element; each figure leads to what it counts."""
    everything = {**given, "search": None, "element": None, "state": None, "after": None}

    def to(**chosen: str) -> str:
        return with_query(COMMENTS.address, {**everything, **chosen})

    waiting = page.told - page.handled
    figures = [
        Figure(tell(STATES[""]), count(waiting), tell("of {n} comments", n=str(page.told)), to(state="open")),
        Figure(tell(STATES["true"]), count(page.handled), tell("read these"), to(state="handled")),
    ]
    figures += [
        Figure(titles.get(code, code), count(n), tell("as readers marked them"), to(element=code))
        for code, n in page.elements.items()
    ]
    return Numbers(tuple(figures))


def _lead(page: CommentPage, given: Mapping[str, str | None], tell: Language) -> str:
    period = tell.period(given["period"] or "–")
    if given["search"]:
        return tell(
            "{period}: {n} of {told} comments have these words.", period=period, n=str(page.n), told=str(page.told)
        )
    if given["element"] or given["state"]:
        return tell("{period}: {n} of {told} comments are marked so.", period=period, n=str(page.n),
                    told=str(page.told))  # fmt: skip
    return tell("{period}: {n} comments.", period=period, n=str(page.n))


def _form(
    given: Mapping[str, str | None],
    choices: tuple[tuple[str, str], ...],
    instruments: list[str],
    titles: Mapping[str, str],
    tell: Language,
) -> Form:
    everything = ("", tell("Everything"))
    states = (everything, ("open", tell(STATES[""])), ("handled", tell(STATES["true"])))
    about = tell("As readers marked them: citizens write under no element.")
    hint = tell("A month, quarter, semester or year: 2026-10, 2026-Q4, 2026-S2, 2026.")
    fields = [
        Field("search", tell("Words"), value=given["search"] or "", required=False),
        Field("period", tell("Period"), hint=hint, value=given["period"] or ""),
        office_filter(choices, given["office"], tell),
        Field("element", tell("Element (unsur)"), "select", hint=about, value=given["element"] or "",
              choices=(everything, *titles.items()), required=False),
        Field("state", tell("State"), "select", value=given["state"] or "", choices=states, required=False),
    ]  # fmt: skip
    if len(instruments) > 1:
        chosen = given["instrument"] or DEFAULT_INSTRUMENT
        options = tuple((each, each) for each in instruments)
        fields.append(Field("instrument", tell("Questionnaire"), "select", value=chosen, choices=options))
    return Form(COMMENTS.address, tell("Show"), tuple(fields), method="get")
