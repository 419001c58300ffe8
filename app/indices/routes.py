"""Indices over HTTP, as JSON or CSV."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.guard import reads
from app.access.principals import OFFICE_READERS, OVERSEERS, KeyKind, Principal
from app.access.readings import Covered, Readings
from app.directory.catalogue_cache import CatalogueCache
from app.disclosure.rules.minimum import about_person
from app.foundation.csv_dialects import asked_language, dialect_of
from app.foundation.http.content_negotiation import media_type_for
from app.foundation.http.etag import UNCHANGED, tagged
from app.foundation.http.openapi import problems
from app.foundation.http.replica_age import DATED, dated
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.foundation.storage.read_replica import FigureReads, Read
from app.indices.csv_text import csv_text
from app.indices.finding_timeline import TimelineOut, finding_timeline
from app.indices.presenting import table_out
from app.indices.query import IndexQuery
from app.indices.reading import read_indices
from app.indices.rules.figures import IndexTable
from app.indices.schemas import IndexTableOut
from app.indices.ticket_counts import read_ticket_counts
from app.tickets.schemas import CountQuery, CountsOut

JSON, CSV = "application/json", "text/csv"
OFFERED = (JSON, CSV)

router = APIRouter(prefix="/v1", tags=["indices"])
READERS = (KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin)
Reader = Annotated[Principal, Depends(reads(*READERS, roles=OFFICE_READERS))]

# Whoever may see counts of tickets.
COUNT_READERS = (KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin, KeyKind.queue)
Overseer = Annotated[Principal, Depends(reads(KeyKind.supervisor, KeyKind.auditor, KeyKind.admin, roles=OVERSEERS))]
CountReader = Annotated[Principal, Depends(reads(*COUNT_READERS))]

FIGURES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Rows of figures. As CSV: one line per row, the same figures in flat columns "
        "(`speed_mean`, `index`, `grade`, …), an empty cell for null, and an apostrophe before a text that "
        "a spreadsheet would take for a formula.",
        "content": {CSV: {"schema": {"type": "string"}}},
        **DATED[200],
    },
}


@router.get("/indices", response_model=IndexTableOut, responses=FIGURES | UNCHANGED | problems(404, 406, 422, 429))
def get_indices(request: Request, principal: Reader, query: Annotated[IndexQuery, Query()]) -> Response:
    """The exact index of an agency, an office, a service, a channel or a person, with its interval.

    Counts what is released (every night) of whole months that are over; `waiting` says what a row leaves out.
    `Accept: text/csv` gives CSV, with `;` and decimal commas where `Accept-Language` asks for Indonesian.
    With If-None-Match, 304 while nothing changed.
    """
    media_type = media_type_for(request, OFFERED)
    read = _read(request, principal, query)
    table = read.value
    dialect = dialect_of(asked_language(request.headers.get("accept-language")))
    text = csv_text(table, dialect) if media_type == CSV else table_out(table).model_dump_json(by_alias=True)
    return dated(tagged(request, text, media_type), read)


@router.get("/tickets/counts", tags=["tickets"], responses=problems(404, 422, 429))
def get_counts(request: Request, principal: CountReader, query: Annotated[CountQuery, Query()]) -> CountsOut:
    """Tickets issued, armed (the service happened) and spent (rated), by day of issue; coverage is spent / armed.

    Keys for queues and administrators get fresh counts, `spent` rounded down to tens; others those of months that are
    over, none or ten and more.
    """
    services = services_of(request)
    catalogues = services.of(CatalogueCache)
    database = services.database
    with database.reading() as session:
        counts = read_ticket_counts(session, principal, query, catalogues.current(principal.agency_id))
    if query.by == "employee":
        covered = Covered("tickets", office=query.office or principal.office, first=query.first, last=query.last)
        services.of(Readings).leave_trace(principal, covered)
    return counts


@router.get("/findings/{finding_id}/timeline", tags=["screening"], responses=problems(404, 422, 429))
def get_timeline(request: Request, principal: Overseer, finding_id: UUID) -> TimelineOut:
    """When the ratings around a finding were given: by hour of its day, or by day; counts of ten and more."""
    services = services_of(request)
    with services.database.reading() as session:
        found = finding_timeline(session, principal.reach, finding_id, services.now(), services.settings.trace_days)
    covered = Covered("findings", found.finding.employee, found.finding.office)
    services.of(Readings).leave_trace(principal, covered)
    return found


def _read(request: Request, principal: Principal, query: IndexQuery) -> Read[IndexTable]:
    services = services_of(request)
    longest = services.settings.longest_period_days
    personal = about_person(query.employee, query.by)
    if personal and not principal.sees_persons:
        raise Problem("out-of-scope", what="figures about persons")
    # Several queries must fit together: a release may be in the middle of its work.
    read = services.of(FigureReads).read(
        lambda session: read_indices(session, principal.reach, query, now=services.now(), longest_days=longest),
        late=principal.saves_nothing,
        snapshot=True,
    )
    if personal:
        period = read.value.period
        office = query.office or principal.office
        covered = Covered("indices", query.employee, office, first=period.first, last=period.last)
        services.of(Readings).leave_trace(principal, covered)
    return read
