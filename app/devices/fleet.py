"""Lists the kiosks of an agency and how they are doing, and revokes them."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from app.access import keys
from app.access.audit import record
from app.access.principals import Reach
from app.access.store import find_key
from app.devices import store
from app.devices.pairing import locked_device
from app.devices.rules.states import is_silent, state_of
from app.devices.schemas import DeviceOut, DevicePage, DeviceQuery, StorageState
from app.directory.reach import offices_in_reach, require_office
from app.foundation.problems import Problem
from app.foundation.storage.database import Database, Session
from app.ratings.keys import first_key, key_day


def list_fleet(
    session: Session, reach: Reach, query: DeviceQuery, *, now: datetime, silent_after: timedelta
) -> DevicePage:
    """A page of the devices at the offices in reach."""
    within, limit = offices_in_reach(session, reach), query.limit
    rows = store.fleet(session, reach.agency_id, within=within, after=query.after, limit=limit + 1)
    items = _devices_out(session, reach.agency_id, rows[:limit], now, silent_after)
    return DevicePage(items=items, next=items[-1].id if len(rows) > limit else None)


def revoke_device(
    session: Session, reach: Reach, device_id: UUID, *, now: datetime, silent_after: timedelta
) -> DeviceOut:
    """Revoke a device, its code and its key; doing it again changes nothing.

    Raises `device-unknown`, `out-of-scope`.
    """
    agency_id, actor = reach.agency_id, reach.actor
    # Locked, because a kiosk that is pairing at this moment would otherwise get a key that nobody revokes.
    device = locked_device(session, reach, device_id)
    if device.revoked_at is None:
        device.revoked_at = now
        session.add(device)
        store.end_pairing(session, agency_id, device_id)
        key = None if device.key_id is None else find_key(session, agency_id, device.key_id, locked=True)
        if key is not None and key.revoked_at is None:
            keys.revoke(session, agency_id=agency_id, key_id=key.key_id, actor=actor, now=now)
        record(session, agency_id=agency_id, actor=actor, action="device.revoked", subject=str(device_id), at=now)
        session.flush()
    return find_device(session, reach, device_id, now=now, silent_after=silent_after)


def find_device(
    session: Session, reach: Reach, device_id: UUID, *, now: datetime, silent_after: timedelta
) -> DeviceOut:
    """One device and how it is doing. Raises `device-unknown`, `out-of-scope`."""
    rows = store.fleet(session, reach.agency_id, within=None, only=device_id)
    if not rows:
        raise Problem("device-unknown")
    [found] = _devices_out(session, reach.agency_id, rows, now, silent_after)
    require_office(session, reach, found.office)
    return found


def count_silent(database: Database, now: datetime, silent_after: timedelta) -> int:
    """How many paired devices of all agencies have been silent for longer than that."""
    with database.reading() as session:
        return store.silent_devices(session, now, now - silent_after)


def count_silent_in_reach(session: Session, reach: Reach, now: datetime, silent_after: timedelta) -> int:
    """How many paired devices at the offices in reach have been silent for longer than that."""
    within = offices_in_reach(session, reach)
    return store.silent_devices(session, now, now - silent_after, agency_id=reach.agency_id, within=within)


def _devices_out(
    session: Session, agency_id: str, rows: Sequence[store.FleetRow], now: datetime, silent_after: timedelta
) -> tuple[DeviceOut, ...]:
    keys = [key.key_id for _, key, _, _ in rows if key is not None]
    received = store.received_since(session, agency_id, keys, first_key(key_day(now)))
    return tuple(_device_out(row, now, silent_after, received) for row in rows)


def _device_out(row: store.FleetRow, now: datetime, silent_after: timedelta, received: Mapping[UUID, int]) -> DeviceOut:
    device, key, beat, pairing = row
    # A key may have been revoked by itself, with `cermin key revoke`, or have expired; the first of all ends counts.
    ends = [] if key is None else [key.revoked_at, key.expires_at]
    state = state_of(
        now,
        has_key=key is not None,
        ended_at=min((moment for moment in (device.revoked_at, *ends) if moment is not None), default=None),
        code_expires_at=None if pairing is None else pairing.expires_at,
    )
    seen_at = None if beat is None else beat.seen_at
    return DeviceOut(
        id=device.device_id,
        office=device.office,
        counter=device.counter,
        label=device.label,
        instrument=device.instrument,
        has_pin=device.pin is not None,
        state=state,
        added_at=device.added_at,
        paired_at=device.paired_at,
        last_seen_at=seen_at,
        # In tens: who looks again and again must not see when a citizen rated.
        received_today=0 if key is None else received.get(key.key_id, 0) // 10 * 10,
        silent=is_silent(now, state, paired_at=device.paired_at, seen_at=seen_at, after=silent_after),
        app_version=None if beat is None else beat.app_version,
        queue_depth=None if beat is None else beat.queue_depth,
        parked=None if beat is None else beat.parked,
        parked_codes=None if beat is None else beat.parked_codes,
        clock_offset_ms=None if beat is None else beat.clock_offset_ms,
        unsent_seconds=None if beat is None else beat.unsent_seconds,
        storage=None
        if beat is None
        else StorageState(persisted=beat.storage_persisted, free_bytes=beat.storage_free_bytes),
    )
