"""Devices over HTTP: administrators add and revoke them; kiosks pair, fetch what to show, and send heartbeats."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from app.access.guard import requires
from app.access.principals import KeyKind, Principal, Role
from app.devices import fleet, kiosk
from app.devices.heartbeats import Heartbeats
from app.devices.kiosk_tags import KioskTags
from app.devices.pairing import KioskPairing, PairingTerms, add_device, renew_code
from app.devices.rules.pins import pin_digest
from app.devices.schemas import (
    DeviceAdded,
    DeviceIn,
    DeviceOut,
    DevicePage,
    DeviceQuery,
    HeartbeatIn,
    HeartbeatOut,
    KioskOut,
    Paired,
    PairIn,
)
from app.foundation.http.body import json_body
from app.foundation.http.etag import UNCHANGED, has_tag
from app.foundation.http.fast_path import PreparedResponse, fast_path_route
from app.foundation.http.openapi import open_problems, problems
from app.foundation.http.query_parameters import exact_query
from app.foundation.http.services import address_of, services_of

kiosks = requires(KeyKind.device)
# As for all routes but those of the fast path; twenty codes of refusals take a tenth of it.
LIMITS = {"/v1/devices/me/heartbeat": 16 * 1_024}

router = APIRouter(prefix="/v1", tags=["devices"])
# What every kiosk asks every minute.
kiosk_router = APIRouter(prefix="/v1", tags=["devices"], route_class=fast_path_route(kiosks, LIMITS, {}))
Admin = Annotated[Principal, Depends(requires(KeyKind.admin, roles=(Role.administrator,), proof=True))]
ANSWERABLE = (Role.supervisor, Role.administrator)
Overseer = Annotated[Principal, Depends(requires(KeyKind.supervisor, KeyKind.admin, roles=ANSWERABLE))]
Kiosk = Annotated[Principal, Depends(kiosks)]
# A route without a guard checks query and content type all the same.
OPEN = [Depends(exact_query), Depends(json_body)]
BODY = (400, 408, 413, 415, 422)


@router.post("/devices", status_code=201, responses=problems(*BODY))
def post_device(request: Request, principal: Admin, body: DeviceIn) -> DeviceAdded:
    """Add a kiosk to a counter. The code that pairs it is shown once and works once, for some minutes."""
    services, terms = services_of(request), _terms(request, principal)
    # A digest takes a tenth of a second, in which nobody should wait for this transaction's locks.
    pin = None if body.pin is None else pin_digest(body.pin)
    with services.database.writing() as session:
        return add_device(session, services.of(KioskPairing).pepper, terms, body, pin, services.now())


@router.post("/devices/pair", status_code=201, dependencies=OPEN, responses=open_problems(*BODY, 410, 429))
def pair_device(request: Request, body: PairIn) -> Paired:
    """Exchange a pairing code, once, for the key of this kiosk. The code is all the proof there is: send no key."""
    services = services_of(request)
    return services.of(KioskPairing).pair(address_of(request), body.code, services.now())


@router.get("/devices", responses=problems(422))
def get_devices(request: Request, principal: Overseer, query: Annotated[DeviceQuery, Query()]) -> DevicePage:
    """The kiosks this key reaches, in the order in which they were added, and how they are doing."""
    services = services_of(request)
    with services.database.reading() as session:
        return fleet.list_fleet(
            session, principal.reach, query, now=services.now(), silent_after=_silent_after(request)
        )


@router.post("/devices/{device_id}/revoke", responses=problems(404, 422))
def revoke_device(request: Request, principal: Admin, device_id: UUID) -> DeviceOut:
    """End a kiosk's key (or its unused code); every process refuses it within 60 seconds. Again changes nothing."""
    services = services_of(request)
    with services.database.writing() as session:
        return fleet.revoke_device(
            session,
            principal.reach,
            device_id,
            now=services.now(),
            silent_after=_silent_after(request),
        )


@router.post("/devices/{device_id}/code", status_code=201, responses=problems(404, 409, 422))
def post_code(request: Request, principal: Admin, device_id: UUID) -> DeviceAdded:
    """A new code for a kiosk that was not paired in time; the one before no longer works."""
    services = services_of(request)
    with services.database.writing() as session:
        pepper = services.of(KioskPairing).pepper
        return renew_code(session, pepper, _terms(request, principal), device_id, services.now())


@kiosk_router.get("/devices/me", response_model=KioskOut, responses=UNCHANGED | problems(422))
async def get_kiosk(request: Request, principal: Kiosk) -> Response:
    """All that this kiosk shows: place, services, questions, roster. With If-None-Match, 304 while nothing changed."""
    services = services_of(request)
    tag = services.of(KioskTags).known(principal, services.now())
    # By containment, because the header may list several tags, and proxies make them weak (`W/`).
    if tag is not None and has_tag(request, tag):
        return _unchanged(tag)
    return await run_in_threadpool(_read_kiosk, request, principal)


# Only ids: `me` and `pair` are addresses of their own.
@router.get("/devices/{device_id:uuid}", responses=problems(404, 422))
def get_device(request: Request, principal: Overseer, device_id: UUID) -> DeviceOut:
    """One kiosk and how it is doing."""
    services = services_of(request)
    with services.database.reading() as session:
        return fleet.find_device(
            session, principal.reach, device_id, now=services.now(), silent_after=_silent_after(request)
        )


@kiosk_router.post("/devices/me/heartbeat", response_model=HeartbeatOut, responses=problems(*BODY))
async def post_heartbeat(request: Request, principal: Kiosk, body: HeartbeatIn) -> Response:
    """Tell how this kiosk is doing; the answer has the server's time. It is in the fleet some seconds later."""
    services = services_of(request)
    now = services.now()
    services.of(Heartbeats).take(principal, body, now)
    answer = HeartbeatOut(server_time=now, key_expires_at=principal.expires_at)
    return PreparedResponse(answer.model_dump_json().encode(), 200)


def _read_kiosk(request: Request, principal: Principal) -> Response:
    """What this kiosk shows, from the database, or that it is what the kiosk has."""
    services = services_of(request)
    with services.database.reading() as session:
        found = kiosk.kiosk_of(session, principal, services.settings.device_interval_seconds, services.now())
        services.of(KioskTags).keep(found)
        if has_tag(request, found.tag):
            return _unchanged(found.tag)
        body = kiosk.kiosk_out(session, found)
    return Response(body.model_dump_json(by_alias=True), media_type="application/json", headers=_headers(found.tag))


def _unchanged(tag: str) -> Response:
    return Response(status_code=304, headers=_headers(tag))


def _headers(tag: str) -> dict[str, str]:
    return {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Authorization"}


def _terms(request: Request, principal: Principal) -> PairingTerms:
    settings = services_of(request).settings
    return PairingTerms(principal.reach, timedelta(minutes=settings.pairing_minutes), settings.public_url)


def _silent_after(request: Request) -> timedelta:
    settings = services_of(request).settings
    return timedelta(minutes=settings.device_silent_minutes)
