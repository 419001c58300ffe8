"""One of my people: targets so far, the newest report as a page, a note to the draft, earlier reports."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.readings import Readings
from app.closing.about_persons import PersonReports, note_on_person, person_reports
from app.closing.persons.team import own_people
from app.closing.reading import report_of
from app.closing.schemas import WordsIn
from app.closing.tables import DRAFT
from app.closing.targets.of_person import covered_so_far
from app.desk.blocks import Field, Form, Links, Page, Section
from app.desk.faults import faults_of, lines_of, read
from app.desk.navigation import TEAM
from app.desk.person_targets import person_targets, read_targets
from app.desk.rendering import reader_of, respond
from app.desk.report_reading import Shown, head_words, read_report, reply_words, report_sections
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, as_id, having, principal_of, saved
from app.directory.listing_store import names_of
from app.directory.tables import Employee
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.indices.query import Code
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Facts, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Appraiser = Annotated[SignedIn, Depends(having(TEAM))]
Whom = Annotated[Code, Query(alias="employee")]
TOLD = frozenset({"invalid-request", "period-final"})


@router.get("/desk/team/person")
def person(request: Request, found: Appraiser, _: Lang, employee: Whom) -> Response:
    """The newest report about one of the own people."""
    return _person(request, found, employee)


@router.post("/desk/team/note")
def put_note(request: Request, found: Appraiser, sent: FormSent) -> Response:
    """Put words beside the draft, or others in their place."""
    services, report_id = services_of(request), as_id(sent.get("report", ""))
    with services.database.reading() as session:
        report, _ = report_of(session, principal_of(found), report_id)
    try:
        words = read(WordsIn, {"text": lines_of(sent, "text")})
        with services.database.writing() as session:
            note_on_person(session, principal_of(found), report_id, words.text, services.now())
    except Problem as problem:
        if problem.code not in TOLD:
            raise
        return _person(request, found, report.unit, problem, sent)
    return saved(request, f"/desk/team/person?employee={report.unit}")


def _person(
    request: Request, found: SignedIn, code: str, fault: Problem | None = None, sent: Sent | None = None
) -> Response:
    tell, (whom, reports) = reader_of(request), _known(request, found, code)
    back = Section((Links(((tell(TEAM.text), TEAM.address),)),))
    targets = _targets(request, found, code, tell)
    if not reports.newest:
        lead = tell("There is no report about this person so far.")
        page = Page(whom.name, lead, (*targets, back), file=False)
        return respond(request, page, found)
    head = reports.newest[0]
    shown = read_report(request, found, head.report_id)
    period, replied = tell.period(head.period), shown.reply is not None
    facts: list[tuple[str, str | None]] = [(tell("Reply"), reply_words(head, request, tell, replied=replied))]
    draft = head.state == DRAFT
    if draft and shown.reply is not None:
        facts.append((tell("The employee's reply"), shown.reply.text))
    others = [each for each in (*reports.newest[1:], *reports.final) if each.report_id != head.report_id]
    links = {head_words(each, tell): f"/desk/report?id={each.report_id}" for each in others}
    page = Page(
        whom.name,
        _lead(shown, period, tell, draft=draft),
        (
            Section((Facts(tuple(facts)),)),
            *((_note(shown, tell),) if draft else ()),
            *targets,
            *report_sections(shown, tell),
            *((Section((Links(tuple(links.items())),), tell("Earlier reports")),) if links else ()),
            back,
        ),
        faults=() if fault is None else faults_of(fault, tell),
        values=dict(sent or {}),
        file=False,
    )
    return respond(request, page, found, 200 if fault is None else fault.status)


def _targets(request: Request, found: SignedIn, code: str, tell: Language) -> tuple[Section, ...]:
    """What the targets of this person come to so far, once it is written down who looked."""
    so_far = read_targets(request, found, code)
    if covered := covered_so_far(code, so_far, principal_of(found)):
        services_of(request).of(Readings).leave_trace(principal_of(found), covered)
    return person_targets(so_far, tell)


def _lead(shown: Shown, period: str, tell: Language, *, draft: bool) -> str:
    if not draft:
        return tell("The report of {period} is final.", period=period)
    if shown.note is not None:
        return tell("Your note to the draft of {period} is kept.", period=period)
    return tell("The draft of {period} is ready for your note.", period=period)


def _known(request: Request, found: SignedIn, code: str) -> tuple[Employee, PersonReports]:
    """One of the own people, with what there is. Raises `employee-unknown`, `out-of-scope`."""
    with services_of(request).database.reading() as session:
        whom = next((each for each in own_people(session, found.agency_id, found.employee) if each.code == code), None)
        if whom is None:
            known = names_of(session, found.agency_id, By.employee, [code])
            raise Problem("out-of-scope", what="this person") if known else Problem("employee-unknown")
        return whom, person_reports(session, found.agency_id, [code])[code]


def _note(shown: Shown, tell: Language) -> Section:
    now = "" if shown.note is None else shown.note.text
    hint = tell("It becomes part of the final report, which the person reads. At most 4,000 characters.")
    fields = (
        Field("report", "", "hidden", value=str(shown.report.report_id)),
        Field("text", tell("Your words"), "words", hint=hint, value=now),
    )
    form = Form("/desk/team/note", tell("Keep the note"), fields)
    kept = Words(tell("A note is kept; what you send now takes its place.")) if now else None
    return Section((*((kept,) if kept else ()), form), tell("Your note to the draft"))
