"""Targets over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request

from app.access.guard import reads, requires, requires_person
from app.access.principals import OFFICE_READERS, KeyKind, Principal, Role
from app.access.readings import Readings
from app.closing.addressing import asked
from app.closing.rules.follow_up import today
from app.closing.targets.listing import list_targets
from app.closing.targets.of_person import covered_so_far, told_so_far, whose_targets
from app.closing.targets.running import offices_so_far
from app.closing.targets.schemas import (
    PersonSoFarQuery,
    SoFarOut,
    SoFarPage,
    SoFarQuery,
    TargetPage,
    TargetQuery,
    TargetsIn,
    TargetsSet,
)
from app.closing.targets.setting import put_targets
from app.disclosure.reading import release_state
from app.foundation.http.openapi import SESSION_ALONE, problems
from app.foundation.http.services import services_of
from app.indices.reading import instrument_of

router = APIRouter(prefix="/v1", tags=["reports"])
READERS = (KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin)
ANSWERABLE = (Role.supervisor, Role.administrator)
Reader = Annotated[Principal, Depends(requires(*READERS, roles=ANSWERABLE))]
OfficeReader = Annotated[Principal, Depends(reads(*READERS, roles=OFFICE_READERS))]
OfPerson = Annotated[Principal, Depends(requires_person(Role.employee, Role.appraiser))]
Setter = Annotated[Principal, Depends(requires(KeyKind.supervisor, KeyKind.admin, roles=ANSWERABLE, proof=True))]


@router.get("/targets", responses=problems(404, 422))
def get_targets(request: Request, principal: Reader, query: Annotated[TargetQuery, Query()]) -> TargetPage:
    """The targets of a period, of the offices this key reaches and of those who are posted there."""
    services = services_of(request)
    with services.database.reading() as session:
        return list_targets(session, principal.reach, query, services.now())


@router.get("/targets/offices", responses=problems(404, 422, 429))
def get_offices_so_far(request: Request, principal: OfficeReader, query: Annotated[SoFarQuery, Query()]) -> SoFarPage:
    """What the targets of the offices in reach come to so far, in a period and in those that run."""
    services = services_of(request)
    with services.database.snapshot() as session:
        shown = asked(query.period)
        instrument = instrument_of(session, principal.agency_id, query.instrument)
        state = release_state(session, principal.agency_id)
        day = today(services.now())
        found = offices_so_far(session, principal.reach, instrument.id, state, day=day, shown=shown)
    return SoFarPage(
        items=tuple(
            SoFarOut(
                period=each.period,
                instrument=instrument.id,
                office=each.office,
                employee=None,
                through=each.through,
                reached=each.reached,
            )
            for each in found
        )
    )


@router.get("/targets/person", responses=problems(404, 422, 429), openapi_extra=SESSION_ALONE)
def get_person_so_far(request: Request, principal: OfPerson, query: Annotated[PersonSoFarQuery, Query()]) -> SoFarPage:
    """What targets of persons come to so far in the periods that run: the own, or those of the own people."""
    services = services_of(request)
    with services.database.snapshot() as session:
        day = today(services.now())
        found = {
            code: told_so_far(session, principal.agency_id, code, day)
            for code in whose_targets(session, principal, query.employee)
        }
    covered = (covered_so_far(code, of_one, principal) for code, of_one in found.items())
    services.of(Readings).leave_traces(principal, [each for each in covered if each is not None])
    return SoFarPage(
        items=tuple(
            SoFarOut(
                period=each.period,
                instrument=each.instrument.id,
                office=None,
                employee=code,
                through=each.through,
                reached=each.reached,
            )
            for code, of_one in found.items()
            for each in of_one
        )
    )


@router.put("/targets", responses=problems(400, 408, 413, 415, 422))
def set_targets(request: Request, principal: Setter, body: TargetsIn) -> TargetsSet:
    """Set up to 100 targets, all or none; each replaces the one before, so sending again changes nothing."""
    services = services_of(request)
    with services.database.writing() as session:
        changed = put_targets(session, principal.reach, body.targets, services.now())
    return TargetsSet(stored=len(body.targets), changed=changed)
