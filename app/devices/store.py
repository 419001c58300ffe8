"""The only SQL of this room."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple, TypeAlias
from uuid import UUID

from sqlalchemy import JSON, ColumnElement, Uuid, bindparam, delete, text
from sqlmodel import and_, col, func, or_, select

from app.access.tables import ApiKey
from app.devices.tables import Device, Heartbeat, Pairing
from app.directory.tables import Counter, Duty, Employee, Office, Service
from app.foundation.storage.agencies import of_agencies
from app.foundation.storage.database import Session, UtcDateTime
from app.ratings.tables import Trace

FleetRow: TypeAlias = tuple[Device, ApiKey | None, Heartbeat | None, Pairing | None]


class SilentDevice(NamedTuple):
    """A device that was not seen for a while, with its office, the office's time zone, and when it was seen last."""

    device_id: UUID
    office: str
    timezone: str
    seen_at: datetime


HEARTBEAT_COLUMNS = (
    "seen_at", "app_version", "queue_depth", "parked", "parked_codes", "clock_offset_ms", "unsent_seconds",
    "storage_persisted", "storage_free_bytes",
)  # fmt: skip
# A process writes what it took some seconds ago, and meanwhile another may have written a newer one, which stays.
# One statement, because two first heartbeats of a key may come at once. It holds the names above and nothing else.
_NEW_VALUES = ", ".join(f"{name} = excluded.{name}" for name in HEARTBEAT_COLUMNS)
PUT_HEARTBEAT = text(
    f"INSERT INTO heartbeat (agency_id, key_id, {', '.join(HEARTBEAT_COLUMNS)}) "  # noqa: S608 - constants
    f"VALUES (:agency_id, :key_id, {', '.join(f':{name}' for name in HEARTBEAT_COLUMNS)}) "
    f"ON CONFLICT (agency_id, key_id) DO UPDATE SET {_NEW_VALUES} "
    "WHERE heartbeat.seen_at <= excluded.seen_at OR heartbeat.seen_at > :beyond"
).bindparams(
    bindparam("key_id", type_=Uuid()),
    bindparam("seen_at", type_=UtcDateTime()),
    bindparam("beyond", type_=UtcDateTime()),
    bindparam("parked_codes", type_=JSON()),
)


def add(session: Session, row: Device | Pairing) -> None:
    """Insert a new device, or its code after it, as their foreign key needs it."""
    session.add(row)
    session.flush()


def pairing_of(session: Session, agencies: Collection[str] | None, digest: str) -> Pairing | None:
    """The pairing with this digest, of these agencies (None: of any)."""
    query = select(Pairing).where(of_agencies(Pairing.agency_id, agencies), Pairing.digest == digest)
    return session.exec(query).first()


def lock_device(session: Session, agency_id: str, device_id: UUID) -> Device | None:
    """The device, its row locked until the transaction ends."""
    query = select(Device).where(Device.agency_id == agency_id, Device.device_id == device_id).with_for_update()
    return session.exec(query).first()


def device_of_key(session: Session, agency_id: str, key_id: UUID) -> Device | None:
    """The device that got this key; a key issued by hand has none."""
    return session.exec(select(Device).where(Device.agency_id == agency_id, Device.key_id == key_id)).first()


def keys_of_devices(session: Session, agency_id: str) -> set[UUID]:
    """The keys that devices of the agency got when they were paired, also of those that were ended."""
    query = select(Device.key_id).where(Device.agency_id == agency_id, col(Device.key_id).is_not(None))
    return {key_id for key_id in session.exec(query) if key_id is not None}


def has_paired(session: Session, agency_id: str) -> bool:
    """Whether the agency has a kiosk that was connected and not ended."""
    query = select(Device.device_id).where(
        Device.agency_id == agency_id, col(Device.key_id).is_not(None), col(Device.revoked_at).is_(None)
    )
    return session.exec(query.limit(1)).first() is not None


def end_pairing(session: Session, agency_id: str, device_id: UUID) -> bool:
    """Delete the device's code; returns whether there was one."""
    ended = session.execute(
        delete(Pairing)
        .where(col(Pairing.agency_id) == agency_id, col(Pairing.device_id) == device_id)
        .returning(col(Pairing.device_id))
    )
    return ended.first() is not None


def end_expired(session: Session, agency_id: str, now: datetime) -> None:
    """Delete the agency's codes that nobody typed in time."""
    session.execute(delete(Pairing).where(col(Pairing.agency_id) == agency_id, col(Pairing.expires_at) <= now))


def put_heartbeats(session: Session, rows: Sequence[Mapping[str, object]]) -> None:
    """Store the heartbeats of different keys, of any agencies in scope; each replaces an older one of its key.

    A row has the table's columns and `beyond`, the moment after which what is stored is no newer one but wrong.
    """
    session.execute(PUT_HEARTBEAT, rows)


def fleet(
    session: Session,
    agency_id: str,
    *,
    within: Collection[str] | None,
    after: UUID | None = None,
    only: UUID | None = None,
    limit: int | None = None,
) -> Sequence[FleetRow]:
    """Devices in the order of their ids, of the offices `within` (None: all), each with what belongs to it."""
    query = (
        select(Device, ApiKey, Heartbeat, Pairing)
        .join(ApiKey, and_(ApiKey.agency_id == Device.agency_id, ApiKey.key_id == Device.key_id), isouter=True)
        .join(Heartbeat, and_(Heartbeat.agency_id == Device.agency_id, Heartbeat.key_id == Device.key_id), isouter=True)
        .join(Pairing, and_(Pairing.agency_id == Device.agency_id, Pairing.device_id == Device.device_id), isouter=True)
        .where(Device.agency_id == agency_id)
    )
    if within is not None:
        query = query.where(col(Device.office).in_(within))
    if after is not None:
        query = query.where(col(Device.device_id) > after)
    if only is not None:
        query = query.where(Device.device_id == only)
    return session.exec(query.order_by(col(Device.device_id)).limit(limit)).all()


def received_since(session: Session, agency_id: str, keys: Collection[UUID], first: UUID) -> dict[UUID, int]:
    """How many ratings each of these device keys has sent whose own keys are this one or later."""
    query = (
        select(Trace.source, func.count())
        .where(Trace.agency_id == agency_id, col(Trace.key) >= first, col(Trace.source).in_(keys))
        .group_by(col(Trace.source))
    )
    return {source: n for source, n in session.exec(query) if source is not None}


def silent_devices(
    session: Session,
    now: datetime,
    since: datetime,
    *,
    agency_id: str | None = None,
    within: Collection[str] | None = None,
) -> int:
    """How many paired devices of the agency (None: of all) were not seen since then, of the offices `within`."""
    # The conditions of `rules/states.py`, counted by the database: a metric is no reason to read the whole fleet.
    query = (
        select(func.count())
        .select_from(Device)
        .join(ApiKey, and_(ApiKey.agency_id == Device.agency_id, ApiKey.key_id == Device.key_id))
        .join(Heartbeat, and_(Heartbeat.agency_id == Device.agency_id, Heartbeat.key_id == Device.key_id), isouter=True)
        .where(*_is_silent(now, since))
    )
    if agency_id is not None:
        query = query.where(Device.agency_id == agency_id)
    if within is not None:
        query = query.where(col(Device.office).in_(within))
    return session.exec(query).one()


def silent_of(session: Session, agency_id: str, now: datetime, since: datetime) -> list[SilentDevice]:
    """The paired devices of the agency's active offices that were not seen since then, in the order of their ids."""
    query = (
        select(Device.device_id, Device.office, Office.timezone, func.coalesce(Heartbeat.seen_at, Device.paired_at))
        .select_from(Device)
        .join(Office, and_(Office.agency_id == Device.agency_id, Office.code == Device.office))
        .join(ApiKey, and_(ApiKey.agency_id == Device.agency_id, ApiKey.key_id == Device.key_id))
        .join(Heartbeat, and_(Heartbeat.agency_id == Device.agency_id, Heartbeat.key_id == Device.key_id), isouter=True)
        .where(Device.agency_id == agency_id, col(Office.active).is_(True), *_is_silent(now, since))
    )
    return [SilentDevice(*row) for row in session.exec(query.order_by(col(Device.device_id)))]


def _is_silent(now: datetime, since: datetime) -> list[ColumnElement[bool]]:
    return [
        col(Device.revoked_at).is_(None),
        col(ApiKey.revoked_at).is_(None),
        or_(col(ApiKey.expires_at).is_(None), col(ApiKey.expires_at) > now),
        func.coalesce(Heartbeat.seen_at, Device.paired_at) < since,
    ]


def counter_at(session: Session, agency_id: str, office: str, code: str) -> Counter | None:
    """One counter."""
    return session.get(Counter, (agency_id, office, code))


def services_given(session: Session, agency_id: str, among: Collection[str]) -> Sequence[Service]:
    """The active services by code, of those `among` (none named: all)."""
    query = select(Service).where(Service.agency_id == agency_id, col(Service.active).is_(True))
    if among:
        query = query.where(col(Service.code).in_(among))
    return session.exec(query.order_by(col(Service.code))).all()


def duties_between(
    session: Session, agency_id: str, office: str, counter: str, first: datetime, end: datetime
) -> Sequence[tuple[Duty, str]]:
    """The duties of a counter that touch these moments, by their start, with the employee's name."""
    query = (
        select(Duty, Employee.name)
        .join(Employee, and_(Employee.agency_id == Duty.agency_id, Employee.code == Duty.employee))
        .where(Duty.agency_id == agency_id, Duty.office == office, Duty.counter == counter)
        .where(col(Duty.until_at) > first, col(Duty.from_at) < end)
        .order_by(col(Duty.from_at))
    )
    return session.exec(query).all()
