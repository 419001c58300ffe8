"""The funnel as wire models: each unit's place in it, and its limits as a curve to draw."""

from collections.abc import Callable, Iterable
from fractions import Fraction

from app.foundation.rounding import rounded
from app.instruments.model import Instrument
from app.measures.rules.comparison import UnitFunnelPlace
from app.measures.rules.formulas.funnel import ALARM, WARNING, FunnelLimits, curve_sizes
from app.measures.schemas import FunnelChartOut, FunnelOut, LimitsOut

# From an estimate to what is shown of it.
Rounding = Callable[[Fraction | float], float]


def funnel_out(instrument: Instrument, unit: UnitFunnelPlace, shown: Rounding = rounded) -> FunnelOut:
    """One unit's place in the funnel of its peers."""
    limits = _limits(instrument, unit.around, unit.answers.n)
    return FunnelOut(
        z=shown(unit.z),
        adjusted_z=shown(unit.adjusted_z),
        q=shown(unit.q),
        flagged=unit.flagged,
        n=unit.answers.n,
        mean=shown(unit.answers.mean),
        warning=limits.warning,
        alarm=limits.alarm,
        beyond=unit.around.beyond(unit.answers),
    )


def funnel_chart_out(instrument: Instrument, units: Iterable[UnitFunnelPlace]) -> FunnelChartOut | None:
    """The funnel chart of these units, from the fewest answers of one to the most; None without any unit."""
    found = list(units)
    if not found:
        return None
    around, sizes = found[0].around, [unit.answers.n for unit in found]
    return FunnelChartOut(
        centre=rounded(around.mean),
        between=rounded(around.between),
        limits=tuple(_limits(instrument, around, n) for n in curve_sizes(min(sizes), max(sizes))),
    )


def _limits(instrument: Instrument, around: FunnelLimits, n: int) -> LimitsOut:
    warning, alarm = (
        around.limits(n, coverage, low=instrument.low, high=instrument.high) for coverage in (WARNING, ALARM)
    )
    return LimitsOut(
        n=n, warning=(rounded(warning[0]), rounded(warning[1])), alarm=(rounded(alarm[0]), rounded(alarm[1]))
    )
