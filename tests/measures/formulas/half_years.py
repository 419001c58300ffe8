"""Half a year of weeks drawn from known shares of answers, charted against a baseline of twenty such weeks."""

from collections.abc import Sequence
from math import sqrt
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from app.measures.rules.formulas.alarms import BASELINE_WEEKS, WeekPoint, baseline, drop_chart, first_alarm
from app.measures.rules.formulas.levels import LevelCounts, item_levels

Shares: TypeAlias = NDArray[np.float64]
Points: TypeAlias = tuple[WeekPoint, ...]

SCALE = item_levels(1, 4)
HALF_YEAR = 26


def half_year(rng: np.random.Generator, shares: Sequence[float] | Shares, n: int, drop: float = 0) -> Points:
    """The chart of half a year with n answers a week.

    After the baseline the weekly mean falls by `drop` of its standard deviations.
    """
    before = baseline(drawn(rng, np.array(shares), n, BASELINE_WEEKS), SCALE)
    assert before
    return drop_chart(drawn(rng, fallen(np.array(shares), drop / sqrt(n)), n, HALF_YEAR), before)


def drawn(rng: np.random.Generator, shares: Shares, n: int, weeks: int) -> list[LevelCounts]:
    """So many weeks of n answers."""
    return [tuple(week) for week in rng.multinomial(n, shares, weeks).tolist()]


def fallen(shares: Shares, drop: float) -> Shares:
    """The shares tilted towards the lower answers until their mean is lower by `drop` standard deviations."""
    levels = np.arange(len(shares))
    usual = float(shares @ levels)
    deviation = sqrt(float(shares @ (levels - usual) ** 2))

    def tilted(slope: float) -> Shares:
        weighted: Shares = shares * np.exp(slope * levels)
        weighted /= weighted.sum()
        return weighted

    def short(slope: float) -> float:
        return float(tilted(slope) @ levels) - usual + drop * deviation

    return tilted(brentq(short, -10, 0)) if drop else shares


def watched(points: Points) -> int:
    """How many weeks were watched until the first alarm, with its week."""
    alarm = first_alarm(points)
    return points.index(alarm) + 1 if alarm else len(points)
