"""Indices over HTTP, as JSON or CSV."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.guard import reads
from app.access.principals import KeyKind, Principal
from app.access.readings import Covered, Readings
from app.disclosure.rules.minimum import about_person
from app.foundation.http.content_negotiation import media_type_for
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of
from app.indices.csv_text import csv_text
from app.indices.presenting import table_out
from app.indices.query import IndexQuery
from app.indices.reading import read_indices
from app.indices.rules.figures import IndexTable
from app.indices.schemas import IndexTableOut

JSON, CSV = "application/json", "text/csv"
OFFERED = (JSON, CSV)

router = APIRouter(prefix="/v1", tags=["indices"])
Reader = Annotated[Principal, Depends(reads(KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin))]

FIGURES: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Rows of figures. As CSV: one line per row, the same figures in flat columns "
        "(`speed_mean`, `index`, `grade`, …), an empty cell for null, and an apostrophe before a text that "
        "a spreadsheet would take for a formula.",
        "content": {CSV: {"schema": {"type": "string"}}},
    }
}


@router.get("/indices", response_model=IndexTableOut, responses=FIGURES | problems(404, 406, 422, 429))
def get_indices(request: Request, principal: Reader, query: Annotated[IndexQuery, Query()]) -> Response:
    """The exact index of an agency, an office, a service, a channel or a person, with its interval.

    Counts what was rated from one local day to another, both included. `Accept: text/csv` gives CSV.
    """
    media_type = media_type_for(request, OFFERED)
    table = _read(request, principal, query)
    text = csv_text(table) if media_type == CSV else table_out(table).model_dump_json(by_alias=True)
    # Without Vary a cache could give the CSV of one client to another that asks for JSON.
    return Response(text, media_type=media_type, headers={"Vary": "Accept"})


def _read(request: Request, principal: Principal, query: IndexQuery) -> IndexTable:
    services = services_of(request)
    database = services.database
    clock = services.clock
    settings = services.settings
    with database.reading() as session:
        table = read_indices(
            session,
            principal.reach,
            query,
            now=clock(),
            longest_days=settings.longest_period_days,
        )
    if about_person(query.employee, query.by):
        period = table.period
        office = query.office or principal.office
        covered = Covered("indices", query.employee, office, first=period.first, last=period.last)
        services.of(Readings).leave_trace(principal, covered)
    return table
