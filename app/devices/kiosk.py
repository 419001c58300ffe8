"""Puts together what one kiosk shows: its place, services, questions and roster, and an ETag for all of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from app.access.principals import Principal
from app.devices import store
from app.devices.rules.short_names import short_name
from app.devices.schemas import KioskOfficeOut, KioskOut, NamedOut, OnDuty, PinOut
from app.directory.catalogue_store import directory_version
from app.directory.store import find_office
from app.directory.tables import Counter, Office
from app.foundation.storage.database import Session
from app.instruments.loading import shipped
from app.instruments.model import Instrument
from app.instruments.registry import instruments_of
from app.instruments.schemas import instrument_out

# The instrument of a kiosk whose key was issued by hand, for which there is no device row.
INSTRUMENT = "ikl-1"
IDLE_SECONDS = 30
DAYS = 8
# Raised when a release changes the form of the answer: kiosks then fetch it anew though no content has changed.
FORM = 1


@dataclass(frozen=True)
class Kiosk:
    """Everything on which the answer depends. Its tag needs a few small reads only, since kiosks ask often."""

    principal: Principal
    version: UUID
    office: Office
    today: date
    instrument: Instrument
    pin: Mapping[str, Any] | None
    interval_seconds: float

    @property
    def tag(self) -> str:
        """The strong entity tag, with its quotes (RFC 9110 §8.8.3)."""
        # Every change of names, services or duties renews the directory's version; the roster moves on with the day.
        parts = (
            *(FORM, self.version, self.office.code, self.principal.counter, self.today, self.instrument.digest),
            *(self.pin and self.pin["digest"], self.interval_seconds),
        )
        return f'"{sha256(repr(tuple(map(str, parts))).encode()).hexdigest()[:32]}"'


def kiosk_of(session: Session, principal: Principal, interval_seconds: float, now: datetime) -> Kiosk:
    """The kiosk of a device key. Raises LookupError if its office does not exist, though none is ever deleted."""
    # Read first: what is read after it can only be newer, and then the next answer has another tag.
    version = directory_version(session, principal.agency_id)
    office = find_office(session, principal.agency_id, principal.office or "")
    if version is None or office is None:
        raise LookupError("a device key names an office that does not exist")
    today = now.astimezone(ZoneInfo(office.timezone)).date()
    device = store.device_of_key(session, principal.agency_id, principal.key_id)
    name = INSTRUMENT if device is None else device.instrument
    instrument = shipped().get(name) or instruments_of(session, principal.agency_id)[name]
    return Kiosk(
        principal, version, office, today, instrument, None if device is None else device.pin, interval_seconds
    )


def kiosk_out(session: Session, kiosk: Kiosk) -> KioskOut:
    """The whole answer: everything the kiosk shows."""
    principal, office = kiosk.principal, kiosk.office
    counter = None
    if principal.counter is not None:
        counter = store.counter_at(session, principal.agency_id, office.code, principal.counter)
    services = store.services_given(session, principal.agency_id, counter.services if counter else ())
    return KioskOut(
        directory_version=kiosk.version,
        office=KioskOfficeOut(code=office.code, name=office.name, timezone=office.timezone),
        counter=NamedOut(code=counter.code, name=counter.name) if counter else None,
        services=tuple(NamedOut(code=service.code, name=service.name) for service in services),
        instrument=instrument_out(kiosk.instrument),
        idle_seconds=IDLE_SECONDS,
        interval_seconds=kiosk.interval_seconds,
        pin=PinOut.model_validate(kiosk.pin) if kiosk.pin else None,
        roster=_roster(session, kiosk, counter) if counter else (),
    )


def _roster(session: Session, kiosk: Kiosk, counter: Counter) -> tuple[OnDuty, ...]:
    midnight = datetime.combine(kiosk.today, time(), ZoneInfo(kiosk.office.timezone))
    first, end = midnight.astimezone(UTC), (midnight + timedelta(days=DAYS)).astimezone(UTC)
    duties = store.duties_between(session, counter.agency_id, counter.office, counter.code, first, end)
    return tuple(
        OnDuty(from_at=duty.from_at, until_at=duty.until_at, employee=duty.employee, name=short_name(name))
        for duty, name in duties
    )
