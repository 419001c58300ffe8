"""Pairs kiosks: an added device gets a code, which the kiosk exchanges, once, for its key."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from app.access.audit import record
from app.access.audit_actions import AuditAction
from app.access.guesses import Guesses
from app.access.keys import issue
from app.access.principals import KeyKind, Reach
from app.devices import store
from app.devices.rules import pairing_codes
from app.devices.rules.pairing_codes import canonical, code_digest, mark_in
from app.devices.rules.pins import PinDigest
from app.devices.schemas import DeviceAdded, DeviceIn, Paired
from app.devices.tables import Device, Pairing
from app.directory.agency_marks import AgencyMarks
from app.directory.listing_store import office_parents
from app.directory.rules.reach import require_reached
from app.foundation.clock import Clock
from app.foundation.ids import new_id
from app.foundation.problems import FieldError, Problem
from app.foundation.qr import qr_svg
from app.foundation.storage.agency_scope import all_agencies, of_agency
from app.foundation.storage.database import Database, Session
from app.instruments.registry import instruments_of

# Behind a proxy all kiosks of all agencies share its address. Guessing at this speed for a quarter of an hour meets
# one of a hundred open codes once in ten thousand million times.
BUDGET, PER_SECOND = 100, 1.0


@dataclass(frozen=True)
class PairingTerms:
    """On whose behalf a device is added, how long its code is valid, and the public address of the service."""

    reach: Reach
    lifetime: timedelta
    public_url: str | None


def add_device(
    session: Session, pepper: bytes, terms: PairingTerms, asked: DeviceIn, pin: PinDigest | None, now: datetime
) -> DeviceAdded:
    """Add a device and return the code that pairs it; `pin` is the digest of the PIN in `asked`.

    Raises `invalid-request` for an unknown place or instrument, `out-of-scope`.
    """
    _check_place(session, terms, asked)
    instrument = instruments_of(session, terms.reach.agency_id).get(asked.instrument)
    if instrument is None:
        raise Problem("invalid-request", errors=[FieldError("instrument", "instrument-unknown")])
    if not instrument.takes(None):
        # A kiosk's ratings come with its key: all of them would be refused.
        raise Problem("invalid-request", errors=[FieldError("instrument", f"instrument-{instrument.collected}-only")])
    device = Device(
        agency_id=terms.reach.agency_id,
        device_id=new_id(),
        office=asked.office,
        counter=asked.counter,
        label=asked.label,
        instrument=asked.instrument,
        pin=pin and dict(pin),
        added_at=now,
    )
    store.add(session, device)
    added = _with_code(session, pepper, terms, device, now)
    _audit(session, terms.reach, device, "device.added", now, office=asked.office, counter=asked.counter)
    return added


def renew_code(session: Session, pepper: bytes, terms: PairingTerms, device_id: UUID, now: datetime) -> DeviceAdded:
    """A new code for a device that was not paired in time; the one before no longer works.

    Raises `device-unknown`, `out-of-scope`, and `device-not-waiting` for one that was paired or revoked.
    """
    # Locked, because a kiosk may be pairing with the code before at this moment.
    device = locked_device(session, terms.reach, device_id)
    if device.key_id is not None or device.revoked_at is not None:
        raise Problem("device-not-waiting")
    store.end_pairing(session, device.agency_id, device_id)
    added = _with_code(session, pepper, terms, device, now)
    _audit(session, terms.reach, device, "device.code-renewed", now)
    return added


def locked_device(session: Session, reach: Reach, device_id: UUID) -> Device:
    """A device in reach, its row locked until the transaction ends. Raises `device-unknown`, `out-of-scope`."""
    device = store.lock_device(session, reach.agency_id, device_id)
    if device is None:
        raise Problem("device-unknown")
    require_reached(office_parents(session, reach.agency_id), reach, device.office)
    return device


def _with_code(session: Session, pepper: bytes, terms: PairingTerms, device: Device, now: datetime) -> DeviceAdded:
    """Give the device its code, which is shown here and nowhere else."""
    # Codes that nobody typed are cleared here, where new ones are made, and need no job of their own.
    store.end_expired(session, device.agency_id, now)
    code = _fresh_code(session, pepper, device.agency_id)
    pairing = Pairing(
        agency_id=device.agency_id,
        device_id=device.device_id,
        digest=code_digest(pepper, code),
        expires_at=now + terms.lifetime,
    )
    store.add(session, pairing)
    # A fragment stays in the browser: no server, proxy or log ever sees it.
    address = f"{terms.public_url}/kiosk#{code}" if terms.public_url else None
    return DeviceAdded(
        id=device.device_id,
        office=device.office,
        counter=device.counter,
        label=device.label,
        instrument=device.instrument,
        code=code,
        expires_at=pairing.expires_at,
        address=address,
        qr=address and qr_svg(address),
    )


def _audit(session: Session, reach: Reach, device: Device, action: AuditAction, now: datetime, **detail: str) -> None:
    record(
        session,
        agency_id=reach.agency_id,
        actor=reach.actor,
        action=action,
        subject=str(device.device_id),
        at=now,
        **detail,
    )


class KioskPairing:
    """Exchanges codes for keys, and limits the guesses of each address, for one process."""

    def __init__(self, database: Database, marks: AgencyMarks, pepper: bytes, clock: Clock) -> None:
        self._database = database
        self._marks = marks
        self.pepper = pepper
        self._guesses = Guesses(clock, "too-many-codes", ("pairing-refused",), BUDGET, PER_SECOND)

    def pair(self, address: str, code: str, now: datetime) -> Paired:
        """The key for a code. Raises `pairing-refused` if it is wrong, used or expired, and `too-many-codes`."""
        given = canonical(code)
        # All kiosks of an office may be behind one address, so a right code costs nothing.
        with self._guesses.attempt(address, given and given[:3]):
            digest = code_digest(self.pepper, code)
            with all_agencies(), self._database.reading() as session:
                pairing = self._find(session, given, digest)
            # Read before anything is written: SQLite has one writer, and whoever guesses must not make ratings wait
            # for it.
            if pairing is None or pairing.expires_at <= now:
                raise Problem("pairing-refused")
            with of_agency(pairing.agency_id), self._database.writing() as session:
                return _exchange(session, pairing, now)

    def _find(self, session: Session, given: str | None, digest: str) -> Pairing | None:
        pairing = None
        if given is not None:
            mark = mark_in(self.pepper, given)
            pairing = self._marks.find(session, mark, lambda agencies: store.pairing_of(session, agencies, digest))
        # Codes from before migration 0020 carry no mark and cannot be distinguished from others. They hold for a day at
        # most: a release after that can leave this out.
        return pairing or store.pairing_of(session, None, digest)


def _fresh_code(session: Session, pepper: bytes, agency_id: str) -> str:
    # A code has 35 random bits: hardly ever is it one that waits to be typed, and then another one is drawn.
    code = pairing_codes.new_code(pepper, agency_id)
    while store.pairing_of(session, [agency_id], code_digest(pepper, code)) is not None:
        code = pairing_codes.new_code(pepper, agency_id)
    return code


def _exchange(session: Session, pairing: Pairing, now: datetime) -> Paired:
    device = store.lock_device(session, pairing.agency_id, pairing.device_id)
    # Two may have read the code as valid at once; the deletion succeeds for one of them only.
    if device is None or not store.end_pairing(session, device.agency_id, device.device_id):
        raise Problem("pairing-refused")
    actor = f"pairing:{device.device_id}"
    text, key = issue(
        session,
        agency_id=device.agency_id,
        kind=KeyKind.device,
        label=device.label,
        actor=actor,
        now=now,
        office=device.office,
        counter=device.counter,
    )
    session.flush()
    device.key_id, device.paired_at = key.key_id, now
    session.add(device)
    record(
        session,
        agency_id=device.agency_id,
        actor=actor,
        action="device.paired",
        subject=str(device.device_id),
        at=now,
        key=str(key.key_id),
    )
    return Paired(
        id=device.device_id,
        key=text,
        agency=device.agency_id,
        office=device.office,
        counter=device.counter,
        label=device.label,
    )


def _check_place(session: Session, terms: PairingTerms, asked: DeviceIn) -> None:
    parents = office_parents(session, terms.reach.agency_id)
    if asked.office not in parents:
        raise Problem("invalid-request", errors=[FieldError("office", "office-unknown")])
    require_reached(parents, terms.reach, asked.office)
    if store.counter_at(session, terms.reach.agency_id, asked.office, asked.counter) is None:
        raise Problem("invalid-request", errors=[FieldError("counter", "counter-unknown")])
