"""My people: whom the directory names as appraised by the person, by name, and what is final to be taken along."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.access.readings import Readings
from app.closing.about_persons import PersonReports, person_reports
from app.closing.persons.team import Member, members_of, own_people
from app.closing.tables import DRAFT
from app.desk.addresses import ON_A_PAGE, Place, numbered, with_query
from app.desk.blocks import DeskBlock, LinkedTable, Links, Page, Section
from app.desk.navigation import TEAM
from app.desk.page_file import part
from app.desk.rendering import reader_of, respond
from app.desk.report_reading import leave_trace, reply_words
from app.desk.requests import DeskRoute, Lang, having, principal_of
from app.directory.tables import Employee
from app.foundation.http.services import services_of
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Cell, Column, Number, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Appraiser = Annotated[SignedIn, Depends(having(TEAM))]
# What an appraiser takes along, by the name of its format.
PACKS = {"zip": "workbook and a sheet of evidence for each person (ZIP)", "xlsx": "workbook alone (Excel)"}
# What a figure may be used for, in a word or two; the report has the sentence.
USES = {
    "nothing": "for nothing",
    "coaching": "coaching",
    "appraisal": "evidence in an appraisal",
    "consequence": "a consequence, after a hearing",
}


@router.get("/desk/team")
def team(request: Request, found: Appraiser, _: Lang, place: Place = 1) -> Response:
    """The people by name: nobody is ranked."""
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    services.of(Readings).take(principal)
    with services.database.reading() as session:
        people = own_people(session, found.agency_id, found.employee)
        reports = person_reports(session, found.agency_id, [each.code for each in people])
        shown, pages = part(people, place, ON_A_PAGE, request)
        members = members_of(session, found.agency_id, shown, reports)
    newest = [each.newest for each in members if each.newest is not None]
    rows = tuple(_row(each, request, tell) for each in members)
    leave_trace(request, principal, {each.unit: each.period for each in newest})
    blocks: list[DeskBlock] = [_table(shown, rows, tell)] if shown else []
    blocks += numbered(TEAM.address, {}, place, pages, tell)
    blocks.append(Words(tell("Who appraises whom stands in the directory; an administrator changes it there.")))
    page = Page(
        tell("My people"),
        tell("The directory names you as the appraiser of {n} people.", n=tell.number(Number(len(people)))),
        (Section(tuple(blocks)), *_to_take_along(reports, tell)),
    )
    return respond(request, page, found)


def _row(member: Member, request: Request, tell: Language) -> tuple[Cell, ...]:
    who, head = member.employee, member.newest
    if head is None:
        return (who.name, who.position, tell("no report so far"), None, None, None)
    state = tell("draft") if head.state == DRAFT else tell("final")
    use = tell("no figures") if member.use is None else tell(USES[member.use])
    reply = reply_words(head, request, tell, replied=member.replied)
    note = tell("written") if member.noted else tell("none so far") if head.state == DRAFT else None
    return (who.name, who.position, f"{tell.period(head.period)}, {state}", use, reply, note)


def _table(people: Sequence[Employee], rows: tuple[tuple[Cell, ...], ...], tell: Language) -> LinkedTable:
    titles = (
        tell("Name"),
        tell("Position"),
        tell("Newest report"),
        tell("May be used for"),
        tell("Reply"),
        tell("Note"),
    )
    note = tell("In the order of names. A figure is one piece of evidence beside others; alone it decides nothing.")
    caption = tell("People whom you appraise, by name")
    table = Table(caption, tuple(Column(each, "text") for each in titles), rows, note=note)
    return LinkedTable(table, tuple(with_query("/desk/team/person", {"employee": each.code}) for each in people))


def _to_take_along(reports: Mapping[str, PersonReports], tell: Language) -> tuple[Section, ...]:
    """A file for each period of which something is final: these people and nobody else."""
    closed: dict[tuple[str, str], int] = {}
    for each in reports.values():
        for head in each.final:
            closed[head.period, head.instrument] = closed.get((head.period, head.instrument), 0) + 1
    links = tuple(
        (
            tell("{period}, {n} people: {form}", period=f"{tell.period(period)}, {instrument}", n=str(n), form=form),
            with_query("/v1/appraisals", {"period": period, "instrument": instrument, "format": name}),
        )
        for (period, instrument), n in closed.items()
        for name, form in (("xlsx", "Excel"), ("csv-semicolon" if tell.code == "id" else "csv", "CSV"))
    )
    packs = tuple(
        (
            tell(
                "{period}, {n} people: {form}", period=f"{tell.period(period)}, {instrument}", n=str(n), form=tell(form)
            ),
            with_query(
                "/v1/appraisals/pack",
                {"period": period, "instrument": instrument, "format": name, "lang": tell.code},
            ),
        )
        for (period, instrument), n in closed.items()
        for name, form in PACKS.items()
    )
    if not links:
        return ()
    what = Words(
        tell(
            "For e-Kinerja: what is final with its interval, what each figure may be used for, paragraphs to paste, "
            "reply and note, and a sheet that explains every column. Whoever has nothing final is named with the "
            "reason."
        )
    )
    words = Words(tell("A row for each of your people, for e-Kinerja; what the columns hold stands in the guide."))
    return (
        Section((what, Links(packs)), tell("Your pack for the appraisal")),
        Section((words, Links(links)), tell("What is final, as a file")),
    )
