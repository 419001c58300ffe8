"""My reply: the own draft, and what one wants to say to it, once; it becomes part of the final report."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.closing.about_persons import PersonReports, may_reply, reply_to_own
from app.closing.schemas import WordsIn
from app.closing.store import ReportHead
from app.closing.tables import DRAFT
from app.desk.blocks import DeskBlock, Field, Form, Links, Page, Section
from app.desk.faults import faults_of, lines_of, read
from app.desk.mirror import own_reports
from app.desk.navigation import REPLY
from app.desk.rendering import reader_of, respond
from app.desk.report_reading import Shown, head_words, read_report, report_sections
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, as_id, having, principal_of, to
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Employee = Annotated[SignedIn, Depends(having(REPLY))]
Id = Annotated[UUID | None, Query(alias="id")]
TOLD = frozenset({"invalid-request", "reply-given", "reply-window-over", "period-final"})


@router.get("/desk/reply")
def reply(request: Request, found: Employee, _: Lang, report_id: Id = None) -> Response:
    """The newest draft about this person, or the one named, and the form for a reply."""
    return _reply(request, found, report_id)


@router.post("/desk/reply/send")
def send_reply(request: Request, found: Employee, sent: FormSent) -> Response:
    """Keep the reply."""
    services, report_id = services_of(request), as_id(sent.get("report", ""))
    try:
        words = read(WordsIn, {"text": lines_of(sent, "text")})
        with services.database.writing() as session:
            reply_to_own(session, principal_of(found), report_id, words.text, services.now())
    except Problem as problem:
        if problem.code not in TOLD:
            raise
        return _reply(request, found, report_id, problem, sent)
    return to(request, f"/desk/reply?id={report_id}")


def _reply(
    request: Request,
    found: SignedIn,
    report_id: UUID | None,
    fault: Problem | None = None,
    sent: Sent | None = None,
) -> Response:
    tell, reports = reader_of(request), own_reports(request, found)
    drafts = [each for each in reports.newest if each.state == DRAFT]
    chosen = report_id or (drafts[0].report_id if drafts else None)
    if chosen is None:
        page = Page(
            tell("My reply"), tell("There is no draft about you that you could reply to."), _others(reports, tell)
        )
        return respond(request, page, found)
    shown = read_report(request, found, chosen)
    head = next((each for each in reports.newest if each.report_id == chosen), None)
    blocks, lead = _own_words(request, shown, head, tell)
    page = Page(
        tell("My reply"),
        lead,
        (Section(blocks, tell("Your reply")), *report_sections(shown, tell), *_others(reports, tell, chosen)),
        faults=() if fault is None else faults_of(fault, tell),
        values=dict(sent or {}),
        file=False,
    )
    return respond(request, page, found, 200 if fault is None else fault.status)


def _own_words(
    request: Request, shown: Shown, head: ReportHead | None, tell: Language
) -> tuple[tuple[DeskBlock, ...], str]:
    """What was said, or the form for it; and the sentence that says which."""
    period, given = tell.period(shown.period.code), shown.reply
    if given is not None:
        kept = tell("Your reply to {period} is kept; it becomes part of the final report.", period=period)
        return (Words(given.text, "quote"),), kept
    if head is None or not may_reply(head, services_of(request).now(), replied=False):
        return (Words(tell("No reply was given.")),), tell("To {period} no reply is taken any more.", period=period)
    until = tell.day(head.replies_end_at.date().isoformat())
    hint = tell("What should its reader know? At most 4,000 characters, once, without names of citizens.")
    report = Field("report", "", "hidden", value=str(head.report_id))
    words = Field("text", tell("Your words"), "words", hint=hint)
    form = Form("/desk/reply/send", tell("Send the reply"), (report, words))
    return (form,), tell("You may reply to the draft of {period} until {day}.", period=period, day=until)


def _others(reports: PersonReports, tell: Language, chosen: UUID | None = None) -> tuple[Section, ...]:
    links = tuple(
        (head_words(each, tell), f"/desk/reply?id={each.report_id}")
        for each in reports.newest
        if each.report_id != chosen
    )
    return (Section((Links(links),), tell("Other periods")),) if links else ()
