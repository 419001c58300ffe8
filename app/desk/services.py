"""Services and counters of the own office: services in the order of the directory, never ranked; kiosks in tens."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Principal
from app.closing.addressing import asked
from app.desk.addresses import with_query
from app.desk.blocks import DeskBlock, Links, Page, Section
from app.desk.navigation import SERVICES
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having, principal_of
from app.desk.standards import standards_sections
from app.desk.told_figures import read_told
from app.devices.fleet import list_fleet
from app.devices.rules.states import DeviceState
from app.devices.schemas import DeviceOut, DeviceQuery
from app.directory.listing import list_counters
from app.directory.listing_store import names_of
from app.directory.reach import offices_in_reach
from app.directory.schemas import CounterOut, CounterQuery
from app.disclosure.rules.calendar import Span, span_between
from app.foundation.http.services import services_of
from app.indices.schemas import ChannelGroup, IndexRowOut, ServiceGroup
from app.instruments.schemas import InstrumentId
from app.measures.schemas import PeriodCode
from app.measures.standard_schemas import StandardsOut
from app.measures.standards import standards_told
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Cell, Column, Range, Table, Words
from app.reports.sections.collection import channel_name
from app.reports.sections.language import Language
from app.reports.sections.results import CONFIDENCE, count, official

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Supervisor = Annotated[SignedIn, Depends(having(SERVICES))]
ByInstrument = Annotated[InstrumentId | None, Query()]
OfPeriod = Annotated[PeriodCode | None, Query()]
MOST = 100


@router.get("/desk/services")
def services(
    request: Request, found: Supervisor, _: Lang, instrument: ByInstrument = None, period: OfPeriod = None
) -> Response:
    """What a period, the newest if none is named, says of each service and channel; and the counters' kiosks."""
    tell, principal = reader_of(request), principal_of(found)
    name, told = read_told(request, principal, instrument, (By.service, By.channel), asked(period) if period else None)
    title = f"{tell('Services and counters')} – {name}"
    counters = _counters(request, found, tell)
    if told is None:
        return respond(request, Page(title, tell("There are no figures so far."), counters), found)
    by_service, by_channel = told.tables
    beside = standards_sections(_standards(request, principal, span_between(told.first, told.last)), tell)
    day = tell.day(told.last.isoformat())
    lead = tell("{first} to {last}: {n} services with ratings.", first=tell.day(told.first.isoformat()), last=day,
                n=str(len(by_service.rows)))  # fmt: skip
    note = tell("A row without figures has too few ratings to be told by itself.")
    tables: list[DeskBlock] = [
        _table(tell("Services in the order of the directory"), tell("Service"), by_service.rows, note, tell),
        _table(tell("By channel"), tell("Channel"), by_channel.rows, note, tell),
    ]
    before = span_between(told.first, told.last).before().code
    same = {"instrument": told.instrument, "period": before}
    others_asked = [each for each in told.instruments if each != told.instrument]
    links = (
        (tell.period(before), with_query(SERVICES.address, same)),
        *((each, with_query(SERVICES.address, {"instrument": each})) for each in others_asked),
    )
    others = (Section((Links(links),), tell("The period before, and other questionnaires")),)
    return respond(
        request, Page(title, lead, (Section(tuple(tables), tell("Result")), *beside, *counters, *others)), found
    )


def _standards(request: Request, principal: Principal, span: Span) -> StandardsOut | None:
    """What is told of service standards at the offices in reach, of all of them together and of each service."""
    with services_of(request).database.snapshot() as session:
        offices = offices_in_reach(session, principal.reach)
        return standards_told(session, principal.agency_id, span, offices).of_all(offices)


def _table(caption: str, first: str, rows: Sequence[IndexRowOut], note: str, tell: Language) -> Table:
    columns = (
        Column(first, "text"),
        Column(tell("Ratings (n)")),
        Column(tell("Index")),
        Column(tell(CONFIDENCE), "range"),
        Column(tell("Grade (mutu)"), "text"),
    )
    return Table(caption, columns, tuple(_row(each, tell) for each in rows), note=note)


def _row(row: IndexRowOut, tell: Language) -> tuple[Cell, ...]:
    if row.index is None:
        return _named(row, tell), count(row.n), None, None, None
    interval = row.index.interval
    span = None if interval is None else Range(official(interval.lower), official(interval.upper))
    return _named(row, tell), count(row.n), official(row.index.value), span, row.index.grade


def _named(row: IndexRowOut, tell: Language) -> str:
    match row.group:
        case ServiceGroup(service=code, name=name):
            return name or code
        case ChannelGroup(channel=code):
            return channel_name(code, tell)
    return ""


def _counters(request: Request, found: SignedIn, tell: Language) -> tuple[Section, ...]:
    """The counters by code, each with its kiosks: figures about single counters would be figures about persons."""
    at, principal = services_of(request), principal_of(found)
    silent_after = timedelta(minutes=at.settings.device_silent_minutes)
    with at.database.reading() as session:
        page = list_counters(session, principal, CounterQuery(limit=MOST))
        fleet = list_fleet(session, principal.reach, DeviceQuery(limit=1_000), now=at.now(), silent_after=silent_after)
        names = {
            kind: names_of(session, found.agency_id, kind, codes)
            for kind, codes in (
                ("office", {each.office for each in page.items}),
                ("service", {code for each in page.items for code in each.services}),
            )
        }
    if not page.items:
        return ()
    titles = (tell("Counter"), tell("Office"), tell("Services"), tell("Kiosk"))
    rows = tuple(_counter(each, fleet.items, names, tell) for each in page.items)
    note = tell("The first hundred are shown.") if page.next else None
    table = Table(tell("Counters by code"), tuple(Column(each, "text") for each in titles), rows, note=note)
    why = tell(
        "What is rated at a counter is rated about whoever sits there: it is told of persons, by their own rules."
    )
    return (Section((table, Words(why)), tell("Counters")),)


def _counter(
    counter: CounterOut, fleet: Sequence[DeviceOut], names: Mapping[str, Mapping[str, str]], tell: Language
) -> tuple[Cell, ...]:
    kiosks = [each for each in fleet if (each.office, each.counter) == (counter.office, counter.code)]
    told = ", ".join(_kiosk(each, tell) for each in kiosks if each.state is DeviceState.paired)
    office = names["office"].get(counter.office, counter.office)
    services = ", ".join(names["service"].get(code, code) for code in counter.services)
    return counter.name, office, services or tell("all"), told or None


def _kiosk(kiosk: DeviceOut, tell: Language) -> str:
    if kiosk.silent:
        return f"{kiosk.label}: {tell('silent')}"
    return f"{kiosk.label}: {tell('at least {n} ratings today', n=str(kiosk.received_today))}"
