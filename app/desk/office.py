"""My office: how it stands, what waits, each dimension, coverage, the lowest two; below it the other offices."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Principal
from app.access.readings import Readings
from app.closing.rules.follow_up import today
from app.closing.targets.running import offices_so_far
from app.desk.addresses import ON_A_PAGE, Place
from app.desk.blocks import Page, Section, Tasks
from app.desk.kiosks import silent_after
from app.desk.navigation import FOLLOW_UP, OFFICE, roles_of
from app.desk.office_figures import OfficeFigures, alarms_of, sections_of, sentence
from app.desk.office_targets import targets_so_far
from app.desk.office_tasks import tasks_of, waiting_for
from app.desk.offices import reached_name
from app.desk.page_file import is_asked_as_file
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having, principal_of
from app.desk.standards import standards_sections
from app.directory.listing_store import codes_by_name, count_offices, names_of
from app.disclosure.reading import release_state, told_instruments
from app.disclosure.rules.calendar import Span, span_between, span_of
from app.foundation.http.services import Services, services_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.indices.presenting import table_out
from app.indices.query import IndexQuery
from app.indices.reading import instrument_of, read_indices
from app.indices.schemas import IndexRowOut
from app.instruments.schemas import InstrumentId
from app.measures.cache import MeasuresCache
from app.measures.presenting import measures_out
from app.measures.reading import OfficesPart, read_measures
from app.measures.recognition import training_out
from app.measures.schemas import PeriodCode
from app.measures.standards import standards_told
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Reader = Annotated[SignedIn, Depends(having(OFFICE))]
ByInstrument = Annotated[InstrumentId | None, Query()]
OfPeriod = Annotated[PeriodCode | None, Query()]
DEFAULT_INSTRUMENT = "ikl-1"
# Offices that a page is about as a whole; more would take the first page after a night longer than a second.
MOST_TOGETHER = 1_000


@router.get("/desk/office")
def office(
    request: Request,
    found: Reader,
    _: Lang,
    instrument: ByInstrument = None,
    period: OfPeriod = None,
    place: Place = 1,
) -> Response:
    """How the office of the active role stands in a period, the newest that is told where none is named."""
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    services.of(Readings).take(principal)
    # Several reads must fit together: a release may be in the middle of its work.
    with services.database.snapshot() as session:
        name = reached_name(session, principal)
        try:
            # A file has every office.
            place = 0 if is_asked_as_file(request) else place
            figures = _read(session, services, principal, instrument, period, place)
        except Problem as problem:
            if problem.code != "nothing-released":
                raise
            figures = None
        beside: tuple[Section, ...] = ()
        if figures is not None:
            targets = _targets(session, services, principal, figures, tell)
            beside = (*_standards(session, principal, figures, tell), *targets)
        waiting = waiting_for(session, principal, services.now(), silent_after(request), tell)
    tasks = None if waiting is None else tasks_of(waiting, services.now(), tell)
    return respond(request, _page(tell, name, figures, tasks, beside), found)


def _read(
    session: Session, services: Services, principal: Principal, asked: str | None, period: str | None, place: int
) -> OfficeFigures | None:
    """The figures of a period by one questionnaire, with page `place` of the offices; None where nothing is told."""
    told = told_instruments(session, principal.agency_id)
    if not told:
        return None
    chosen = asked or (DEFAULT_INSTRUMENT if DEFAULT_INSTRUMENT in told else told[0])
    state, reach = release_state(session, principal.agency_id), principal.reach
    # The newest period that is over; before the first one is, the newest month.
    span = span_between(*state.newest_period) if period is None else span_of(period)
    if span is None:
        raise Problem("period-unknown")
    cache, pages, part = services.of(MeasuresCache), 1, None
    if place and (number := count_offices(session, principal.agency_id, reach.root)) > MOST_TOGETHER:
        pages = -(-number // ON_A_PAGE)
        skipped = (place - 1) * ON_A_PAGE
        some = codes_by_name(session, principal.agency_id, reach.root, skip=skipped, limit=ON_A_PAGE)
        part = OfficesPart([*some, *([reach.root] if reach.root else [])])
    table = read_measures(
        session, reach, By.office, office=None, period=span.code, instrument=chosen, cache=cache, part=part
    )
    measures = measures_out(table)
    return OfficeFigures(
        period=span.code,
        before=span.before().code,
        instrument=chosen,
        instruments=tuple(told),
        office=principal.office,
        own=next((row for row in measures.rows if row.code == principal.office), None),
        whole=None if principal.office else _whole(session, services, principal, span, chosen),
        below=tuple(row for row in measures.rows if row.code != principal.office),
        may_plan=principal.kind in roles_of(FOLLOW_UP),
        needs=training_out(table).rows,
        place=place,
        pages=pages,
    )


def _whole(session: Session, services: Services, principal: Principal, span: Span, instrument: str) -> IndexRowOut:
    """The figures of the whole agency in that period."""
    query = IndexQuery.model_validate({"instrument": instrument, "from": span.first, "to": span.last})
    longest = services.settings.longest_period_days
    table = read_indices(session, principal.reach, query, now=services.now(), longest_days=longest)
    [row] = table_out(table).rows
    return row


def _targets(
    session: Session, services: Services, principal: Principal, figures: OfficeFigures, tell: Language
) -> tuple[Section, ...]:
    """What the targets of the period shown, and of those that run, come to so far."""
    state, shown = release_state(session, principal.agency_id), span_of(figures.period)
    assert shown is not None, "the figures are of a period"
    day = today(services.now())
    found = offices_so_far(session, principal.reach, figures.instrument, state, day=day, shown=shown)
    names = names_of(session, principal.agency_id, By.office, {each.office for each in found})
    instrument = instrument_of(session, principal.agency_id, figures.instrument)
    return targets_so_far(found, names, instrument, principal.office, tell)


def _standards(session: Session, principal: Principal, figures: OfficeFigures, tell: Language) -> tuple[Section, ...]:
    """Promised and real time of the period shown, at the own office, or at all in reach where that is the agency."""
    span = span_of(figures.period)
    assert span is not None, "the figures are of a period"
    offices = None if principal.office is None else frozenset({principal.office})
    told = standards_told(session, principal.agency_id, span, offices).of_all(offices)
    instrument = instrument_of(session, principal.agency_id, figures.instrument)
    return standards_sections(told, tell, instrument, figures.dimensions)


def _page(
    tell: Language,
    name: str,
    figures: OfficeFigures | None,
    tasks: Tasks | None,
    beside: tuple[Section, ...],
) -> Page:
    first: tuple[Section, ...] = ()
    if tasks is not None:
        fallen = () if figures is None else alarms_of(figures, tell)
        first = (Section((*fallen, tasks), tell("Today")),)
    if figures is None:
        none = Words(tell("Figures are told by night, of months that are over and from ten ratings on."), "notice")
        return Page(name, tell("There are no figures so far."), (*first, Section((none,))))
    return Page(name, sentence(figures, tell), (*first, *sections_of(figures, tell), *beside))
