"""Which ratings a question is about, and by what they are grouped. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


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
        """What the answer must distinguish: every filter and the grouping."""
        filters = {By.service: self.service, By.employee: self.employee, By.channel: self.channel}
        named = {kind for kind, value in filters.items() if value is not None}
        grouped = set() if self.by is None else {self.by}
        return frozenset(named | grouped | (set() if self.whole_agency else {By.office}))
