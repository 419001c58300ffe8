"""The audit trail over HTTP; persons themselves are dealt with on the signed-in pages and at the terminal."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request

from app.access.guard import reads
from app.access.principals import KeyKind, Principal, Role
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of
from app.people.schemas import TrailPage, TrailQuery
from app.people.trail import read_trail

router = APIRouter(prefix="/v1", tags=["audit"])
Auditor = Annotated[Principal, Depends(reads(KeyKind.auditor, KeyKind.admin, roles=(Role.auditor,)))]


@router.get("/audit", responses=problems(404, 422, 429))
def get_trail(request: Request, principal: Auditor, query: Annotated[TrailQuery, Query()]) -> TrailPage:
    """What was done and who did it, the newest first; of a key for some offices what names these offices."""
    with services_of(request).database.reading() as session:
        return read_trail(session, principal.reach, query)
