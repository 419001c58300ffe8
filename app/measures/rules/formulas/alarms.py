"""Drops in time: the weekly EWMA against a frozen baseline, and the p-chart of low answers (V14, V15).

An alarm is a question to the supervisor, not a finding. Without any drop there is one in about 500 to 650 weeks of a
chart whatever its answers usually are, after a baseline of 20 weeks (decision 18): with 500 employees about one a week.
"""

from collections.abc import Iterable, Sequence
from math import sqrt
from typing import NamedTuple

from app.measures.rules.formulas.funnel import binomial_quantile
from app.measures.rules.formulas.levels import LevelCounts, Levels
from app.measures.rules.formulas.weekly_z import Baseline, baseline_of, weekly_z

BASELINE_WEEKS = 20
# 483 weeks to a false alarm and 8.8 to find a drop of 1σ where z is normal and the baseline is known (by Markov chain).
SMOOTHING = 0.2
WIDTH = 2.70
# About the 3σ of control charts, one-sided: one false alarm in 1,000 months.
P_CHART_TAIL = 0.001


class WeeklyZ(NamedTuple):
    """A week with answers: its place in the sequence of weeks, how many answers it has, and its z."""

    week: int
    n: int
    z: float


class WeekPoint(NamedTuple):
    """A week with answers: its place in the sequence of weeks, its z, the EWMA so far and the lower limit."""

    week: int
    z: float
    ewma: float
    limit: float

    @property
    def alarms(self) -> bool:
        """Whether the EWMA has fallen below its limit."""
        return self.ewma < self.limit


def baseline(weeks: Sequence[LevelCounts], levels: Levels, least: int = BASELINE_WEEKS) -> Baseline | None:
    """The baseline from the answers of past weeks; None with fewer than `least` weeks with answers."""
    if sum(any(week) for week in weeks) < least:
        return None
    return baseline_of(tuple(map(sum, zip(*weeks, strict=True))), levels)


def drop_chart(weeks: Sequence[LevelCounts], before: Baseline) -> tuple[WeekPoint, ...]:
    """The chart of these weeks; those without answers are skipped."""
    return ewma_chart(
        (WeeklyZ(place, sum(week), weekly_z(week, before)) for place, week in enumerate(weeks) if any(week)), before.n
    )


def ewma_chart(weeks: Iterable[WeeklyZ], before: int) -> tuple[WeekPoint, ...]:
    """The one-sided EWMA of weekly z (Roberts 1959) against a baseline of `before` answers (N₀).

    E_t = λz_t + (1 - λ)E_{t-1} from E_0 = 0, with the limit -L·√(λ/(2 - λ)·(1 - (1 - λ)^{2t}) + B_t²).
    The first term is the exact variance of E_t when the baseline is known. Its error is in every z_t, √(n_t/N₀)
    of it in standard errors, so it is smoothed like them: B_t = λ√(n_t/N₀) + (1 - λ)B_{t-1}, B_0 = 0.
    """
    points: list[WeekPoint] = []
    ewma = bias = 0.0
    for place, n, z in weeks:
        ewma, bias = _smoothed(z, ewma), _smoothed(sqrt(n / before), bias)
        points.append(WeekPoint(place, z, ewma, _limit(len(points) + 1, bias)))
    return tuple(points)


def _smoothed(value: float, former: float) -> float:
    return SMOOTHING * value + (1 - SMOOTHING) * former


def _limit(observation: int, bias: float) -> float:
    settled = 1 - (1 - SMOOTHING) ** (2 * observation)
    return -WIDTH * sqrt(SMOOTHING / (2 - SMOOTHING) * settled + bias**2)


def first_alarm(points: Sequence[WeekPoint]) -> WeekPoint | None:
    """The first point that alarms."""
    return next((point for point in points if point.alarms), None)


def p_chart_limit(n: int, share: float, tail: float = P_CHART_TAIL) -> int:
    """The upper limit of the p-chart: of n answers more low ones than this are an alarm (exact binomial)."""
    return binomial_quantile(1 - tail, n, share)
