"""Findings, decisions and opening hours on the wire."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias
from uuid import UUID

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from app.directory.schemas import CodeText, Limit
from app.foundation.days import Day
from app.foundation.wire import OneLine, WireModel
from app.screening.rules.opening_hours import MINUTES_OF_DAY
from app.screening.rules.sheets import Reason

Standing: TypeAlias = Literal["held", "noted", "released", "confirmed"]
ClockTime: TypeAlias = Annotated[str, Field(pattern=r"^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")]


class FindingQuery(WireModel):
    """Which findings: of one office perhaps, of one standing, begun between two local days."""

    office: CodeText | None = Field(default=None, description="Findings at this office alone.")
    standing: Standing | None = Field(default=None, description="`held` and `noted` wait for a decision.")
    state: Literal["waiting", "decided"] | None = Field(default=None, description="Both standings of either kind.")
    first: Day | None = Field(default=None, alias="from", description="First day on which a finding may begin.")
    last: Day | None = Field(default=None, alias="to", description="Last such day, included.")
    after: UUID | None = Field(default=None, description="`next` of the page before.")
    order: Literal["oldest", "newest"] = Field(default="oldest", description="Which were raised first, or last.")
    limit: Limit = 100


class FindingOut(WireModel):
    """One finding: why, where, about whom, and what was decided.

    It begins on the local day `from` and has `days` days (`hour`: one hour of one day). `n` sheets were held when
    it was raised, none where something is only `noted`. `evidence` holds the numbers of the rule.
    """

    id: UUID
    reason: Reason
    office: str
    employee: str | None
    first: date = Field(alias="from")
    days: int
    hour: int | None
    n: int
    evidence: dict[str, float]
    standing: Standing
    found_at: datetime
    decided_at: datetime | None
    decided_by: str | None
    note: str | None


class FindingPage(WireModel):
    """Findings in the order in which they were raised."""

    items: tuple[FindingOut, ...]
    next: UUID | None


class DecisionIn(WireModel):
    """Why it is decided so: one line for whoever asks later, without names of citizens."""

    note: Annotated[str, StringConstraints(min_length=1, max_length=500, strip_whitespace=True), OneLine]


class OpenOn(WireModel):
    """One weekday, Monday 0 to Sunday 6, in the office's local time; `closes` may be 24:00."""

    weekday: Annotated[int, Field(ge=0, le=6, strict=True)]
    opens: ClockTime
    closes: ClockTime

    @model_validator(mode="after")
    def _in_order(self) -> "OpenOn":
        if not minutes_of(self.opens) < minutes_of(self.closes):
            raise PydanticCustomError("closes_later", "must open before it closes")
        return self


class OpeningIn(WireModel):
    """The whole week: days left out are closed; no day at all means that nothing is known, and nothing is judged."""

    hours: Annotated[tuple[OpenOn, ...], Field(max_length=7)]

    @model_validator(mode="after")
    def _once_each(self) -> "OpeningIn":
        if len({each.weekday for each in self.hours}) < len(self.hours):
            raise PydanticCustomError("weekday_once", "must name each weekday once")
        return self


class OpeningOut(WireModel):
    """When an office is open; ratings of days before `since` are not judged by it (null: nothing is known)."""

    office: str
    since: date | None
    hours: tuple[OpenOn, ...]


class OpeningPage(WireModel):
    """Offices and when they are open, by code; `next` is the `after` of the following page, null on the last."""

    items: tuple[OpeningOut, ...]
    next: str | None


def minutes_of(time: str) -> int:
    """Minutes after midnight."""
    hours, minutes = time.split(":")
    return int(hours) * 60 + int(minutes)


def time_of(minutes: int) -> str:
    """The other way."""
    assert 0 <= minutes <= MINUTES_OF_DAY
    return f"{minutes // 60:02}:{minutes % 60:02}"
