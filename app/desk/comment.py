"""One comment: what a reader says of it (which element, acted on or not, a remark), and the way to a follow-up."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.readings import Readings
from app.closing.comments import MarkIn, MarkOut, OneComment, mark_comment, read_comment
from app.desk.addresses import with_query
from app.desk.blocks import DeskBlock, Field, Form, Links, Page, Section
from app.desk.faults import faults_of, read
from app.desk.navigation import COMMENTS
from app.desk.plan_words import element_titles
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, as_id, having, principal_of, saved
from app.directory.listing_store import names_of
from app.disclosure.rules.due import span_of_months
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.indices.reading import instrument_of
from app.people.signed_in import SignedIn
from app.people.trail import names_of_actors
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Supervisor = Annotated[SignedIn, Depends(having(COMMENTS))]
Id = Annotated[UUID, Query(alias="id")]
STATES = {"": "Not acted on so far", "true": "Acted on"}


@router.get("/desk/comment")
def comment(request: Request, found: Supervisor, comment_id: Id, _: Lang) -> Response:
    """A comment and what was said of it."""
    return _comment(request, found, comment_id)


@router.post("/desk/comment/mark")
def mark(request: Request, found: Supervisor, sent: FormSent) -> Response:
    """Keep what is said of it."""
    services, principal, comment_id = services_of(request), principal_of(found), as_id(sent.get("comment", ""))
    try:
        given = {"element": sent.get("element"), "note": sent.get("note")}
        said = read(MarkIn, given).model_copy(update={"handled": sent.get("handled") == "true"})
        with services.database.writing() as session:
            mark_comment(session, principal.reach, comment_id, said, services.now())
    except Problem as problem:
        if problem.code not in ("invalid-request", "element-unknown"):
            raise
        return _comment(request, found, comment_id, problem, sent)
    return saved(request, with_query("/desk/comment", {"id": comment_id}))


def mark_words(mark: MarkOut | None, titles: dict[str, str], who: str | None, tell: Language) -> str:
    """`● Ditindaklanjuti (Waktu Penyelesaian): Loket ditambah. – Bu Kepala, 3 Desember 2026`."""
    if mark is None:
        return f"○ {tell(STATES[''])}"
    state = f"● {tell(STATES['true'])}" if mark.handled else f"○ {tell(STATES[''])}"
    about = "" if mark.element is None else f" ({titles.get(mark.element, mark.element)})"
    note = "" if mark.note is None else f": {mark.note}"
    day = "" if mark.on is None else tell.day(mark.on.isoformat())
    return f"{state}{about}{note} – {', '.join(each for each in (who, day) if each)}"


def _comment(
    request: Request, found: SignedIn, comment_id: UUID, fault: Problem | None = None, sent: Sent | None = None
) -> Response:
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    services.of(Readings).take(principal)
    with services.database.snapshot() as session:
        one = read_comment(session, principal.reach, comment_id)
        titles = dict(element_titles(instrument_of(session, found.agency_id, one.instrument), tell))
        said = one.comment.mark
        who = None if said is None else names_of_actors(session, found.agency_id, {said.by})[said.by]
        office = one.comment.office
        where = tell("several offices") if office is None else names_of(
            session, found.agency_id, By.office, [office]
        ).get(office, office)  # fmt: skip
    period = span_of_months(one.first_month, one.last_month)
    told = tell("Told of {period}, with at least nine others.", period=tell.period(period))
    quote: tuple[DeskBlock, ...] = (Words(one.comment.text, "quote", where), Words(told))
    sections = (
        Section(quote, tell("What was written")),
        Section((Words(mark_words(said, titles, who, tell)), _form(one, titles, tell)), tell("What is said of it")),
        Section((Links(_onward(one, period, tell)),), tell("From here")),
    )
    lead = tell("Acted on.") if said is not None and said.handled else tell("Not acted on so far.")
    page = Page(
        tell("A comment"),
        lead,
        sections,
        faults=() if fault is None else faults_of(fault, tell),
        values=dict(sent or {}),
    )
    return respond(request, page, found, 200 if fault is None else fault.status)


def _form(one: OneComment, titles: dict[str, str], tell: Language) -> Form:
    said = one.comment.mark
    elements = (("", tell("no element")), *titles.items())
    states = tuple((value, tell(text)) for value, text in STATES.items())
    about = tell("Citizens write under no element: which one this is about, its reader says.")
    note = tell("What was done. It is seen by whoever reads this comment; name no citizen.")
    fields = (
        Field("comment", "", "hidden", value=str(one.comment.id)),
        Field("element", tell("Element (unsur)"), "select", hint=about, choices=elements, required=False,
              value=(said.element or "") if said else ""),
        Field("handled", tell("State"), "select", choices=states, value="true" if said and said.handled else ""),
        Field("note", tell("Remark"), hint=note, value=(said.note or "") if said else "", required=False),
    )  # fmt: skip
    return Form("/desk/comment/mark", tell("Keep it"), fields)


def _onward(one: OneComment, period: str, tell: Language) -> tuple[tuple[str, str], ...]:
    asked = {"period": period, "instrument": one.instrument}
    plan = {**asked, "office": one.comment.office, "comment": one.comment.id}
    return (
        (tell("Make it an action of the follow-up plan"), with_query("/desk/follow-up/new", plan)),
        (tell("All comments of {period}", period=tell.period(period)), with_query(COMMENTS.address, asked)),
    )
