"""Drops in time: the weekly EWMA against a frozen baseline, and the p-chart of low answers (V14, V15).

An alarm is a question to the supervisor, not a finding. Without any drop there is one in 483 weeks if the
means are normal and the baseline is known. For skewed answers and a baseline estimated from 20 weeks the
limit allows for the baseline's own error: one in 400 to 750 weeks, with 500 employees about one a week (decision 7).
"""

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt
from typing import NamedTuple

from app.measures.rules.formulas.funnel import binomial_quantile
from app.measures.rules.formulas.moments import Moments, merged

BASELINE_WEEKS = 20
# 483 weeks to a false alarm and 8.8 to find a drop of 1σ where the baseline is normal and known (by Markov chain).
SMOOTHING = 0.2
WIDTH = 2.70
# An estimated baseline has an estimated σ₀ as well, and answers are skewed: a little wider (simulated).
WIDTH_ESTIMATED = 2.90
# About the 3σ of control charts, one-sided: one false alarm in 1,000 months.
P_CHART_TAIL = 0.001


class Baseline(NamedTuple):
    """The frozen mean μ₀ and standard deviation σ₀ > 0 of single answers, from N₀ answers (None: known exactly)."""

    mean: Fraction
    deviation: float
    n: int | None = None


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


def baseline(weeks: Sequence[Moments], least: int = BASELINE_WEEKS) -> Baseline | None:
    """The baseline from the answers of past weeks.

    None with fewer than `least` weeks with answers, or if the answers do not vary.
    """
    answers = merged(weeks)
    if sum(week.n > 0 for week in weeks) < least or answers.n < 2 or not answers.variance:
        return None
    return Baseline(answers.mean, sqrt(answers.variance), answers.n)


def weekly_z(week: Moments, before: Baseline) -> float:
    """z = (x̄ - μ₀)/(σ₀/√n) of one week; ZeroDivisionError without answers."""
    return float(week.mean - before.mean) / (before.deviation / sqrt(week.n))


def drop_chart(weeks: Sequence[Moments], before: Baseline) -> tuple[WeekPoint, ...]:
    """The one-sided EWMA of weekly z (Roberts 1959); weeks without answers are skipped.

    E_t = λz_t + (1 - λ)E_{t-1} from E_0 = 0, with the limit -L·√(λ/(2 - λ)·(1 - (1 - λ)^{2t}) + B_t²).
    The first term is the exact variance of E_t when μ₀ is known. An error of μ₀ is in every z_t, √(n_t/N₀)
    of it in standard errors, so it is smoothed like them: B_t = λ√(n_t/N₀) + (1 - λ)B_{t-1}, B_0 = 0.
    """
    points: list[WeekPoint] = []
    ewma = bias = 0.0
    for place, week in enumerate(weeks):
        if week.n:
            z = weekly_z(week, before)
            ewma = _smoothed(z, ewma)
            bias = _smoothed(sqrt(week.n / before.n) if before.n else 0.0, bias)
            points.append(WeekPoint(place, z, ewma, _limit(len(points) + 1, bias, before)))
    return tuple(points)


def _smoothed(value: float, former: float) -> float:
    return SMOOTHING * value + (1 - SMOOTHING) * former


def _limit(observation: int, bias: float, before: Baseline) -> float:
    settled = 1 - (1 - SMOOTHING) ** (2 * observation)
    width = WIDTH_ESTIMATED if before.n else WIDTH
    return -width * sqrt(SMOOTHING / (2 - SMOOTHING) * settled + bias**2)


def first_alarm(points: Sequence[WeekPoint]) -> WeekPoint | None:
    """The first point that alarms."""
    return next((point for point in points if point.alarms), None)


def p_chart_limit(n: int, share: float, tail: float = P_CHART_TAIL) -> int:
    """The upper limit of the p-chart: of n answers more low ones than this are an alarm (exact binomial)."""
    return binomial_quantile(1 - tail, n, share)
