"""Measures over HTTP: the figures of persons and offices in a period, with what makes them fair."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.guard import reads
from app.access.principals import OFFICE_READERS, KeyKind, Principal
from app.access.readings import Covered, Readings
from app.foundation.http.etag import UNCHANGED, tagged
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of
from app.measures.cache import MeasuresCache
from app.measures.presenting import measures_out
from app.measures.reading import read_measures
from app.measures.schemas import MeasuresOut, MeasuresQuery
from app.ratings.rules.selection import By

router = APIRouter(prefix="/v1", tags=["indices"])
READERS = (KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin)
Reader = Annotated[Principal, Depends(reads(*READERS))]
OfficeReader = Annotated[Principal, Depends(reads(*READERS, roles=OFFICE_READERS))]


@router.get("/measures/employees", response_model=MeasuresOut, responses=UNCHANGED | problems(404, 422, 429))
def get_employee_measures(request: Request, principal: Reader, query: Annotated[MeasuresQuery, Query()]) -> Response:
    """Each person's figures in a period with all that makes them fair: reliability, comparison, change, coverage.

    Persons are compared with those who mainly give services of the same family. A figure from fewer than
    ten ratings is not shown, and `use` says what the others may be used for.
    """
    return _measures(request, principal, query, By.employee)


@router.get("/measures/offices", response_model=MeasuresOut, responses=UNCHANGED | problems(404, 422, 429))
def get_office_measures(
    request: Request, principal: OfficeReader, query: Annotated[MeasuresQuery, Query()]
) -> Response:
    """Each office's figures in a period, compared with all offices of the agency."""
    return _measures(request, principal, query, By.office)


def _measures(request: Request, principal: Principal, query: MeasuresQuery, by: By) -> Response:
    services = services_of(request)
    # Several queries must fit together: a rating that arrives between two would be in one figure and not another.
    with services.database.snapshot() as session:
        table = read_measures(
            session,
            principal.reach,
            by,
            office=query.office,
            period=query.period,
            instrument=query.instrument,
            cache=services.of(MeasuresCache),
        )
    if by is By.employee:
        covered = Covered("measures", office=query.office or principal.office, period=query.period)
        services.of(Readings).leave_trace(principal, covered)
    return tagged(request, measures_out(table).model_dump_json(by_alias=True), "application/json")
