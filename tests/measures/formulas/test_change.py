"""The comparison of two periods (statistics.md §5)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.measures.rules.formulas.change import change
from app.measures.rules.formulas.moments import Moments, item_moments, merged

histograms = st.lists(st.integers(0, 10**5), min_size=4, max_size=4)
spread = histograms.filter(lambda histogram: sum(map(bool, histogram)) > 1)


def test_v5_two_periods() -> None:
    found = change(item_moments((2, 5, 23, 70)), item_moments((4, 9, 30, 57)))
    assert found
    assert (found.difference, found.confidence) == (Fraction("0.21"), 0.95)
    assert (round(found.t, 6), round(found.df, 6), round(found.p, 6)) == (1.976221, 191.733505, 0.049564)
    assert (round(found.lower, 6), round(found.upper, 6)) == (0.000405, 0.419595)


@pytest.mark.parametrize("few", [(0, 0, 0, 0), (0, 0, 0, 1)])
def test_fewer_than_two_answers_are_not_compared(few: tuple[int, ...]) -> None:
    assert change(item_moments(few), item_moments((2, 5, 23, 70))) is None
    assert change(item_moments((2, 5, 23, 70)), item_moments(few)) is None


@pytest.mark.parametrize("other", [(0, 0, 0, 2), (0, 0, 90, 0)])
def test_two_unanimous_sides_are_not_compared(other: tuple[int, ...]) -> None:
    assert change(item_moments((0, 0, 0, 50)), item_moments(other)) is None


def test_beside_a_unanimous_side_the_other_gives_the_variance_and_the_degrees_of_freedom() -> None:
    found = change(item_moments((0, 0, 0, 5)), item_moments((2, 5, 23, 70)))
    assert found
    assert found.df == 99
    alone = stats.ttest_1samp([1] * 2 + [2] * 5 + [3] * 23 + [4] * 70, 4)
    assert (found.t, found.p) == pytest.approx((-alone.statistic, alone.pvalue), rel=1e-9)


def test_equal_sides_have_no_difference_and_p_1() -> None:
    side = item_moments((2, 5, 23, 70))
    found = change(side, side)
    assert found
    assert (found.difference, found.t, found.p) == (Fraction(0), 0.0, 1.0)
    assert found.lower == -found.upper


def test_more_confidence_widens_the_interval_and_leaves_the_test() -> None:
    sides = item_moments((2, 5, 23, 70)), item_moments((4, 9, 30, 57))
    usual, wide = change(*sides), change(*sides, confidence=0.998)
    assert usual
    assert wide
    assert wide.lower < usual.lower < usual.upper < wide.upper
    assert (wide.t, wide.df, wide.p) == (usual.t, usual.df, usual.p)


@given(spread, spread)
def test_the_comparison_agrees_with_scipy(later: list[int], earlier: list[int]) -> None:
    found = change(item_moments(later), item_moments(earlier))
    assert found
    welch = stats.ttest_ind_from_stats(*_stats(later), *_stats(earlier), equal_var=False)
    assert (found.t, found.p) == pytest.approx((welch.statistic, welch.pvalue), rel=1e-6, abs=1e-9)
    half = stats.t.ppf(0.975, found.df) * (_squared_error(later) + _squared_error(earlier)) ** 0.5
    assert (found.lower, found.upper) == pytest.approx(
        (float(found.difference) - half, float(found.difference) + half), rel=1e-6, abs=1e-9
    )


@given(spread, spread)
def test_the_other_way_round_everything_is_mirrored(later: list[int], earlier: list[int]) -> None:
    there, back = (
        change(item_moments(later), item_moments(earlier)),
        change(item_moments(earlier), item_moments(later)),
    )
    assert there
    assert back
    assert (back.difference, back.t, back.lower) == (-there.difference, -there.t, -there.upper)
    assert (back.df, back.p) == (there.df, there.p)


@given(st.lists(histograms, max_size=5), spread, spread)
def test_merged_parts_compare_like_the_whole(parts: list[list[int]], last: list[int], earlier: list[int]) -> None:
    whole = [sum(column) for column in zip(*parts, last, strict=True)]
    split = merged(item_moments(part) for part in [*parts, last])
    assert change(split, item_moments(earlier)) == change(item_moments(whole), item_moments(earlier))


def _stats(histogram: list[int]) -> tuple[float, float, int]:
    found: Moments = item_moments(histogram)
    return float(found.mean), float(found.variance) ** 0.5, found.n


def _squared_error(histogram: list[int]) -> float:
    found = item_moments(histogram)
    return float(found.variance / found.n)
