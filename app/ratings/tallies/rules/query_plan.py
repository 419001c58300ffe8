"""The plan of a query: which of its counts come from tallies, and which must be read from the rating rows.

Whole months come from the month grains, broken months from the day grain, and whatever a grain has
merged away (persons always, services and channels within a broken month) from the rating rows.
"""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from app.ratings.tallies.rules.grains import AGENCY_MONTH, OFFICE_DAY, OFFICE_MONTH, Grain

DAY = timedelta(days=1)
# The coarsest has the fewest rows to add up.
COARSEST_FIRST = (AGENCY_MONTH, OFFICE_MONTH)


class By(StrEnum):
    """What figures can be broken down by."""

    office = "office"
    service = "service"
    employee = "employee"
    channel = "channel"
    month = "month"
    day = "day"


@dataclass(frozen=True)
class Selection:
    """Which ratings are counted, and by what they are grouped; both days are included.

    `offices` is always the full list, also where it is the `whole_agency`.
    """

    instrument: str
    first: date
    last: date
    offices: frozenset[str]
    whole_agency: bool
    service: str | None = None
    employee: str | None = None
    channel: str | None = None
    by: By | None = None

    @property
    def distinctions(self) -> frozenset[By]:
        """What a source must distinguish to answer: every filter and the grouping."""
        filters = {By.service: self.service, By.employee: self.employee, By.channel: self.channel}
        named = {kind for kind, value in filters.items() if value is not None}
        grouped = set() if self.by is None else {self.by}
        return frozenset(named | grouped | (set() if self.whole_agency else {By.office}))


@dataclass(frozen=True)
class Segment:
    """Days (both included) and the grain that counts them; without a grain they are read from the rows."""

    grain: Grain | None
    first: date
    last: date


def plan(selection: Selection) -> tuple[Segment, ...]:
    """At most three segments, in order, that cover the period exactly once (up to the year 9998)."""
    needed, first, last = selection.distinctions, selection.first, selection.last
    days = OFFICE_DAY if needed <= distinguished_by(OFFICE_DAY) else None
    months = next((grain for grain in COARSEST_FIRST if needed <= distinguished_by(grain)), None)
    start, end = _whole_months(first, last)
    if months is None or start > end:
        return (Segment(days, first, last),)
    head = (Segment(days, first, start - DAY),) if first < start else ()
    tail = (Segment(days, end + DAY, last),) if end < last else ()
    return (*head, Segment(months, start, end), *tail)


def distinguished_by(grain: Grain) -> frozenset[By]:
    """What the tallies of a grain distinguish; none distinguishes persons, for which they would not compress."""
    kinds = {By.month}
    if not grain.by_month:
        kinds.add(By.day)
    if grain.split:
        kinds |= {By.service, By.channel}
    if grain.unit == "office":
        kinds.add(By.office)
    return frozenset(kinds)


def _whole_months(first: date, last: date) -> tuple[date, date]:
    """The first and last day of the whole months inside a period; reversed when there is none."""
    start = first if first.day == 1 else (first.replace(day=1) + 31 * DAY).replace(day=1)
    end = last if (last + DAY).day == 1 else last.replace(day=1) - DAY
    return start, end
