"""My people: whom the directory names as appraised by the person, by name, and what is final to be taken along."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.access.readings import Readings
from app.closing.about_persons import PersonReports, person_reports
from app.closing.rules.report_documents.reports import EmployeeReport
from app.closing.store import find_reports, replies_to
from app.closing.tables import DRAFT, Report
from app.desk.addresses import ON_A_PAGE, Place, numbered, with_query
from app.desk.blocks import DeskBlock, LinkedTable, Links, Page, Section
from app.desk.navigation import TEAM
from app.desk.page_file import part
from app.desk.rendering import reader_of, respond
from app.desk.report_reading import leave_trace, reply_words
from app.desk.requests import DeskRoute, Lang, having, principal_of
from app.directory.tables import Employee
from app.foundation.http.services import services_of
from app.foundation.storage.database import Session
from app.people import store
from app.people.sessions import SignedIn
from app.reports.printing import printable
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
        people = own_people(session, found)
        reports = person_reports(session, found.agency_id, [each.code for each in people])
        shown, pages = part(people, place, ON_A_PAGE, request)
        newest = [reports[each.code].newest[0] for each in shown if reports[each.code].newest]
        rows = _rows(session, request, found, shown, reports, tell)
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


def own_people(session: Session, found: SignedIn) -> list[Employee]:
    """Whom this person appraises, by name; never the person."""
    if found.employee is None:
        return []
    people = store.appraised_by(session, found.agency_id, found.employee)
    return [each for each in people if each.code != found.employee]


def _rows(
    session: Session,
    request: Request,
    found: SignedIn,
    people: Sequence[Employee],
    reports: Mapping[str, PersonReports],
    tell: Language,
) -> tuple[tuple[Cell, ...], ...]:
    heads = {code: each.newest[0] for code, each in reports.items() if each.newest}
    shown = [heads[each.code] for each in people if each.code in heads]
    ids = [each.report_id for each in shown]
    texts, replies = find_reports(session, found.agency_id, ids), replies_to(session, found.agency_id, ids)
    rows: list[tuple[Cell, ...]] = []
    for each in people:
        head = heads.get(each.code)
        if head is None:
            rows.append((each.name, each.position, tell("no report so far"), None, None))
            continue
        state = tell("draft") if head.state == DRAFT else tell("final")
        reply = reply_words(head, request, tell, replied=head.report_id in replies)
        newest = f"{tell.period(head.period)}, {state}"
        rows.append((each.name, each.position, newest, _use(texts[head.report_id], tell), reply))
    return tuple(rows)


def _use(report: Report, tell: Language) -> str:
    """What the figures of a report may be used for."""
    document = printable(report, None).document
    assert isinstance(document, EmployeeReport), "only these were asked for"
    if document.figures.suppressed:
        return tell("no figures")
    comparison = document.figures.comparison
    return tell(USES[(comparison and comparison.use) or "coaching"])


def _table(people: Sequence[Employee], rows: tuple[tuple[Cell, ...], ...], tell: Language) -> LinkedTable:
    titles = (tell("Name"), tell("Position"), tell("Newest report"), tell("May be used for"), tell("Reply"))
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
