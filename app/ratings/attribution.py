"""Attribution of a sheet to office, counter, service, employee and day; what does not fit the directory is refused."""

from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.access.principals import KeyKind, Principal
from app.directory.rules.catalogue import Catalogue
from app.foundation.problems import FieldError, Problem
from app.ratings.rating import Place
from app.ratings.schemas import RatingIn


class _InvalidField(Exception):
    """A field of the sheet that does not fit the directory or the key."""

    def __init__(self, field: str, code: str) -> None:
        self.error = FieldError(field, code)


def place_of(sheet: RatingIn, principal: Principal, catalogue: Catalogue, moment: datetime) -> Place:
    """The place where a sheet rated at `moment` (aware UTC) counts; raises `invalid-request` naming the field."""
    try:
        return _place_of(sheet, principal, catalogue, moment)
    except _InvalidField as invalid:
        raise Problem("invalid-request", errors=[invalid.error]) from None


def _place_of(sheet: RatingIn, principal: Principal, catalogue: Catalogue, moment: datetime) -> Place:
    is_device = principal.kind is KeyKind.device
    office = _device_office(sheet, principal) if is_device else _named_office(sheet, principal, catalogue)
    counter = principal.counter if is_device else None
    entry = catalogue.offices.get(office)
    if entry is None:
        raise _InvalidField("office", "office-unknown")
    # The local day is decided once, here: no query has to know time zones, and no row holds a time.
    rated_on, hour = _day_and_hour(entry.zone, int(moment.timestamp()) // QUARTER)
    return Place(
        office=office,
        counter=counter,
        service=_service(sheet, catalogue, office, counter),
        employee=_employee(sheet, catalogue, office, counter, moment, rated_on),
        channel=_channel(sheet, is_device=is_device),
        rated_on=rated_on,
        hour=hour,
    )


# Seconds. Clocks differ by whole quarters of an hour, wherever one is, so within one neither day nor hour changes.
QUARTER = 900


# Three zones and the quarters of the days in which a rating may come.
@lru_cache(maxsize=16_384)
def _day_and_hour(zone: ZoneInfo, quarter: int) -> tuple[date, int]:
    local = datetime.fromtimestamp(quarter * QUARTER, UTC).astimezone(zone)
    return local.date(), local.hour


def _device_office(sheet: RatingIn, principal: Principal) -> str:
    assert principal.office is not None, "a device key names its office"
    # A stolen device key must not rate another office.
    if sheet.office is not None and sheet.office != principal.office:
        raise _InvalidField("office", "office-fixed")
    return principal.office


def _named_office(sheet: RatingIn, principal: Principal, catalogue: Catalogue) -> str:
    if sheet.office is None:
        raise _InvalidField("office", "office-missing")
    if sheet.office not in catalogue.offices:
        raise _InvalidField("office", "office-unknown")
    if not catalogue.within(sheet.office, principal.office):
        raise Problem("out-of-scope", what="this office")
    return sheet.office


def _channel(sheet: RatingIn, *, is_device: bool) -> str:
    if is_device:
        if sheet.channel is not None:
            raise _InvalidField("channel", "channel-fixed")
        return "kiosk"
    if sheet.channel is None:
        raise _InvalidField("channel", "channel-missing")
    return sheet.channel


def _service(sheet: RatingIn, catalogue: Catalogue, office: str, counter: str | None) -> str:
    offered = catalogue.counters.get((office, counter), ()) if counter else ()
    if sheet.service is None:
        # A counter with several services leaves open which one was given.
        if len(offered) != 1:
            raise _InvalidField("service", "service-missing")
        return offered[0]
    if sheet.service not in catalogue.services:
        raise _InvalidField("service", "service-unknown")
    if offered and sheet.service not in offered:
        raise _InvalidField("service", "service-elsewhere")
    return sheet.service


def _employee(
    sheet: RatingIn, catalogue: Catalogue, office: str, counter: str | None, moment: datetime, day: date
) -> str | None:
    if sheet.employee is None:
        # On duty at the moment of rating, not of arrival: a kiosk without network sends days later.
        roster = catalogue.rosters.get((office, counter)) if counter else None
        return roster.on_duty(moment) if roster else None
    if sheet.employee not in catalogue.employees:
        raise _InvalidField("employee", "employee-unknown")
    if not catalogue.posted(sheet.employee, office, day):
        raise _InvalidField("employee", "employee-not-posted")
    return sheet.employee
