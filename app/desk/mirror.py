"""My mirror: targets so far, the own newest final report with its trend and permitted use, and the earlier ones."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.closing.about_persons import PersonReports, may_reply, person_reports
from app.closing.store import ReportHead, replies_to
from app.closing.tables import DRAFT
from app.desk.blocks import Links, Page, Section, Task, Tasks
from app.desk.navigation import MIRROR, REPLY
from app.desk.person_targets import person_targets, read_targets
from app.desk.rendering import reader_of, respond
from app.desk.report_reading import Shown, head_words, read_report, report_sections
from app.desk.requests import DeskRoute, Lang, having
from app.foundation.http.services import services_of
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Words
from app.reports.sections.language import Language
from app.reports.sections.results import official

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Employee = Annotated[SignedIn, Depends(having(MIRROR))]


@router.get("/desk/mirror")
def mirror(request: Request, found: Employee, _: Lang) -> Response:
    """The newest final report about this person."""
    tell, reports = reader_of(request), own_reports(request, found)
    shown = read_report(request, found, reports.final[0].report_id) if reports.final else None
    targets = read_targets(request, found, found.employee or "")
    waiting = _waiting(request, found, reports)
    tasks = Tasks(
        tuple(
            Task(
                tell("Your draft of {period} waits for your reply", period=tell.period(each.period)),
                f"{REPLY.address}?id={each.report_id}",
                tell("until {day}", day=tell.day(each.replies_end_at.date().isoformat())),
            )
            for each in waiting
        ),
        tell("Nothing waits for you."),
    )
    sections = [Section((tasks,), tell("Today"))]
    sections += person_targets(targets, tell)
    sections += report_sections(shown, tell) if shown else [Section((Words(_none(tell)),))]
    if reports.final[1:]:
        links = tuple((head_words(each, tell), f"/desk/report?id={each.report_id}") for each in reports.final[1:])
        sections.append(Section((Links(links),), tell("Earlier reports")))
    return respond(request, Page(tell("My mirror"), _lead(shown, tell), tuple(sections), file=False), found)


def own_reports(request: Request, found: SignedIn) -> PersonReports:
    """What there is about the person who is signed in."""
    own = found.employee or ""
    with services_of(request).database.reading() as session:
        return person_reports(session, found.agency_id, [own])[own]


def _waiting(request: Request, found: SignedIn, reports: PersonReports) -> list[ReportHead]:
    """The drafts to which the person has not replied and still may."""
    services, drafts = services_of(request), [each for each in reports.newest if each.state == DRAFT]
    with services.database.reading() as session:
        replied = replies_to(session, found.agency_id, [each.report_id for each in drafts])
    now = services.now()
    return [each for each in drafts if may_reply(each, now, replied=each.report_id in replied)]


def _lead(shown: Shown | None, tell: Language) -> str:
    if shown is None:
        return tell("There is no final report about you so far.")
    period, index = tell.period(shown.period.code), shown.printed.document.figures.index
    if index is None:
        return tell("{period}: no figures about you.", period=period)
    return tell("{period}: {value}.", period=period, value=f"{tell.number(official(index.value))} ({index.grade})")


def _none(tell: Language) -> str:
    return tell("A report is final when its period was closed, you could reply, and it was signed.")
