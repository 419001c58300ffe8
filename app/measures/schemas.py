"""Measures on the wire. Official figures are text; what is estimated is a number, rounded where it is shown."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import Field

from app.foundation.wire import WireModel
from app.indices.query import Code
from app.indices.schemas import DimensionOut, IndexOut
from app.instruments.schemas import InstrumentId, TextsOut
from app.measures.alarm_schemas import AlarmsOut, ChannelMixOut
from app.measures.rules.formulas.funnel import Beyond
from app.measures.rules.formulas.reliability import Use
from app.measures.standard_schemas import StandardsOut

# Offices of a page; each takes about a millisecond, once a night.
MOST_OFFICES = 1_000
PeriodCode = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,10}$")]


class MeasuresQuery(WireModel):
    """Which units, in which period, by which instrument."""

    period: PeriodCode = Field(description="`2026-09`, `2026-Q3`, `2026-S2` or `2026`; it may still be running.")
    office: Code | None = Field(None, description="This office and those below it. Left out: all the key reaches.")
    instrument: InstrumentId = "ikl-1"


class OfficesQuery(MeasuresQuery):
    """Of which offices, a page at a time in the order of codes."""

    after: Code | None = Field(None, description="The `next` of the page before.")
    limit: Annotated[int, Field(ge=1, le=MOST_OFFICES, description="Longest page.")] = MOST_OFFICES


class ShareOut(WireModel):
    """k of n answers with Wilson's 95 % interval of the share."""

    k: int
    n: int
    share: float
    lower: float
    upper: float


class ChangeOut(WireModel):
    """The mean minus that of the period before, on the scale of the answers, with its 95 % interval."""

    difference: float
    lower: float
    upper: float
    p: float


class MeasuredDimensionOut(DimensionOut):
    """One question with the share of its best answer, its change and, from 30 sheets on, its histogram."""

    top: ShareOut | None
    change: ChangeOut | None
    histogram: tuple[int, ...] | None


class EstimateOut(WireModel):
    """A mean drawn towards the group's by as much as chance may have moved it (Morris 1983), 95 %."""

    value: float
    lower: float
    upper: float


class AdjustedOut(WireModel):
    """The mean beside what the services alone let expect, and the mean at the group's mix of services."""

    raw: float
    expected: float
    adjusted: float


class FunnelOut(WireModel):
    """Distance from the group: by chance alone, and from the others with their ordinary differences allowed for.

    `adjusted_z` is judged by the others alone, in Student's t; `q` is its false discovery rate among all peers, and who
    has one under 0.05 is `flagged`. `mean` is that of the n complete sheets, `warning` and `alarm` the 95 % and 99.8 %
    limits drawn for this n, and `beyond` which of them the mean lies beyond; that alone is no flag.
    """

    z: float
    adjusted_z: float
    q: float
    flagged: bool
    n: int
    mean: float
    warning: tuple[float, float]
    alarm: tuple[float, float]
    beyond: Beyond


class LimitsOut(WireModel):
    """The limits of a funnel at n answers."""

    n: int
    warning: tuple[float, float]
    alarm: tuple[float, float]


class FunnelChartOut(WireModel):
    """The funnel around all peers: their mean, how far ordinary differences spread them, and its limits by n.

    `between` is τ², the variance of ordinary differences, the same as in `reliability` and `estimate`.
    """

    centre: float
    between: float
    limits: tuple[LimitsOut, ...]


class ComparisonOut(WireModel):
    """The unit among its peers. Null: too few or too unanimous answers to tell. `ranks` is an interval, best first.

    `estimate` and `funnel` need eight peers.
    """

    family: str | None
    peers: int
    group_mean: float
    reliability: float | None
    use: Use | None
    estimate: EstimateOut | None
    case_mix: AdjustedOut | None
    funnel: FunnelOut | None
    ranks: tuple[int, int] | None


class CollectionOut(WireModel):
    """How the ratings came about. `served` is null where no queue system told it: nothing is imputed.

    `bounds` is the mean if every silent person had given the lowest, or the highest answer; `sample` what
    the table of Krejcie and Morgan asks for. `channels` and `services` count what is told by them alone; they are null
    for persons.
    """

    served: int | None
    coverage: float | None
    bounds: tuple[float, float] | None
    sample: int | None
    sample_reached: bool | None
    channels: dict[str, int] | None
    services: dict[str, int] | None


class UnitMeasuresOut(WireModel):
    """One person or office. Of a suppressed one too little is told; everything but its code and name is null.

    `waiting` (`<10`) is how many ratings the figures leave out, `incomplete_percent` how many per cent of the sheets
    are not told as complete: they skip a question, or are told together with some that do. `held` is null for one to
    nine.
    """

    code: str
    name: str | None
    suppressed: bool
    n: int | None
    waiting: str | None
    incomplete_percent: int | None
    held: int | None
    index: IndexOut | None
    change: ChangeOut | None
    dimensions: tuple[MeasuredDimensionOut, ...] | None
    comparison: ComparisonOut | None
    collection: CollectionOut | None
    alarms: AlarmsOut | None
    channel_mix: ChannelMixOut | None


class MeasuredRowOut(UnitMeasuresOut):
    """One person or office; `standards` is what is told of promised times and procedure, null where nothing is.

    It is null of persons: how long a service takes, and which steps it has, is not the clerk's alone.
    """

    standards: StandardsOut | None


class TableOf(WireModel):
    """Of what a table is: the agency, the period, the rules, and the release that told it."""

    agency: str
    period: str
    first: Annotated[date, Field(alias="from")]
    last: Annotated[date, Field(alias="to")]
    instrument: str
    version: str
    digest: str
    index_name: str
    weights: str
    bands: str
    method: str
    release: int
    released_at: datetime


class MeasuresOut(TableOf):
    """The units with ratings in the period, by code."""

    rows: tuple[MeasuredRowOut, ...]


class OfficeMeasuresOut(MeasuresOut):
    """The offices of a page with ratings in the period, by code; `next` is the `after` of the following page."""

    next: str | None


class RecognisedPersonOut(WireModel):
    """An employee whose service is recognised; no figure stands beside the name."""

    code: str
    name: str


class RecognitionOut(TableOf):
    """Whose service is recognised, in the order of names. Whoever is not named is not worse."""

    rows: tuple[RecognisedPersonOut, ...]


class TrainingNeedOut(WireModel):
    """A question that shows a weak spot of an office beyond chance.

    `grade`: its whole interval lies in the lower half of the grades; `peers`: that of the estimate lies below the mean
    of the offices, and the estimate by three points of the index or more.
    """

    office: str
    name: str
    figure: str
    title: TextsOut
    n: int | None
    index: str | None
    interval: tuple[str, str] | None
    reasons: tuple[Literal["grade", "peers"], ...]


class TrainingOut(TableOf):
    """The training needs of the offices of a page, by name, questions in their order; one without any has no row.

    `next` is the `after` of the following page.
    """

    rows: tuple[TrainingNeedOut, ...]
    next: str | None
