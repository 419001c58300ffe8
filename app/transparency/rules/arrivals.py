"""Which rows that no inventory has may have come since the last one, and why the others cannot."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

# What is written while an inventory is taken may be dated a little before it; no transaction lasts as long.
GRACE = timedelta(hours=2)
# Offices are in three time zones, and a key has the day of one of them.
ZONES = timedelta(days=2)
FIRST_DAY, LAST_DAY = date(1970, 1, 1), date(9999, 12, 31)
LAST_MS = (LAST_DAY - FIRST_DAY) // timedelta(milliseconds=1)


def day_of(identifier: UUID) -> date:
    """The day that a rating's key or the id of a line of the trail begins with; the last day for what begins with none.

    Whoever makes a row up may give it any key.
    """
    return LAST_DAY if identifier.int >> 80 > LAST_MS else FIRST_DAY + timedelta(milliseconds=identifier.int >> 80)


class Since(NamedTuple):
    """When the last inventory was taken, how late ratings may come, and which days still have all their traces."""

    taken_at: datetime
    late: timedelta
    traced_from: date

    @property
    def first_day(self) -> date:
        """The first day of which a rating may have come since."""
        return (self.taken_at - self.late - ZONES).date()


class Arrival(NamedTuple):
    """A rating that no inventory has."""

    key: UUID
    day: date
    office: str
    traced: bool


def strange_arrivals(arrivals: Sequence[Arrival], since: Since, imported: int) -> list[tuple[Arrival, str]]:
    """The ratings that cannot have come through the service since, each with the reason; `imported`: by files."""
    found = [(each, "it is of a day for which it came too late") for each in arrivals if _is_too_late(each, since)]
    silent = [each for each in arrivals if not each.traced and each.day >= since.traced_from]
    silent += [each for each in arrivals if not each.traced and each.day < min(since.first_day, since.traced_from)]
    if len(silent) > imported:
        reason = f"it left no trace, as {len(silent)} did, and files brought {imported}"
        found += [(each, reason) for each in silent]
    return found


def _is_too_late(arrival: Arrival, since: Since) -> bool:
    # Files bring days of any year; that they brought this one is counted.
    return arrival.traced and arrival.day < since.first_day


def is_back_dated(at: datetime, taken_at: datetime) -> bool:
    """Whether a line of the audit trail that no inventory has says of itself that it is older than the last one."""
    return at < taken_at - GRACE
