"""Attribution of a sheet to office, counter, service, employee and day; what does not fit the directory is refused."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from app.access.principals import KeyKind, Principal
from app.directory.rules.catalogue import Catalogue, Roster
from app.directory.rules.postings import Stay
from app.foundation.problems import FieldError, Problem
from app.ratings.keys import joined
from app.ratings.rating import Place
from app.ratings.schemas import RatingIn
from app.ratings.status import OPEN


@dataclass(slots=True)
class Attribution:
    """What the sheets of one sender that name the same codes count for; only the moment is still open.

    `roster` is that of the counter where nobody was named; `stays` are the named employee's at this office. `sent_by`
    is the part of a sheet's digest that says who sent it, and about what.
    """

    office: str
    counter: str | None
    service: str
    employee: str | None
    channel: str
    zone: ZoneInfo
    roster: Roster | None
    stays: Sequence[Stay]
    sent_by: str
    _latest: Place | None = None
    _quarter: int | None = None

    def remembered(self, quarter: int) -> Place | None:
        """The place of the latest sheet, if it is that of every sheet of this quarter of an hour since 1970."""
        return self._latest if quarter == self._quarter and self.roster is None else None

    def at(self, moment: datetime) -> Place:
        """The place where a sheet rated at `moment` (aware UTC) counts; raises `employee-not-posted`."""
        # The local day is decided once, here: no query has to know time zones, and no row holds a time.
        since = moment - EPOCH
        quarter = since.days * QUARTERS_A_DAY + since.seconds // QUARTER
        day, hour = _day_and_hour(self.zone, quarter)
        # On duty at the moment of rating, not of arrival: a kiosk without network sends days later. Duties change at
        # any moment, so this is asked at every sheet.
        employee = self.employee if self.roster is None else self.roster.on_duty(moment)
        latest = self._latest
        # Most sheets count where the one before did.
        if latest is None or latest.hour != hour or latest.rated_on != day or latest.employee != employee:
            if self.employee is not None and not any(stay.includes(day) for stay in self.stays):
                raise _invalid("employee", "employee-not-posted")
            latest = Place(self.office, self.counter, self.service, employee, self.channel, day, hour)
            self._latest = latest
        self._quarter = quarter
        return latest


def attribution_of(sheet: RatingIn, principal: Principal, catalogue: Catalogue) -> Attribution:
    """What such a sheet of this principal counts for; raises `invalid-request` naming the field."""
    is_device = principal.kind is KeyKind.device
    office = _device_office(sheet, principal) if is_device else _named_office(sheet, principal, catalogue)
    counter = principal.counter if is_device else None
    entry = catalogue.offices.get(office)
    if entry is None:
        raise _invalid("office", "office-unknown")
    service = _service(sheet, catalogue, office, counter)
    employee = _named_employee(sheet, catalogue)
    return Attribution(
        office=office,
        counter=counter,
        service=service,
        employee=employee,
        channel=_channel(sheet, is_device=is_device),
        zone=entry.zone,
        roster=catalogue.rosters.get((office, counter)) if counter and employee is None else None,
        stays=catalogue.stays(employee, office) if employee else (),
        sent_by=sent_by(sheet, principal),
    )


def sent_by(sheet: RatingIn, principal: Principal) -> str:
    """The part of a sheet's digest that says who sent it and about what, as it was sent."""
    if sheet.agency is not None:
        # Its own first part: nobody can replay an app's rating as an open answer, nor the other way round.
        return joined(OPEN, sheet.office, sheet.service)
    office = sheet.office or principal.office
    return joined(office, principal.counter, sheet.service, sheet.employee, sheet.channel)


# As many as a large town's sheets name; with more, all are worked out anew.
MOST_ATTRIBUTIONS = 32_768
Codes = tuple[bool, str | None, str | None, str | None, str | None, str | None, str | None, str | None]


class Attributions:
    """The attributions that were asked for lately, by sender and codes, each of its agency's present catalogue."""

    def __init__(self) -> None:
        self._of_agency: dict[str, tuple[Catalogue, dict[Codes, Attribution]]] = {}
        self._count = 0

    def find(self, sheet: RatingIn, principal: Principal, catalogue: Catalogue) -> Attribution:
        """As `attribution_of`, which is asked once for all sheets that cannot be told apart by it."""
        known = self._of_agency.get(catalogue.agency_id)
        if known is None or known[0] is not catalogue:
            known = self._begin(catalogue)
        # Everything that `attribution_of` looks at but for the catalogue.
        codes = (
            principal.kind is KeyKind.device, principal.office, principal.counter,
            sheet.agency, sheet.office, sheet.service, sheet.employee, sheet.channel,
        )  # fmt: skip
        found = known[1].get(codes)
        if found is None:
            found = attribution_of(sheet, principal, catalogue)
            self._remember(known[1], codes, found)
        return found

    def _begin(self, catalogue: Catalogue) -> tuple[Catalogue, dict[Codes, Attribution]]:
        """Forget what an earlier catalogue of the agency said."""
        former = self._of_agency.pop(catalogue.agency_id, None)
        self._count -= 0 if former is None else len(former[1])
        known = self._of_agency[catalogue.agency_id] = (catalogue, {})
        return known

    def _remember(self, known: dict[Codes, Attribution], codes: Codes, found: Attribution) -> None:
        if self._count >= MOST_ATTRIBUTIONS:
            for _, each in self._of_agency.values():
                each.clear()
            self._count = 0
        known[codes] = found
        self._count += 1


def _invalid(field: str, code: str) -> Problem:
    """A field of the sheet does not fit the directory or the key."""
    return Problem("invalid-request", errors=[FieldError(field, code)])


# Seconds. Clocks differ by whole quarters of an hour, wherever one is, so within one neither day nor hour changes.
QUARTER = 900
QUARTERS_A_DAY = 86_400 // QUARTER
# By subtraction, because `timestamp` costs a rating four times as much.
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


# Three zones and the quarters of the days in which a rating may come.
@lru_cache(maxsize=16_384)
def _day_and_hour(zone: ZoneInfo, quarter: int) -> tuple[date, int]:
    local = datetime.fromtimestamp(quarter * QUARTER, UTC).astimezone(zone)
    return local.date(), local.hour


def _device_office(sheet: RatingIn, principal: Principal) -> str:
    assert principal.office is not None, "a device key names its office"
    # A stolen device key must not rate another office.
    if sheet.office is not None and sheet.office != principal.office:
        raise _invalid("office", "office-fixed")
    return principal.office


def _named_office(sheet: RatingIn, principal: Principal, catalogue: Catalogue) -> str:
    if sheet.office is None:
        raise _invalid("office", "office-missing")
    if sheet.office not in catalogue.offices:
        raise _invalid("office", "office-unknown")
    if not catalogue.within(sheet.office, principal.office):
        raise Problem("out-of-scope", what="this office")
    return sheet.office


def _channel(sheet: RatingIn, *, is_device: bool) -> str:
    if is_device:
        if sheet.channel is not None:
            raise _invalid("channel", "channel-fixed")
        return "kiosk"
    if sheet.channel is None:
        raise _invalid("channel", "channel-missing")
    return sheet.channel


def _service(sheet: RatingIn, catalogue: Catalogue, office: str, counter: str | None) -> str:
    offered = catalogue.counters.get((office, counter), ()) if counter else ()
    if sheet.service is None:
        # A counter with several services leaves open which one was given.
        if len(offered) != 1:
            raise _invalid("service", "service-missing")
        return offered[0]
    if sheet.service not in catalogue.services:
        raise _invalid("service", "service-unknown")
    if offered and sheet.service not in offered:
        raise _invalid("service", "service-elsewhere")
    return sheet.service


def _named_employee(sheet: RatingIn, catalogue: Catalogue) -> str | None:
    if sheet.employee is not None and sheet.employee not in catalogue.employees:
        raise _invalid("employee", "employee-unknown")
    return sheet.employee
