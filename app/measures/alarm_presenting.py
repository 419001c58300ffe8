"""Alarms and the mix of channels as wire models."""

from app.instruments.model import Instrument
from app.measures.alarm_schemas import AlarmsOut, ChannelMixOut, DropOut, LowAnswersOut
from app.measures.rules.alarms import Alarms, Drop
from app.measures.rules.unit_measures import UnitMeasures


def alarms_out(instrument: Instrument, found: Alarms | None) -> AlarmsOut | None:
    """The alarms of a unit by the items' codes; None if none were asked for."""
    if found is None:
        return None
    codes = [item.code for item in instrument.items]
    low = found.low
    return AlarmsOut(
        meaning="a reason to look, not a verdict",
        index=_drop(found.composite),
        dimensions={code: _drop(each) for code, each in zip(codes, found.items, strict=True)},
        low_answers=None
        if low is None
        else {code: LowAnswersOut(state=each.state, months=each.months) for code, each in zip(codes, low, strict=True)},
    )


def channel_mix_out(unit: UnitMeasures) -> ChannelMixOut:
    """No weighted mean but the reason: it needs the people served by channel (V12), which nobody counts yet."""
    one = unit.channels is not None and len(unit.channels) < 2
    return ChannelMixOut(value=None, reason="one-channel" if one else "served-by-channel-unknown")


def _drop(drop: Drop) -> DropOut:
    return DropOut(state=drop.state, week=drop.week)
