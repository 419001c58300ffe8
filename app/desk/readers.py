"""Who looked: every reading of figures about oneself within a year, from the audit trail."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.access.readings import MOST_SHOWN, Reading
from app.desk.blocks import Page, Section
from app.desk.moments import moment_cell
from app.desk.navigation import READERS
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having
from app.desk.trail_words import READ
from app.desk.words import called
from app.foundation.http.services import services_of
from app.people.readers import readers_of
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Column, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Employee = Annotated[SignedIn, Depends(having(READERS))]


@router.get("/desk/readers")
def readers(request: Request, found: Employee, _: Lang) -> Response:
    """Who has read figures about this person within a year."""
    services, tell = services_of(request), reader_of(request)
    with services.database.reading() as session:
        readings, names = readers_of(session, found.agency_id, found.employee or "", services.now())
    at = moment_cell(request, found.zone, tell)
    titles = (tell("When"), tell("Who"), tell("In which role"), tell("What was asked for"), tell("Period"))
    table = Table(
        tell("The newest hundred readings within a year"),
        tuple(Column(each, "text") for each in titles),
        tuple(
            (
                at(each.at),
                names[each.actor],
                tell(called(each.by)),
                tell(READ.get(each.what, each.what)),
                _period(each, tell),
            )
            for each in readings
        ),
    )
    n = str(len(readings))
    lead = tell("Within a year nobody has read figures about you.")
    if len(readings) == MOST_SHOWN:
        lead = tell("Figures about you were read at least {n} times within a year.", n=n)
    elif readings:
        lead = tell("Figures about you were read {n} times within a year.", n=n)
    use = Words(tell("Every reading of figures about persons leaves a trace, and you can see who it was."))
    page = Page(tell("Who looked"), lead, (Section((use, *((table,) if readings else ()))),))
    return respond(request, page, found)


def _period(reading: Reading, tell: Language) -> str | None:
    """The period or the days that were read about."""
    if reading.period:
        return tell.period(reading.period)
    if reading.first and reading.last:
        return tell("{first} to {last}", first=tell.day(str(reading.first)), last=tell.day(str(reading.last)))
    return None
