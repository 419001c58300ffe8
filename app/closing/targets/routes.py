"""Targets over HTTP."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request

from app.access.guard import requires
from app.access.principals import KeyKind, Principal, Role
from app.closing.targets.listing import list_targets
from app.closing.targets.schemas import TargetPage, TargetQuery, TargetsIn, TargetsSet
from app.closing.targets.setting import put_targets
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of

router = APIRouter(prefix="/v1", tags=["reports"])
READERS = (KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin)
ANSWERABLE = (Role.supervisor, Role.administrator)
Reader = Annotated[Principal, Depends(requires(*READERS, roles=ANSWERABLE))]
Setter = Annotated[Principal, Depends(requires(KeyKind.supervisor, KeyKind.admin, roles=ANSWERABLE, proof=True))]


@router.get("/targets", responses=problems(404, 422))
def get_targets(request: Request, principal: Reader, query: Annotated[TargetQuery, Query()]) -> TargetPage:
    """The targets of a period, of the offices this key reaches and of those who are posted there."""
    services = services_of(request)
    with services.database.reading() as session:
        return list_targets(session, principal.reach, query, services.now())


@router.put("/targets", responses=problems(400, 408, 413, 415, 422))
def set_targets(request: Request, principal: Setter, body: TargetsIn) -> TargetsSet:
    """Set up to 100 targets, all or none; each replaces the one before, so sending again changes nothing."""
    services = services_of(request)
    with services.database.writing() as session:
        changed = put_targets(session, principal.reach, body.targets, services.now())
    return TargetsSet(stored=len(body.targets), changed=changed)
