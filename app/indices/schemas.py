"""Indices on the wire. Official numbers are text, so that no reader's floats can change them."""

from datetime import date, datetime
from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from app.foundation.wire import WireModel
from app.instruments.schemas import TextsOut
from app.ratings.rules.selection import By


class OfficeGroup(WireModel):
    """A row about one office."""

    office: str
    name: str | None


class ServiceGroup(WireModel):
    """A row about one service."""

    service: str
    name: str | None


class EmployeeGroup(WireModel):
    """A row about one person."""

    employee: str
    name: str | None


class ChannelGroup(WireModel):
    """A row about one channel."""

    channel: str
    name: None


class MonthGroup(WireModel):
    """A row about one month, such as `2026-11`."""

    month: str
    name: None


AnyGroup: TypeAlias = OfficeGroup | ServiceGroup | EmployeeGroup | ChannelGroup | MonthGroup


class DimensionOut(WireModel):
    """One question: answers n, their mean (NRR), its index 25..100 with grade, words and interval."""

    code: str
    title: TextsOut
    n: int | None
    mean: str | None
    index: str | None
    grade: str | None
    words: TextsOut | None
    interval: tuple[str, str] | None


class IndexIntervalOut(WireModel):
    """Where the index lies with this confidence; n sheets are told as complete, and say how the answers agree."""

    confidence: float
    lower: str
    upper: str
    n: int


class IndexOut(WireModel):
    """The index itself, graded after rounding; `mean` is what it is of, on the scale of the answers."""

    name: str
    mean: str
    mean_interval: tuple[str, str] | None
    value: str
    grade: str
    words: TextsOut
    interval: IndexIntervalOut | None


class OpenQuestionOut(WireModel):
    """One question of open answers: how many, their mean and its index."""

    code: str
    n: int
    mean: str | None
    index: str | None


class OpenOut(WireModel):
    """Answers without key and ticket: n that are told, with their mean and index. Anybody may give them; no grade.

    `questions` are empty where none are told. They are never added to the answers of people who were served.
    """

    n: int
    mean: str | None
    index: str | None
    questions: tuple[OpenQuestionOut, ...]


class TicketCountsOut(WireModel):
    """Tickets issued in the period, how many of them were armed and spent, and coverage = spent / armed.

    A count of one to nine is null; coverage is to whole per cent.
    """

    issued: int | None
    armed: int | None
    spent: int | None
    coverage: float | None


class IndexRowOut(WireModel):
    """One row. All figures of a suppressed row are null: too little of it is told by itself.

    `n` counts sheets; `waiting` (`<10`, `20+`) is how many ratings the figures leave out, because they came late or
    are told in larger sums only. `incomplete_percent` is how many per cent of the sheets are not told as complete: they
    skip a question, or are told together with some that do. `held` counts those that screening doubts (`held_reasons`
    tells how many of them for which reason), `open` those that came with neither key nor ticket; both are in no figure.
    A suppressed row of a questionnaire that anybody answers (`collected` is `open`) still has `open`.
    `tickets`, of whatever questionnaire and by the day of issue, is null where a channel is asked for: a ticket knows
    none. Counts of one to nine are null. `index` is null when nobody answered one of the questions. A person's figures
    from fewer than thirty ratings have one decimal.
    """

    group: AnyGroup | None
    state: Literal["exact", "suppressed"]
    n: int | None
    waiting: str | None
    incomplete_percent: int | None
    held: int | None
    open: OpenOut | None
    tickets: TicketCountsOut | None
    held_reasons: dict[str, int] | None
    suppressed: bool
    dimensions: tuple[DimensionOut, ...]
    index: IndexOut | None


class IndexTableOut(WireModel):
    """Rows of figures with the rules they were made by and the release they speak of; sorted by their group."""

    agency: str
    instrument: str
    version: str
    digest: str
    index_name: str
    index_title: TextsOut
    weights: str
    bands: str
    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    by: By | None
    release: int
    released_at: datetime
    rows: tuple[IndexRowOut, ...]
