"""Alarms and the mix of channels on the wire: states and labels, no values."""

from typing import Literal

from pydantic import Field

from app.foundation.wire import WireModel
from app.measures.rules.alarms import AlarmState


class DropOut(WireModel):
    """Whether the weekly EWMA fell below its limit in the period, and in which ISO week first."""

    state: AlarmState
    week: str | None


class LowAnswersOut(WireModel):
    """The months in which the p-chart is beyond its limit."""

    state: AlarmState
    months: tuple[str, ...]


class AlarmsOut(WireModel):
    """What asks for a look. `dimensions` and `low_answers` are by the instrument's items."""

    meaning: Literal["a reason to look, not a verdict"]
    index: DropOut
    dimensions: dict[str, DropOut]
    low_answers: dict[str, LowAnswersOut] | None = Field(description="Of offices alone.")


class ChannelMixOut(WireModel):
    """The mean weighted by the visitors each channel served; null with the reason why it cannot be told."""

    value: float | None
    reason: Literal["one-channel", "served-by-channel-unknown"]
