"""The audit trail: who did what, filtered; and the same as a file."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.readings import Readings
from app.desk.addresses import ON_A_PAGE, onward, with_query
from app.desk.blocks import DeskBlock, Field, Form, Links, Page, Section
from app.desk.downloads import csv_file
from app.desk.faults import Faults, faults_of, read
from app.desk.moments import iso_moment, moment_cell
from app.desk.navigation import TRAIL
from app.desk.offices import office_choices, office_filter
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang, having, principal_of
from app.desk.trail_names import TrailNames, trail_names, with_names
from app.desk.trail_words import THINGS, row, titles
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.people.schemas import TrailPage, TrailQuery
from app.people.signed_in import SignedIn
from app.people.trail import read_trail, whole_trail
from app.reports.sections.blocks import Column, Table
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Auditor = Annotated[SignedIn, Depends(having(TRAIL))]
FILE = "/desk/trail/file"
MISTYPED = ("invalid-request", "period-reversed")


def asked(
    action: Annotated[str | None, Query(max_length=40)] = None,
    office: Annotated[str | None, Query(max_length=40)] = None,
    first: Annotated[str | None, Query(alias="from", max_length=40)] = None,
    last: Annotated[str | None, Query(alias="to", max_length=40)] = None,
    after: Annotated[str | None, Query(max_length=40)] = None,
) -> Mapping[str, str | None]:
    """What was asked for, as it was typed."""
    return {"action": action, "office": office, "from": first, "to": last, "after": after}


Asked = Annotated[Mapping[str, str | None], Depends(asked)]


@router.get("/desk/trail")
def trail(request: Request, found: Auditor, given: Asked, _: Lang) -> Response:
    """What was done, the newest first, fifty on a page."""
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    services.of(Readings).take(principal)
    shown, faults = TrailPage(items=(), next=None), Faults()
    with services.database.reading() as session:
        try:
            shown = read_trail(
                session, principal.reach, read(TrailQuery, {**given, "limit": str(ON_A_PAGE)}), ZoneInfo(found.zone)
            )
        except Problem as problem:
            if problem.code not in MISTYPED:
                raise
            faults = faults_of(problem, tell)
        choices = office_choices(session, principal.reach, tell)
        names = trail_names(session, found.agency_id, shown.items)
    n = str(len(shown.items))
    lead = tell("The newest {n} of the actions asked for.", n=n) if shown.next else tell("Actions: {n}.", n=n)
    at = moment_cell(request, found.zone, tell)
    values = {name: value or "" for name, value in given.items()} if faults else {}
    page = Page(
        tell("Audit trail"),
        lead,
        _sections(given, shown, names, choices, at, tell),
        faults=faults,
        values=values,
        file=False,
    )
    return respond(request, page, found, 422 if faults else 200)


@router.get(FILE)
def trail_file(request: Request, found: Auditor, given: Asked, _: Lang) -> Response:
    """The same question answered as a file, with all that was asked for."""
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    services.of(Readings).take(principal)
    query = read(TrailQuery, given)

    def at(moment: datetime) -> str:
        return iso_moment(moment, found.zone)

    with services.database.snapshot() as session:
        actions = whole_trail(session, principal.reach, query, ZoneInfo(found.zone))
        rows = (row(each, names, at, tell) for each, names in with_names(session, found.agency_id, actions))
        return csv_file(f"audit-{found.agency_id}.csv", titles(tell), rows, tell)


def _sections(
    given: Mapping[str, str | None],
    shown: TrailPage,
    names: TrailNames,
    choices: tuple[tuple[str, str], ...],
    at: Callable[[datetime], str],
    tell: Language,
) -> tuple[Section, ...]:
    things = tuple((value, tell(text)) for value, text in THINGS.items())
    fields = (
        Field("action", tell("What"), "select", value=given["action"] or "", choices=things, required=False),
        office_filter(choices, given["office"], tell),
        Field("from", tell("From day"), "day", value=given["from"] or "", required=False),
        Field("to", tell("To day"), "day", value=given["to"] or "", required=False),
    )
    form = Form(TRAIL.address, tell("Show"), fields, method="get")
    rows = tuple(row(each, names, at, tell) for each in shown.items)
    table = Table(tell("Actions, the newest first"), tuple(Column(each, "text") for each in titles(tell)), rows)
    blocks: list[DeskBlock] = [table] if rows else []
    blocks += onward(TRAIL.address, given, shown.next, tell)
    if rows:
        address = with_query(FILE, {**given, "after": None})
        blocks.append(Links(((tell("All that is asked for here, as a file (CSV)"), address),)))
    return (Section((form,), tell("What to show")), Section(tuple(blocks), tell("What was done")))
