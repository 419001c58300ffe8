"""Trend: the index of the own office month by month, as a chart and as a table of the same values."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.desk.addresses import with_query
from app.desk.blocks import DeskBlock, Links, Page, Section
from app.desk.navigation import TREND
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having, principal_of
from app.desk.told_figures import Told, read_told
from app.indices.schemas import IndexRowOut, MonthGroup
from app.instruments.schemas import InstrumentId
from app.people.signed_in import SignedIn
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Chart, Column, Number, Point, Range, Table, Words, axis_from
from app.reports.sections.language import Language
from app.reports.sections.results import CONFIDENCE, count, official

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Supervisor = Annotated[SignedIn, Depends(having(TREND))]
ByInstrument = Annotated[InstrumentId | None, Query()]
MONTHS = 24


@router.get("/desk/trend")
def trend(request: Request, found: Supervisor, _: Lang, instrument: ByInstrument = None) -> Response:
    """Two years of months, as far as they are told."""
    tell = reader_of(request)
    name, told = read_told(request, principal_of(found), instrument, (By.month,), MONTHS)
    rows = [] if told is None else [each for each in told.tables[0].rows if each.index is not None]
    if told is None or not rows:
        none = Words(tell("Figures are told by night, of months that are over and from ten ratings on."), "notice")
        lead = tell("There are no figures so far.")
        return respond(request, Page(f"{tell('Trend')} – {name}", lead, (Section((none,)),)), found)
    blocks: list[DeskBlock] = [_chart(rows, told, tell), _table(rows, told, tell)]
    blocks.append(
        Words(tell("Months in which too few rated, or which could reveal a few citizens' answers, are left out."))
    )
    links = tuple(
        (each, with_query(TREND.address, {"instrument": each})) for each in told.instruments if each != told.instrument
    )
    others = (Section((Links(links),), tell("Other questionnaires")),) if links else ()
    page = Page(f"{tell('Trend')} – {name}", _lead(rows, tell), (Section(tuple(blocks)), *others))
    return respond(request, page, found)


def _lead(rows: list[IndexRowOut], tell: Language) -> str:
    """The newest month beside the first, without a verdict: one month alone says little."""
    first, last = rows[0], rows[-1]
    assert first.index is not None
    assert last.index is not None, "others were left out"
    month, value = _label(last, tell), f"{tell.number(official(last.index.value))} ({last.index.grade})"
    if len(rows) == 1:
        return tell("{period}: {value}.", period=month, value=value)
    before = tell.number(official(first.index.value))
    return tell(
        "{month}: {value}; {earlier}: {before}.", month=month, value=value, earlier=_label(first, tell), before=before
    )


def _label(row: IndexRowOut, tell: Language) -> str:
    return tell.month(_month(row))


def _month(row: IndexRowOut) -> str:
    assert isinstance(row.group, MonthGroup), "it was asked for by month"
    return row.group.month


def _interval(row: IndexRowOut) -> Range | None:
    interval = None if row.index is None else row.index.interval
    return None if interval is None else Range(official(interval.lower), official(interval.upper))


def _chart(rows: list[IndexRowOut], told: Told, tell: Language) -> Chart:
    places = [12 * int(_month(each)[:4]) + int(_month(each)[5:]) for each in rows]
    points = tuple(
        Point(place - places[0], _label(each, tell), official(each.index.value), Number(each.n or 0), _interval(each))
        for place, each in zip(places, rows, strict=True)
        if each.index is not None
    )
    name = told.tables[0].index_name
    return Chart(
        "trend",
        tell(
            "{name} by month, drawn from {low} to 100",
            name=name,
            low=axis_from(float((each.interval.lower if each.interval else each.value).value) for each in points),
        ),
        f"{tell('Line chart of the {name} by month.', name=name)} {tell('The table below has the same values.')}",
        points,
        label_title=tell("Month"),
        value_title=name,
        n_title=tell("Ratings (n)"),
        interval_title=tell(CONFIDENCE),
    )


def _table(rows: list[IndexRowOut], told: Told, tell: Language) -> Table:
    columns = (
        Column(tell("Month"), "text"),
        Column(tell("Ratings (n)")),
        Column(told.tables[0].index_name),
        Column(tell(CONFIDENCE), "range"),
        Column(tell("Grade (mutu)"), "text"),
    )
    cells = tuple(
        (_label(each, tell), count(each.n), official(each.index.value), _interval(each), each.index.grade)
        for each in rows
        if each.index is not None
    )
    return Table(tell("The same values as a table"), columns, cells)
