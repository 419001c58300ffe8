"""Keys of machines over HTTP: what there is, making one, ending one."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request

from app.access.guard import requires, requires_person
from app.access.principals import KeyKind, Principal, Role
from app.foundation.http.openapi import SESSION_ALONE, problems
from app.foundation.http.services import services_of
from app.people.faults import PeopleFault
from app.people.keys import keeping
from app.people.keys.keeping import KioskKeys
from app.people.keys.schemas import KeyIn, KeyMade, KeyOut, KeyPage, KeyQuery

router = APIRouter(prefix="/v1", tags=["keys"])
ROLES = (Role.administrator,)
Admin = Annotated[Principal, Depends(requires(KeyKind.admin, roles=ROLES))]
Changer = Annotated[Principal, Depends(requires(KeyKind.admin, roles=ROLES, proof=True))]
Person = Annotated[Principal, Depends(requires_person(*ROLES, proof=True))]


@router.get("/keys", responses=problems(422))
def get_keys(request: Request, principal: Admin, query: Annotated[KeyQuery, Query()]) -> KeyPage:
    """The keys in reach, without those of paired kiosks; no secret can be shown again."""
    services = services_of(request)
    with services.database.reading() as session:
        return keeping.list_keys(session, principal.reach, services.of(KioskKeys), query, services.now())


@router.post("/keys", status_code=201, responses=problems(400, 408, 413, 415, 422), openapi_extra=SESSION_ALONE)
def make_key(request: Request, principal: Person, body: KeyIn) -> KeyMade:
    """Make a key for a machine, and tell it this once; only a signed-in person may."""
    services = services_of(request)
    try:
        with services.database.writing() as session:
            return keeping.make_key(session, principal, body, services.now())
    except PeopleFault as fault:
        raise fault.as_problem() from None


@router.post("/keys/{key_id}/revoke", responses=problems(404, 422))
def revoke_key(request: Request, principal: Changer, key_id: UUID) -> KeyOut:
    """End a key; whoever uses it is refused within a minute. Again changes nothing."""
    services = services_of(request)
    with services.database.writing() as session:
        return keeping.end_key(session, principal.reach, services.of(KioskKeys), key_id, services.now())
