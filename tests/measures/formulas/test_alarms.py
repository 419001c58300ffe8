"""Drops in time (statistics.md §12)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.measures.rules.formulas.alarms import (
    SMOOTHING,
    WIDTH,
    WeeklyZ,
    baseline,
    drop_chart,
    ewma_chart,
    first_alarm,
    p_chart_limit,
)
from app.measures.rules.formulas.levels import LevelCounts, item_levels
from app.measures.rules.formulas.weekly_z import weekly_z
from tests.effort import sized

SCALE = item_levels(1, 4)
# Of the vector, which takes z from normal means with μ₀ = 3.60 and σ₀ = 0.70.
V14 = [(22, 3.62), (18, 3.55), (25, 3.50), (20, 3.48), (0, 0.0)]
V14 += [
    (24, 3.42),
    (19, 3.40),
    (21, 3.38),
    (23, 3.30),
    (20, 3.28),
]
WEEKS = [WeeklyZ(place, n, (mean - 3.60) / (0.70 / n**0.5)) for place, (n, mean) in enumerate(V14) if n]
# So many answers that the baseline has no error.
KNOWN = 10**18
WEEK, NONE = (1, 2, 10, 17), (0, 0, 0, 0)


def test_v14_weekly_z_ewma_and_limits() -> None:
    points = ewma_chart(WEEKS, KNOWN)
    assert [round(point.z, 6) for point in points] == [
        0.134012,
        -0.303046,
        -0.714286,
        -0.766652,
        -1.259738,
        -1.245400,
        -1.440238,
        -2.055356,
        -2.044405,
    ]
    assert [round(point.ewma, 6) for point in points] == [
        0.026802,
        -0.039167,
        -0.174191,
        -0.292683,
        -0.486094,
        -0.637955,
        -0.798412,
        -1.049801,
        -1.248722,
    ]
    assert [round(point.limit, 6) for point in points] == [
        -0.540000,
        -0.691537,
        -0.773087,
        -0.821039,
        -0.850310,
        -0.868526,
        -0.879986,
        -0.887243,
        -0.891857,
    ]


def test_v14_alarms_at_the_eighth_observation_though_no_single_week_is_beyond_three() -> None:
    points = ewma_chart(WEEKS, KNOWN)
    assert first_alarm(points) == points[7]
    assert first_alarm(points[:7]) is None
    assert min(point.z for point in points) > -3


def test_an_estimated_baseline_widens_the_limit_by_its_own_error() -> None:
    # With N₀ = 400 answers: B₁ = 0.2√(22/400), B₂ = 0.2√(18/400) + 0.8B₁.
    points = ewma_chart(WEEKS, 400)
    first = 0.2 * (22 / 400) ** 0.5
    second = 0.2 * (18 / 400) ** 0.5 + 0.8 * first
    assert points[0].limit == pytest.approx(-2.7 * (0.04 + first**2) ** 0.5)
    assert points[1].limit == pytest.approx(-2.7 * (0.04 * (1 + 0.64) + second**2) ** 0.5)
    known = ewma_chart(WEEKS, KNOWN)
    assert [point.ewma for point in points] == [point.ewma for point in known]
    assert all(point.limit < sure.limit for point, sure in zip(points, known, strict=True))


def test_the_chart_of_weeks_has_the_exact_z_of_each_and_skips_those_without_answers() -> None:
    before = baseline([WEEK] * 20, SCALE)
    assert before
    points = drop_chart([WEEK, NONE, (0, 3, 2, 5)], before)
    assert [point.week for point in points] == [0, 2]
    assert [point.z for point in points] == [weekly_z(week, before) for week in (WEEK, (0, 3, 2, 5))]
    assert points == ewma_chart([WeeklyZ(0, 30, points[0].z), WeeklyZ(2, 10, points[1].z)], 600)
    assert drop_chart([], before) == drop_chart([NONE], before) == ()
    assert first_alarm([]) is None


@pytest.mark.parametrize(("n", "limit"), [(10, 4), (20, 6), (40, 9)])
def test_v15_limit_of_the_p_chart(n: int, limit: int) -> None:
    assert p_chart_limit(n, 0.08) == limit
    assert stats.binom.sf(limit, n, 0.08) <= 0.001 < stats.binom.sf(limit - 1, n, 0.08)


def test_a_baseline_pools_the_answers_of_its_weeks() -> None:
    pooled, whole = baseline([WEEK, NONE, *[WEEK] * 19], SCALE), baseline([(20, 40, 200, 340)], SCALE, 1)
    assert pooled
    assert whole
    assert pooled.n == whole.n == 600
    assert weekly_z((2, 3, 4, 5), pooled) == weekly_z((2, 3, 4, 5), whole)


@pytest.mark.parametrize("weeks", [[], [WEEK] * 19, [WEEK] * 19 + [NONE] * 5])
def test_too_short_a_baseline_is_none(weeks: list[LevelCounts]) -> None:
    assert baseline(weeks, SCALE) is None


def test_unanimous_answers_are_a_baseline_too() -> None:
    # Of 180 times the best answer another one is no wonder; a third of the week is.
    before = baseline([(0, 0, 0, 9)] * 20, SCALE)
    assert before
    assert first_alarm(drop_chart([(0, 0, 1, 9), (0, 0, 0, 10)], before)) is None
    assert first_alarm(drop_chart([(0, 1, 2, 7)], before))


@given(st.lists(st.tuples(st.integers(1, 40), st.floats(-11, 11)), max_size=30))
def test_limits_widen_to_their_asymptote_and_z_counts_in_the_ewma(drawn: list[tuple[int, float]]) -> None:
    points = ewma_chart([WeeklyZ(place, n, z) for place, (n, z) in enumerate(drawn)], KNOWN)
    limits = [point.limit for point in points]
    assert limits == sorted(limits, reverse=True)
    assert all(limit > -0.9000001 for limit in limits)
    weights = [SMOOTHING * (1 - SMOOTHING) ** age for age in reversed(range(len(points)))]
    ewma = sum(weight * point.z for weight, point in zip(weights, points, strict=True))
    assert not points or points[-1].ewma == pytest.approx(ewma, abs=1e-9)


def run_length(drop: float) -> float:
    """The mean number of weeks to an alarm at the settled limit when the weekly mean falls by `drop` σ.

    Markov chain of Lucas and Saccucci (1990): the EWMA cut into narrow bands between the limit and a
    ceiling that it does not reach.
    """
    limit, ceiling, bands = -WIDTH * (SMOOTHING / (2 - SMOOTHING)) ** 0.5, 2.5, sized(600, 1_500)
    edges = np.linspace(limit, ceiling, bands + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    reached = stats.norm.cdf((edges[None, :] - (1 - SMOOTHING) * middles[:, None]) / SMOOTHING + drop)
    lengths = np.linalg.solve(np.eye(bands) - np.diff(reached, axis=1), np.ones(bands))
    return float(np.interp(0, middles, lengths))


@pytest.mark.sized
@pytest.mark.parametrize(("drop", "weeks"), [(0, 483), (0.5, 29.3), (1, 8.8), (1.5, 4.8)])
def test_the_run_lengths_that_chose_the_width(drop: float, weeks: float) -> None:
    assert run_length(drop) == pytest.approx(weeks, rel=0.01)
