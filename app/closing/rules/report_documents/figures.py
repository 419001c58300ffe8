"""The figures of a unit as reports keep them.

They begin as the answer of `/v1/measures`, but are kept for good: what older versions did not write has a default.
"""

from typing import Literal, TypeAlias

from app.closing.rules.report_documents.parts import Part, Real, Words
from app.indices.schemas import IndexIntervalOut
from app.measures.alarm_schemas import AlarmsOut, ChannelMixOut
from app.measures.schemas import UnitMeasuresOut

Ends: TypeAlias = tuple[Real, Real]


class Index(Part):
    """The official index with its grade; `mean` is what it is of, on the scale of the answers."""

    name: str
    mean: str | None = None
    mean_interval: tuple[str, str] | None = None
    value: str
    grade: str
    words: Words
    interval: IndexIntervalOut | None


class Share(Part):
    """k of n answers with the 95 % interval of the share."""

    k: int
    n: int
    share: Real
    lower: Real
    upper: Real


class MeanChange(Part):
    """The mean minus that of the period before, with its 95 % interval."""

    difference: Real
    lower: Real
    upper: Real
    p: Real


class Dimension(Part):
    """One question of the questionnaire; null where it has too few answers."""

    code: str
    title: Words
    n: int | None
    mean: str | None
    index: str | None
    grade: str | None
    words: Words | None
    interval: tuple[str, str] | None
    top: Share | None
    change: MeanChange | None
    histogram: tuple[int, ...] | None


class Estimate(Part):
    """A mean drawn towards that of the peers, with its 95 % interval."""

    value: Real
    lower: Real
    upper: Real


class CaseMix(Part):
    """The raw mean, what the mix of services lets expect, and the mean adjusted for it."""

    raw: Real
    expected: Real
    adjusted: Real


class FunnelLimits(Part):
    """The 95 % (`warning`) and 99.8 % (`alarm`) limits of a funnel at n answers."""

    n: int
    warning: Ends
    alarm: Ends


class FunnelChart(Part):
    """The funnel around all offices: their mean, how far ordinary differences spread them, its limits by n."""

    centre: Real
    between: Real
    limits: tuple[FunnelLimits, ...]


class FunnelPlace(FunnelLimits):
    """A unit's mean in the funnel of its peers, and which limits it lies beyond."""

    mean: Real
    beyond: Literal["nothing", "warning", "alarm"]


class FunnelDistance(Part):
    """How far a unit lies from its peers; reports of older versions have no place in a funnel beside it."""

    z: Real
    adjusted_z: Real
    q: Real
    flagged: bool
    n: int | None = None
    mean: Real | None = None
    warning: Ends | None = None
    alarm: Ends | None = None
    beyond: Literal["nothing", "warning", "alarm"] | None = None

    @property
    def place(self) -> FunnelPlace | None:
        """Where the unit is drawn; None in a report of an older version."""
        return None if self.mean is None else FunnelPlace.model_validate(self.plain())


class Comparison(Part):
    """The unit among its peers; `use` is the step of the ladder an appraisal may take, of persons alone."""

    family: str | None
    peers: int
    group_mean: Real
    reliability: Real | None
    use: Literal["nothing", "coaching", "appraisal", "consequence"] | None
    estimate: Estimate | None
    case_mix: CaseMix | None
    funnel: FunnelDistance | None
    ranks: tuple[int, int] | None


class Collection(Part):
    """How the ratings came about; `served` is null where no queue system reported it."""

    served: int | None
    coverage: Real | None
    bounds: Ends | None
    sample: int | None
    sample_reached: bool | None
    channels: dict[str, int] | None
    services: dict[str, int] | None


class Figures(Part):
    """Every figure of a unit that may be shown.

    `waiting` (`<10`) is how many of its ratings they leave out, `incomplete_percent` how many per cent of its sheets
    are not told as complete; older reports had neither. `held` is null for one to nine.
    """

    code: str
    name: str | None
    suppressed: Literal[False]
    n: int
    waiting: str | None = None
    incomplete_percent: int | None = None
    held: int | None
    index: Index | None
    change: MeanChange | None
    dimensions: tuple[Dimension, ...]
    comparison: Comparison | None
    collection: Collection
    alarms: AlarmsOut | None = None
    channel_mix: ChannelMixOut | None = None


class NoFigures(Part):
    """A unit without figures: too few ratings, or they would give away a few citizens' answers."""

    code: str
    name: str | None
    suppressed: Literal[True]
    n: None = None
    waiting: None = None
    incomplete_percent: None = None
    held: None = None
    index: None = None
    change: None = None
    dimensions: None = None
    comparison: None = None
    collection: None = None
    alarms: None = None
    channel_mix: None = None


AnyFigures: TypeAlias = Figures | NoFigures


def figures_of(measured: UnitMeasuresOut) -> AnyFigures:
    """The measures of a unit as its report keeps them."""
    kind = NoFigures if measured.suppressed else Figures
    return kind.model_validate(measured.model_dump(mode="json"))
