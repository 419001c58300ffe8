"""How far a week lies from the usual, by the exact chances of the sum of its answers (statistics.md §12, V14b)."""

from collections.abc import Sequence
from fractions import Fraction
from math import isfinite
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from app.measures.rules.formulas import weekly_z as formula
from app.measures.rules.formulas.levels import Levels, composite_levels, item_levels
from app.measures.rules.formulas.weekly_z import RAREST, AnswerSums, baseline_of, weekly_z
from tests.effort import times

SCALE = item_levels(1, 4)
# Weeks with these numbers of answers whose sums are those of the vector; z knows nothing but the sum.
GOOD, EXCELLENT = (12, 24, 96, 468), (3, 6, 30, 561)
V14B = [
    (GOOD, (0, 0, 10, 10), 70, -1.304840),
    (GOOD, (0, 0, 6, 14), 74, -0.073337),
    (EXCELLENT, (0, 1, 0, 9), 38, -0.983814),
    (EXCELLENT, (0, 0, 0, 10), 40, 0.667503),
    (EXCELLENT, (0, 3, 2, 25), 112, -2.157976),
]

counts = st.lists(st.integers(0, 60), min_size=4, max_size=4).map(tuple)


@pytest.mark.parametrize(("before", "week", "total", "z"), V14B)
def test_v14b_z_by_the_exact_distribution(before: tuple[int, ...], week: tuple[int, ...], total: int, z: float) -> None:
    assert sum(score * n for score, n in enumerate(week, start=1)) == total
    assert round(weekly_z(week, baseline_of(before, SCALE)), 6) == z


def exact_z(week: Sequence[int], before: Sequence[int], levels: Levels) -> float:
    """The same in integers: the power of a polynomial, whose coefficients lie side by side in one long integer."""
    n, size = sum(week), len(before)
    whole: int = (size * (sum(before) + 1)) ** n
    apart = whole.bit_length() + 2
    places = zip(levels.places, before, strict=True)
    power = sum((count * size + 1) << (apart * place) for place, count in places) ** n
    reached = sum(place * count for place, count in zip(levels.places, week, strict=True))
    ways = [(power >> (apart * place)) & ((1 << apart) - 1) for place in range(reached + 1)]
    lower = Fraction(2 * sum(ways[:-1]) + ways[-1], 2 * whole)
    tail = NormalDist().inv_cdf(max(float(min(lower, 1 - lower)), RAREST))
    return tail if lower < 1 - lower else -tail


@pytest.mark.long
@times(2)
@given(counts, counts)
def test_z_is_that_of_the_distribution_in_whole_numbers(week: tuple[int, ...], before: tuple[int, ...]) -> None:
    assume(sum(week))
    assert weekly_z(week, baseline_of(before, SCALE)) == pytest.approx(exact_z(week, before, SCALE), abs=1e-9)


@pytest.mark.parametrize("weights", [(Fraction(1, 3),) * 3, (Fraction(1, 2), Fraction(3, 10), Fraction(1, 5))])
def test_a_composite_has_the_levels_that_a_sheet_can_reach(weights: tuple[Fraction, ...]) -> None:
    scale = composite_levels(weights, 1, 4)
    rng = np.random.default_rng(14)
    for most in (2, 2, 3, 3, 3):
        before, week = (tuple(rng.integers(0, most, len(scale.places)).tolist()) for _ in range(2))
        assert weekly_z(week, baseline_of(before, scale)) == pytest.approx(exact_z(week, before, scale), abs=1e-9)


@given(counts, st.integers(1, 30), st.data())
def test_more_is_better_and_the_same_answers_upside_down_are_as_far_on_the_other_side(
    before: tuple[int, ...], n: int, data: st.DataObject
) -> None:
    answers = data.draw(st.lists(st.integers(0, 3), min_size=n, max_size=n))
    week = tuple(answers.count(level) for level in range(4))
    z = weekly_z(week, baseline_of(before, SCALE))
    assert weekly_z(week[::-1], baseline_of(before[::-1], SCALE)) == pytest.approx(-z, abs=1e-9)
    if week[3] < n:
        level = next(level for level in range(3) if week[level])
        better = [*week]
        better[level] -= 1
        better[level + 1] += 1
        assert weekly_z(tuple(better), baseline_of(before, SCALE)) >= z


@pytest.mark.parametrize("n", [1, 10, 300, 3_000])
@pytest.mark.parametrize("before", [(0, 0, 0, 0), (0, 0, 0, 10**6), (10**6, 0, 0, 0), GOOD, EXCELLENT])
def test_z_is_finite_at_the_ends_of_the_scale(before: tuple[int, ...], n: int) -> None:
    usual = baseline_of(before, SCALE)
    best, worst = weekly_z((0, 0, 0, n), usual), weekly_z((n, 0, 0, 0), usual)
    assert all(map(isfinite, (best, worst)))
    assert -11.5 < worst < 0 < best < 11.5


def test_of_all_weeks_with_usual_answers_z_has_mean_0_and_its_tails_are_those_of_a_normal_value() -> None:
    usual, rng = baseline_of(EXCELLENT, SCALE), np.random.default_rng(2)
    shares = [(count + 0.25) / 601 for count in EXCELLENT]
    drawn = [weekly_z(tuple(week), usual) for week in rng.multinomial(30, shares, 4_000).tolist()]
    assert np.mean(drawn) == pytest.approx(0, abs=0.05)
    # Standard errors find 5 % below -1.645 here, and 1.7 % below -3 instead of 0.13 %.
    assert np.mean([z < -3 for z in drawn]) < 0.005
    assert 0.02 < np.mean([z < -1.645 for z in drawn]) < 0.06


@pytest.mark.parametrize("n", [1_000, 3_001])
def test_what_is_forgotten_of_wide_distributions_changes_no_z(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(n)
    weeks = [tuple(week) for week in rng.multinomial(n, (0.03, 0.05, 0.16, 0.76), 5).tolist()]
    short = AnswerSums([0.02, 0.04, 0.16, 0.78]).of(n)
    found = [weekly_z(week, baseline_of(GOOD, SCALE)) for week in weeks]
    monkeypatch.setattr(formula, "WIDE", 10**9)
    whole = AnswerSums([0.02, 0.04, 0.16, 0.78]).of(n)
    assert len(whole.chances) == 3 * n + 1 > 3 * len(short.chances) / 2
    assert short.chances.sum() == pytest.approx(1, abs=1e-12)
    kept = slice(short.first, short.first + len(short.chances))
    assert whole.chances[kept] == pytest.approx(short.chances, rel=1e-9, abs=1e-30)
    assert found == pytest.approx([weekly_z(week, baseline_of(GOOD, SCALE)) for week in weeks], abs=1e-9)


def test_a_week_without_answers_has_no_z() -> None:
    with pytest.raises(AssertionError):
        weekly_z((0, 0, 0, 0), baseline_of(GOOD, SCALE))
