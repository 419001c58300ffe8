"""The lifecycle of a ticket: issued → armed → spent, or expired. Pure: no clock, no store.

A ticket is counted under the day it was issued and the employee it was armed for, so that in every row
spent ≤ armed ≤ issued.
"""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

VALID_DAYS = 7


class CountKey(NamedTuple):
    """The key of the count row of a ticket within its agency; `employee` '' when nobody is named."""

    office: str
    service: str
    employee: str
    issued_on: date


class TicketSum(NamedTuple):
    """How many tickets were issued, armed (the service happened) and spent (rated)."""

    issued: int
    armed: int
    spent: int

    def plus(self, other: "TicketSum") -> "TicketSum":
        """The sum of both."""
        return TicketSum(*map(sum, zip(self, other, strict=True)))


NO_TICKETS = TicketSum(0, 0, 0)


class LiveTicket(NamedTuple):
    """A ticket that is not spent; `served_on` is None until it is armed, `issued_at` (if known at all) until then."""

    digest: str
    office: str
    counter: str | None
    service: str
    employee: str | None
    issued_on: date
    expires_on: date
    served_on: date | None
    issued_at: datetime | None = None

    @property
    def count_key(self) -> CountKey:
        """The row in which this ticket counts."""
        return CountKey(self.office, self.service, self.employee or "", self.issued_on)

    def may_be_armed(self, utc_day: date) -> bool:
        """Whether it is neither armed nor expired on this day of UTC."""
        return self.served_on is None and self.expires_on >= utc_day


class Armed(StrEnum):
    """What became of the wish to arm a ticket."""

    armed = "armed"
    unknown = "unknown"
    otherwise = "otherwise"


class TicketService(NamedTuple):
    """The service that happened, as the queue system states it when it arms a ticket."""

    counter: str | None
    service: str
    employee: str | None


def expiry(issued_on: date) -> date:
    """The last day (UTC) on which a rating may use a ticket issued on this day."""
    return issued_on + timedelta(days=VALID_DAYS)


def day_of(moment: datetime) -> date:
    """The day by which expiry is judged: UTC's, which ends at seven in the morning in WIB."""
    return moment.astimezone(UTC).date()


def arm(
    ticket: LiveTicket | None, service: TicketService, today: date, utc_day: date
) -> tuple[Armed, LiveTicket | None]:
    """The result of arming a ticket and the ticket after it; arming again with the same service changes nothing."""
    # Spent tickets have no row any more, so unknown, spent and expired get one answer: whoever guesses learns nothing.
    if ticket is None or ticket.expires_on < utc_day:
        return Armed.unknown, ticket
    wanted = ticket._replace(
        counter=service.counter,
        service=service.service,
        employee=service.employee,
        served_on=ticket.served_on or today,
        # From now on it can be rated: nothing is to say any more when its holder came.
        issued_at=None,
    )
    if ticket.served_on is None:
        return Armed.armed, wanted
    return (Armed.armed if wanted == ticket else Armed.otherwise), ticket


def rated_on(ticket: LiveTicket, local_day: date) -> date:
    """The local day on which a rating counts: that of its id, but never before the service happened."""
    assert ticket.served_on is not None, "only an armed ticket is rated"
    return max(ticket.served_on, local_day)


def armed_counts(pairs: Iterable[tuple[LiveTicket, LiveTicket]]) -> list[tuple[CountKey, int, int]]:
    """How issued and armed change when tickets (before, after) are armed, by key."""
    issued: Counter[CountKey] = Counter()
    armed: Counter[CountKey] = Counter()
    for before, after in pairs:
        issued[before.count_key] -= 1
        issued[after.count_key] += 1
        armed[after.count_key] += 1
    # In the order of their keys, as every writer touches them: unsorted ones would deadlock.
    return [(key, issued[key], armed[key]) for key in sorted(issued.keys() | armed.keys())]
