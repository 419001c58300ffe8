"""The first pages of appraisers and employees: my people, my mirror."""

from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.access.readings import readings_about
from app.desk.blocks import Page, Section
from app.desk.navigation import MIRROR, TEAM
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having
from app.desk.words import called
from app.directory.listing_store import office_parents
from app.directory.rules.office_tree import at_and_above
from app.foundation.http.services import services_of
from app.people import store
from app.people.sessions import SignedIn
from app.reports.sections.blocks import Column, Table, Words

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Appraiser = Annotated[SignedIn, Depends(having(TEAM))]
Employee = Annotated[SignedIn, Depends(having(MIRROR))]
SHOWN_FOR = timedelta(days=366)
WHAT = {
    "indices": "Satisfaction index",
    "measures": "Measures",
    "report": "Report",
    "appraisals": "File for performance appraisal",
    "tickets": "Counts of tickets",
    "findings": "Findings of screening",
}


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
