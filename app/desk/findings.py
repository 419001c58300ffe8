"""Findings: what screening holds and nobody has decided, and what auditors decided; one of them is in `finding.py`."""

from collections.abc import Mapping
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.readings import Covered, Readings
from app.desk.addresses import ON_A_PAGE, onward
from app.desk.blocks import DeskBlock, Field, Form, LinkedTable, Page, Section
from app.desk.faults import Faults, faults_of, read
from app.desk.findings_words import FINDING_STATUS_WORDS, reason_words
from app.desk.integrity import waiting_task
from app.desk.moments import day_words
from app.desk.navigation import DECISIONS, FINDINGS
from app.desk.offices import office_choices, office_filter
from app.desk.page_file import is_asked_as_file
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having, principal_of
from app.directory.listing_store import names_of
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Cell, Column, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.results import count
from app.screening import decisions
from app.screening.schemas import FindingOut, FindingPage, FindingQuery

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Overseer = Annotated[SignedIn, Depends(having(FINDINGS))]
Auditor = Annotated[SignedIn, Depends(having(DECISIONS))]
Filter = Annotated[str | None, Query(max_length=40)]
NOTHING = FindingPage(items=(), next=None)


@router.get("/desk/findings")
def findings(request: Request, found: Overseer, _: Lang, office: Filter = None, after: Filter = None) -> Response:
    """What screening holds or noted and nobody has decided, the longest held first, fifty on a page."""
    given = {"office": office, "after": after}
    tell, (page, faults) = reader_of(request), _listed(request, found, given | {"state": "waiting"})
    today, names = services_of(request).now().date(), _names(request, found, page)
    titles = (tell("What"), tell("Office"), tell("About whom"), tell("State"))
    columns = (*(Column(title, "text") for title in titles), Column(tell("Sheets held")), Column(tell("Days held")))
    rows = tuple(
        (
            f"{reason_words(each.reason, tell)}, {tell.day(each.first.isoformat())}",
            names["office"].get(each.office, each.office),
            names["employee"].get(each.employee or "", each.employee),
            tell(FINDING_STATUS_WORDS[each.standing]),
            count(each.n),
            count(days_held(each, today)),
        )
        for each in page.items
    )
    what = tell("Held sheets are in no figure. An auditor lets them count again or keeps them out for good.")
    section = _table(tell("Findings that wait for a decision"), columns, rows, page)
    body = _body(request, found, FINDINGS.address, given, page, section, tell)
    lead = _waiting_words(page, today, tell)
    with services_of(request).database.reading() as session:
        # Auditors land here, and a report that waits has a last day.
        tasks = waiting_task(session, found, services_of(request).now(), tell)
    sections = (*tasks, Section((Words(what),)), *body)
    return _respond(request, found, Page(tell("Findings"), lead, sections), given, faults)


@router.get("/desk/decisions")
def decided(
    request: Request,
    found: Auditor,
    _: Lang,
    office: Filter = None,
    first: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    last: Annotated[str | None, Query(alias="to", max_length=40)] = None,
    after: Filter = None,
) -> Response:
    """What auditors decided, the newest finding first, fifty on a page."""
    given = {"office": office, "from": first, "to": last, "after": after}
    asked = given | {"state": "decided", "order": "newest"}
    tell, (page, faults) = reader_of(request), _listed(request, found, asked)
    names = _names(request, found, page)
    titles = (tell("What"), tell("Office"), tell("About whom"), tell("Decision"), tell("Decided"), tell("Why"))
    columns = (*(Column(title, "text") for title in titles), Column(tell("Sheets held")))
    rows = tuple(
        (
            f"{reason_words(each.reason, tell)}, {tell.day(each.first.isoformat())}",
            names["office"].get(each.office, each.office),
            names["employee"].get(each.employee or "", each.employee),
            tell(FINDING_STATUS_WORDS[each.standing]),
            day_words(each.decided_at, found.zone, tell) if each.decided_at else None,
            each.note,
            count(each.n),
        )
        for each in page.items
    )
    section = _table(tell("Findings that were decided"), columns, rows, page)
    body = _body(request, found, DECISIONS.address, given, page, section, tell)
    lead = (
        tell("A decision is never changed; it stands here with its reason.") if rows else tell("Nothing was decided.")
    )
    return _respond(request, found, Page(tell("Decisions"), lead, body), given, faults)


def days_held(finding: FindingOut, today: date) -> int:
    """For how many days a finding waits."""
    return (today - finding.found_at.date()).days


def since_words(days: int, tell: Language) -> str:
    """`for 3 days`, or since today or yesterday."""
    return (
        tell("since today")
        if days < 1
        else tell("since yesterday")
        if days == 1
        else tell("for {days} days", days=str(days))
    )


def _listed(request: Request, found: SignedIn, asked: dict[str, str | None]) -> tuple[FindingPage, Faults]:
    """The findings asked for, as a file all of them; or none, and what was wrong with the question."""
    services, principal = services_of(request), principal_of(found)
    services.of(Readings).take(principal)
    whole = is_asked_as_file(request)
    try:
        query = read(FindingQuery, asked | ({"after": None} if whole else {"limit": str(ON_A_PAGE)}))
        with services.database.snapshot() as session:
            page = decisions.list_findings(session, principal.reach, query)
            while whole and page.next is not None:
                following = query.model_copy(update={"after": page.next})
                more = decisions.list_findings(session, principal.reach, following)
                page = FindingPage(items=(*page.items, *more.items), next=more.next)
    except Problem as problem:
        if problem.code not in ("invalid-request", "period-reversed"):
            raise
        return NOTHING, faults_of(problem, reader_of(request))
    # Findings may be about persons: who was asked about can see who asked.
    covered = Covered("findings", office=query.office or principal.office, first=query.first, last=query.last)
    services.of(Readings).leave_trace(principal, covered)
    return page, ()


def _names(request: Request, found: SignedIn, page: FindingPage) -> dict[str, dict[str, str]]:
    codes = {
        By.office: {each.office for each in page.items},
        By.employee: {each.employee for each in page.items if each.employee is not None},
    }
    with services_of(request).database.reading() as session:
        return {kind.value: names_of(session, found.agency_id, kind, of) for kind, of in codes.items()}


def _waiting_words(page: FindingPage, today: date, tell: Language) -> str:
    if not page.items:
        return tell("Nothing waits for a decision.")
    n, since = str(len(page.items)), since_words(days_held(page.items[0], today), tell)
    if page.next is not None:
        return tell("More than {n} findings wait for an auditor, the first here {since}.", n=n, since=since)
    return tell("Findings that wait for an auditor: {n}; the oldest {since}.", n=n, since=since)


def _table(
    caption: str, columns: tuple[Column, ...], rows: tuple[tuple[Cell, ...], ...], page: FindingPage
) -> tuple[DeskBlock, ...]:
    if not rows:
        return ()
    addresses = tuple(f"/desk/finding?id={each.id}" for each in page.items)
    return (LinkedTable(Table(caption, columns, rows), addresses),)


def _body(
    request: Request,
    found: SignedIn,
    path: str,
    given: Mapping[str, str | None],
    page: FindingPage,
    table: tuple[DeskBlock, ...],
    tell: Language,
) -> tuple[Section, ...]:
    """The list with the links to its other pages, and the form that asks for less of it."""
    with services_of(request).database.reading() as session:
        choices = office_choices(session, principal_of(found).reach, tell)
    fields = [office_filter(choices, given.get("office"), tell)]
    if "from" in given:
        fields.append(Field("from", tell("Begun from"), "day", value=given["from"] or "", required=False))
        fields.append(Field("to", tell("Begun up to"), "day", value=given["to"] or "", required=False))
    form = Form(path, tell("Show"), tuple(fields), method="get")
    return (Section((*table, *onward(path, given, page.next, tell))), Section((form,), tell("Show less")))


def _respond(
    request: Request, found: SignedIn, page: Page, given: Mapping[str, str | None], faults: Faults
) -> Response:
    values = {name: value or "" for name, value in given.items()}
    answered = Page(page.title, page.lead, page.sections, faults=faults, values=values if faults else {})
    return respond(request, answered, found, 422 if faults else 200)
