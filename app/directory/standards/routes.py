"""Promises over HTTP, and the counts of months that queue systems tell."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request

from app.access.guard import requires
from app.access.principals import KeyKind, Principal, Role
from app.directory.catalogue_cache import CatalogueCache
from app.directory.standards.counting import take_counts
from app.directory.standards.schemas import CountsIn, CountsStored, PromisePage, PromiseQuery, PromisesIn, PromisesSet
from app.directory.standards.setting import list_promises, put_promises
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of

router = APIRouter(prefix="/v1", tags=["directory"])
READERS = (KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin, KeyKind.queue)
ANSWERABLE = (Role.supervisor, Role.administrator)
Reader = Annotated[Principal, Depends(requires(*READERS, roles=ANSWERABLE))]
Administrator = Annotated[Principal, Depends(requires(KeyKind.admin, roles=(Role.administrator,), proof=True))]
Queue = Annotated[Principal, Depends(requires(KeyKind.queue, KeyKind.admin))]


@router.get("/promises", responses=problems(404, 422))
def get_promises(request: Request, principal: Reader, query: Annotated[PromiseQuery, Query()]) -> PromisePage:
    """How long each service of the agency takes at most, by service, with all that was promised before."""
    with services_of(request).database.reading() as session:
        return list_promises(session, principal.agency_id, query)


@router.put("/promises", responses=problems(400, 408, 413, 415, 422))
def set_promises(request: Request, principal: Administrator, body: PromisesIn) -> PromisesSet:
    """Set up to 30 promises, all or none; each replaces that of the same month, so sending again changes nothing."""
    services = services_of(request)
    with services.database.writing() as session:
        changed = put_promises(session, principal.reach, body.promises, services.now())
    return PromisesSet(stored=len(body.promises), changed=changed)


@router.post("/promises/counts", responses=problems(400, 408, 413, 415, 422))
def post_counts(request: Request, principal: Queue, body: CountsIn) -> CountsStored:
    """Tell how long services took beside their promise, and which steps of procedure were done, by month.

    Up to 50 entries, all or none; each replaces what was told of that office, service and month before, as long as no
    release has told more: sending again changes nothing.
    """
    services = services_of(request)
    return take_counts(services.database, services.of(CatalogueCache), principal, body, services.now())
