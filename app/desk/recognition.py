"""Recognition: whose service lies above the peers by more than chance, in the order of names. Nobody comes first."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Principal
from app.access.readings import Covered, Readings
from app.desk.addresses import with_query
from app.desk.blocks import DeskBlock, Links, Page, Section
from app.desk.navigation import RECOGNITION
from app.desk.office import DEFAULT_INSTRUMENT, ByInstrument, OfPeriod
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having, principal_of
from app.disclosure.reading import release_state, told_instruments
from app.disclosure.rules.calendar import Span, span_between, span_of
from app.foundation.http.services import Services, services_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.measures.cache import MeasuresCache
from app.measures.reading import MeasuresTable, read_measures
from app.measures.recognition import recognition_out
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Column, Table, Words
from app.reports.sections.language import Language
from app.reports.sections.recognition import CRITERIA, NOBODY

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Reader = Annotated[SignedIn, Depends(having(RECOGNITION))]


@router.get("/desk/recognition")
def recognition(
    request: Request, found: Reader, _: Lang, instrument: ByInstrument = None, period: OfPeriod = None
) -> Response:
    """The employees in reach whose service is recognised in a period, the newest that is told where none is named."""
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    services.of(Readings).take(principal)
    with services.database.snapshot() as session:
        told = told_instruments(session, principal.agency_id)
        chosen = instrument or (DEFAULT_INSTRUMENT if DEFAULT_INSTRUMENT in told or not told else told[0])
        span = _span(session, principal, period)
        table = None if span is None else _read(session, services, principal, span, chosen)
    if table is None or span is None:
        none = Words(tell("Figures are told by night, of months that are over and from ten ratings on."), "notice")
        return respond(
            request, Page(tell(RECOGNITION.text), tell("There are no figures so far."), (Section((none,)),)), found
        )
    services.of(Readings).leave_trace(principal, Covered("measures", office=principal.office, period=span.code))
    return respond(request, _page(table, span, [each for each in told if each != chosen], tell), found)


def _span(session: Session, principal: Principal, period: str | None) -> Span | None:
    """The period asked for; None where nothing is told so far. Raises `period-unknown`."""
    try:
        state = release_state(session, principal.agency_id)
    except Problem as problem:
        if problem.code != "nothing-released":
            raise
        return None
    span = span_between(*state.newest_period) if period is None else span_of(period)
    if span is None:
        raise Problem("period-unknown")
    return span


def _read(session: Session, services: Services, principal: Principal, span: Span, instrument: str) -> MeasuresTable:
    return read_measures(
        session,
        principal.reach,
        By.employee,
        office=None,
        period=span.code,
        instrument=instrument,
        cache=services.of(MeasuresCache),
    )


def _page(table: MeasuresTable, span: Span, others: list[str], tell: Language) -> Page:
    rows, instrument = recognition_out(table).rows, table.scoring.instrument.id
    period = tell.period(span.code)
    blocks: list[DeskBlock] = []
    if rows:
        columns = (Column(tell("Name"), "text"), Column(tell("Code"), "text"))
        caption = tell("Employees whose service is recognised, by name")
        blocks.append(Table(caption, columns, tuple((each.name, each.code) for each in rows)))
        lead = tell("{period}: employees recognised: {n}.", period=period, n=str(len(rows)))
    else:
        blocks.append(Words(tell(NOBODY)))
        lead = tell("{period}: nobody is recognised.", period=period)
    blocks.append(Words(tell(CRITERIA)))
    before = span.before().code
    links = [(tell.period(before), with_query(RECOGNITION.address, {"instrument": instrument, "period": before}))]
    links += [(each, with_query(RECOGNITION.address, {"instrument": each})) for each in others]
    return Page(
        tell(RECOGNITION.text),
        lead,
        (
            Section(tuple(blocks)),
            Section((Links(tuple(links)),), tell("The period before, and other questionnaires")),
        ),
    )
