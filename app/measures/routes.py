"""Measures over HTTP: the figures of persons and offices in a period, with what makes them fair."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.guard import reads
from app.access.principals import OFFICE_READERS, OVERSEERS, KeyKind, Principal
from app.access.readings import Covered, Readings
from app.foundation.http.etag import UNCHANGED, tagged
from app.foundation.http.openapi import problems
from app.foundation.http.replica_age import DATED, dated
from app.foundation.http.services import services_of
from app.foundation.storage.database import Session
from app.foundation.storage.read_replica import FigureReads, Read
from app.measures.cache import MeasuresCache
from app.measures.presenting import measures_out, office_measures_out
from app.measures.reading import MeasuresTable, part_of_offices, read_measures
from app.measures.recognition import recognition_out, training_out
from app.measures.schemas import (
    MeasuresOut,
    MeasuresQuery,
    OfficeMeasuresOut,
    OfficesQuery,
    RecognitionOut,
    TrainingOut,
)
from app.ratings.rules.selection import By

router = APIRouter(prefix="/v1", tags=["indices"])
READERS = (KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin)
Reader = Annotated[Principal, Depends(reads(*READERS))]
Overseer = Annotated[Principal, Depends(reads(*READERS, roles=OVERSEERS))]
OfficeReader = Annotated[Principal, Depends(reads(*READERS, roles=OFFICE_READERS))]
JSON = "application/json"


@router.get("/measures/employees", response_model=MeasuresOut, responses=DATED | UNCHANGED | problems(404, 422, 429))
def get_employee_measures(request: Request, principal: Reader, query: Annotated[MeasuresQuery, Query()]) -> Response:
    """Each person's figures in a period with all that makes them fair: reliability, comparison, change, coverage.

    Persons are compared with those who mainly give services of the same family. A figure from fewer than
    ten ratings is not shown, and `use` says what the others may be used for.
    """
    read = _read(request, principal, query, By.employee)
    return dated(tagged(request, measures_out(read.value).model_dump_json(by_alias=True), JSON), read)


@router.get(
    "/measures/offices", response_model=OfficeMeasuresOut, responses=DATED | UNCHANGED | problems(404, 422, 429)
)
def get_office_measures(request: Request, principal: OfficeReader, query: Annotated[OfficesQuery, Query()]) -> Response:
    """Each office's figures in a period, compared with all offices of the agency; a page at a time."""
    read = _read(request, principal, query, By.office)
    return dated(tagged(request, office_measures_out(read.value).model_dump_json(by_alias=True), JSON), read)


@router.get(
    "/measures/recognition", response_model=RecognitionOut, responses=DATED | UNCHANGED | problems(404, 422, 429)
)
def get_recognition(request: Request, principal: Overseer, query: Annotated[MeasuresQuery, Query()]) -> Response:
    """Whose service is recognised in a period: by name, without figures and without a first place.

    Above the peers by more than chance: the lower end of the estimate lies above their mean and the estimate by
    three points of the index, from thirty ratings and with a reliability of 0.70.
    """
    read = _read(request, principal, query, By.employee)
    return dated(tagged(request, recognition_out(read.value).model_dump_json(by_alias=True), JSON), read)


@router.get("/measures/training", response_model=TrainingOut, responses=DATED | UNCHANGED | problems(404, 422, 429))
def get_training(request: Request, principal: OfficeReader, query: Annotated[OfficesQuery, Query()]) -> Response:
    """Where training helps the offices first, by question: weak spots beyond chance, from thirty answers.

    A page of offices at a time, in the order of their codes; within it by name.
    """
    read = _read(request, principal, query, By.office)
    return dated(tagged(request, training_out(read.value).model_dump_json(by_alias=True), JSON), read)


def _read(request: Request, principal: Principal, query: MeasuresQuery, by: By) -> Read[MeasuresTable]:
    """The table asked for; what is told of persons leaves its trace."""
    services = services_of(request)
    # Several queries must fit together: a rating that arrives between two would be in one figure and not another.

    def measured(session: Session) -> MeasuresTable:
        reach, part = principal.reach, None
        if isinstance(query, OfficesQuery):
            part = part_of_offices(session, reach, query.office, after=query.after, limit=query.limit)
        return read_measures(
            session,
            reach,
            by,
            office=query.office,
            period=query.period,
            instrument=query.instrument,
            cache=services.of(MeasuresCache),
            part=part,
        )

    read = services.of(FigureReads).read(
        measured,
        late=principal.saves_nothing,
        snapshot=True,
    )
    if by is By.employee:
        covered = Covered("measures", office=query.office or principal.office, period=query.period)
        services.of(Readings).leave_trace(principal, covered)
    return read
