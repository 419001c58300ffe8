"""The first pages of auditors, appraisers and employees: findings, my people, my mirror."""

from datetime import date, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.access.readings import Covered, Readings, readings_about
from app.desk.blocks import Page, Section
from app.desk.navigation import FINDINGS, MIRROR, TEAM
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having, principal_of
from app.desk.words import called
from app.directory.listing_store import names_of, office_parents
from app.directory.rules.office_tree import at_and_above
from app.foundation.http.services import services_of
from app.people import store
from app.people.sessions import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Cell, Column, Table, Words
from app.reports.sections.held_reasons import REASONS
from app.reports.sections.language import Language
from app.reports.sections.results import count
from app.screening import decisions
from app.screening.schemas import FindingOut, FindingQuery

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Overseer = Annotated[SignedIn, Depends(having(FINDINGS))]
Appraiser = Annotated[SignedIn, Depends(having(TEAM))]
Employee = Annotated[SignedIn, Depends(having(MIRROR))]
SHOWN_FOR = timedelta(days=366)
MOST = 100
WHAT = {
    "indices": "Satisfaction index",
    "measures": "Measures",
    "report": "Report",
    "appraisals": "File for performance appraisal",
    "tickets": "Counts of tickets",
    "findings": "Findings of screening",
}


@router.get("/desk/findings")
def findings(request: Request, found: Overseer, _: Lang) -> Response:
    """What screening holds and nobody has decided."""
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    services.of(Readings).take(principal)
    with services.database.reading() as session:
        query = FindingQuery(standing="held", limit=MOST)
        held = decisions.list_findings(session, principal.reach, query)
        offices = names_of(session, found.agency_id, By.office, {each.office for each in held.items})
    # Findings may be about persons: who was asked about can see who asked.
    services.of(Readings).leave_trace(principal, Covered("findings", office=principal.office))
    rows = tuple(_finding(each, offices, services.now().date(), tell) for each in held.items)
    titles = (tell("Office"), tell("Employee code"), tell("Reason"), tell("From"))
    table = Table(
        tell("Findings that wait for a decision"),
        (*(Column(title, "text") for title in titles), Column(tell("Sheets held")), Column(tell("Days held"))),
        rows,
        note=tell("The first hundred are shown.") if held.next else None,
    )
    lead = tell("Findings that wait for an auditor: {n}", n=str(len(rows))) if rows else tell("Nothing is held.")
    what = Words(tell("Held sheets are in no figure. An auditor lets them count again or keeps them out for good."))
    return respond(request, Page(tell("Findings"), lead, (Section((what, *((table,) if rows else ()))),)), found)


@router.get("/desk/team")
def team(request: Request, found: Appraiser, _: Lang) -> Response:
    """Whom the directory says that this person appraises."""
    tell = reader_of(request)
    with services_of(request).database.reading() as session:
        people = () if found.employee is None else store.appraised_by(session, found.agency_id, found.employee)
    table = Table(
        tell("People whom you appraise, by name"),
        (Column(tell("Name"), "text"), Column(tell("Employee code"), "text"), Column(tell("Position"), "text")),
        tuple((each.name, each.code, each.position) for each in people),
    )
    lead = tell("The directory names you as the appraiser of {n} people.", n=str(len(people)))
    why = Words(tell("Who appraises whom stands in the directory; an administrator changes it there."))
    return respond(request, Page(tell("My people"), lead, (Section((*((table,) if people else ()), why)),)), found)


@router.get("/desk/mirror")
def mirror(request: Request, found: Employee, _: Lang) -> Response:
    """Who has read figures about this person within a year."""
    services, tell = services_of(request), reader_of(request)
    since = services.now() - SHOWN_FOR
    with services.database.reading() as session:
        own = found.employee or ""
        at = store.offices_of_employee(session, found.agency_id, own, services.now().date())
        parents = office_parents(session, found.agency_id)
        above = frozenset(code for office in at for code in at_and_above(parents, office))
        readings = readings_about(session, found.agency_id, own, above, since)
    table = Table(
        tell("The newest hundred readings within a year"),
        (
            Column(tell("When (UTC)"), "text"),
            Column(tell("Who"), "text"),
            Column(tell("What was asked for"), "text"),
            Column(tell("Period"), "text"),
        ),
        tuple(
            (
                f"{each.at:%Y-%m-%d %H:%M}",
                tell(called(each.by)),
                tell(WHAT.get(each.what, each.what)),
                each.period or (f"{each.first} – {each.last}" if each.first and each.last else None),
            )
            for each in readings
        ),
    )
    lead = (
        tell("Figures about you were read {n} times within a year.", n=str(len(readings)))
        if readings
        else tell("Within a year nobody has read figures about you.")
    )
    use = Words(tell("Every reading of figures about persons leaves a trace, and you can see who it was."))
    return respond(request, Page(tell("My mirror"), lead, (Section((use, *((table,) if readings else ()))),)), found)


def _finding(finding: FindingOut, offices: dict[str, str], today: date, tell: Language) -> tuple[Cell, ...]:
    return (
        offices.get(finding.office, finding.office),
        finding.employee,
        tell(REASONS.get(finding.reason, finding.reason)),
        tell.day(finding.first.isoformat()),
        count(finding.n),
        count((today - finding.found_at.date()).days),
    )
