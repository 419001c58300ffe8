"""Promises, and the counts that queue systems tell, on the wire."""

from datetime import datetime
from typing import Annotated, Self, TypeAlias

from pydantic import Field, StringConstraints, model_validator
from pydantic_core import PydanticCustomError

from app.directory.schemas import CodeText, Limit, People
from app.foundation.wire import OneLine, WireModel
from app.standards.rules.counts import MOST_STEPS
from app.standards.rules.promise import Unit

# As many as one body of the usual size holds.
MOST_PROMISES = 30
MOST_COUNTS = 50


MonthCode: TypeAlias = Annotated[str, Field(pattern="^2[0-9]{3}-(0[1-9]|1[0-2])$", description="Such as `2026-10`.")]
Amount: TypeAlias = Annotated[int, Field(ge=1, le=600, strict=True)]
SourceText: TypeAlias = Annotated[
    str,
    StringConstraints(min_length=1, max_length=300, strip_whitespace=True),
    OneLine,
    Field(description="The document that says so, such as the decree on service standards, with its number."),
]
PromisePlace: TypeAlias = Annotated[str, Field(pattern="^[A-Za-z0-9-]{1,40}/2[0-9]{3}-(0[1-9]|1[0-2])$")]


class PromiseQuery(WireModel):
    """Which promises: of one service perhaps."""

    service: CodeText | None = None
    after: PromisePlace | None = Field(default=None, description="The `next` of the page before: service/month.")
    limit: Limit = 200


class PromiseOut(WireModel):
    """How long a service takes at most, from a month on until a later entry; null where nothing is promised then."""

    service: str
    valid_from: str
    amount: int | None
    unit: Unit | None
    source: str | None
    set_at: datetime


class PromisePage(WireModel):
    """Promises by service and month; `next` is the `after` of the following page, null on the last."""

    items: tuple[PromiseOut, ...]
    next: str | None


class PromiseIn(WireModel):
    """What is promised of a service from a month on; null in all three says that nothing is from then on."""

    service: CodeText
    valid_from: MonthCode
    amount: Amount | None
    unit: Unit | None
    source: SourceText | None

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if len({self.amount is None, self.unit is None, self.source is None}) > 1:
            raise PydanticCustomError("promise_parts", "must have an amount, a unit and a source, or none of them")
        return self


class TypedPromise(PromiseIn):
    """A promise as a form or a file has it; without amount, unit and source nothing is promised from that month on."""

    amount: Annotated[int, Field(ge=1, le=600)] | None = None
    unit: Unit | None = None
    source: SourceText | None = None


class PromisesIn(WireModel):
    """Promises of different services or months: all of them are set, or none."""

    promises: list[PromiseIn] = Field(min_length=1, max_length=MOST_PROMISES)


class PromisesSet(WireModel):
    """How many promises were sent and hold now, and how many of them are new or changed."""

    stored: int
    changed: int


class TimesIn(WireModel):
    """How many were served within half of the promised time, within all of it, within twice it, and later."""

    half: People
    within: People = Field(description="Later than in half of the promised time, at the latest in all of it.")
    twice: People = Field(description="Later than promised, at the latest in twice that time.")
    more: People


class StepsIn(WireModel):
    """How many services there were, how many steps of procedure each has, and how many of all were done."""

    services: People
    due: Annotated[int, Field(ge=1, le=MOST_STEPS, strict=True)]
    done: Annotated[int, Field(ge=0, le=1_000_000_000, strict=True)]


class MonthCountsIn(WireModel):
    """What a queue system counted of a month of one service at one office so far; what it does not know is null."""

    office: CodeText
    service: CodeText
    month: MonthCode
    times: TimesIn | None = None
    steps: StepsIn | None = None

    @model_validator(mode="after")
    def _something(self) -> Self:
        if self.times is None and self.steps is None:
            raise PydanticCustomError("month_counts", "must tell times, steps, or both")
        return self


class CountsIn(WireModel):
    """Counts of different months, services or offices: all of them are stored, or none."""

    counts: list[MonthCountsIn] = Field(min_length=1, max_length=MOST_COUNTS)


class CountsStored(WireModel):
    """How many counts were sent and are stored now, and how many of them are new or changed."""

    stored: int
    changed: int
