"""Served volumes over HTTP: queue systems post them, whoever oversees an office reads them."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import Response

from app.access.guard import requires
from app.access.principals import KeyKind, Principal
from app.directory import listing
from app.directory.catalogue_cache import CatalogueCache
from app.directory.schemas import VolumePage, VolumeQuery, VolumesIn, VolumesStored
from app.directory.volumes.intake import take_volumes
from app.foundation.http.fast_path import PreparedResponse, fast_path_route
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of

VOLUME_READERS = (KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin, KeyKind.queue)
VolumeReader = Annotated[Principal, Depends(requires(*VOLUME_READERS))]
volume_senders = requires(KeyKind.queue, KeyKind.admin)
VolumeSender = Annotated[Principal, Depends(volume_senders)]

# 500 volumes with the longest codes, written with indents.
LIMITS = {"/v1/volumes": 256 * 1_024}

router = APIRouter(prefix="/v1", tags=["directory"])
fast_router = APIRouter(prefix="/v1", tags=["directory"], route_class=fast_path_route(volume_senders, LIMITS, {}))


@router.get("/volumes", responses=problems(404, 422))
def volumes(request: Request, principal: VolumeReader, query: Annotated[VolumeQuery, Query()]) -> VolumePage:
    """The served volumes this key reaches, by office, date, service and employee."""
    with services_of(request).database.reading() as session:
        return listing.list_volumes(session, principal, query)


@fast_router.post("/volumes", response_model=VolumesStored, responses=problems(400, 408, 413, 415, 422))
async def post_volumes(request: Request, principal: VolumeSender, sent: VolumesIn) -> Response:
    """Store up to 500 served volumes, all or none; each replaces the one before, so sending again changes nothing."""
    # The transaction waits for locks and the disk, which must not hold up the event loop.
    stored = await run_in_threadpool(_stored, request, principal, sent)
    return PreparedResponse(stored.model_dump_json().encode(), 200)


def _stored(request: Request, principal: Principal, sent: VolumesIn) -> VolumesStored:
    services = services_of(request)
    catalogues = services.of(CatalogueCache)
    clock = services.clock
    return take_volumes(services.database, catalogues, principal, sent, clock())
