"""Chances of counts as large as these (statistics.md §13)."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.screening.rules.tails import (
    LARGEST_SIZE,
    SMALLEST_SIZE,
    at_least_p,
    burst_p,
    merged,
    more_than_before_p,
    shape_test,
    size_of,
)


@pytest.mark.parametrize(("count", "p"), [(20, "0.00516103"), (30, "8.94996e-05")])
def test_v16_tail_of_hourly_counts(count: int, p: str) -> None:
    assert f"{burst_p(count, 6, 4):.6g}" == p


def test_v16_poisson_would_cry_wolf() -> None:
    assert f"{stats.poisson.sf(19, 6):.6g}" == "5.18017e-06"
    assert burst_p(20, 6, 1e9) == pytest.approx(stats.poisson.sf(19, 6), rel=1e-5)


def test_no_count_at_all_is_certain() -> None:
    assert burst_p(0, 6, 4) == burst_p(-1, 6, 4) == 1


@given(st.integers(0, 500), st.floats(0.01, 200), st.floats(0.1, 100))
def test_the_tail_is_that_of_scipy_and_falls(count: int, expected: float, size: float) -> None:
    p = burst_p(count, expected, size)
    assert p == pytest.approx(stats.nbinom.sf(count - 1, size, size / (size + expected)), rel=1e-6, abs=1e-300)
    assert 0 <= burst_p(count + 1, expected, size) <= p <= 1


def test_straight_lining_vector() -> None:
    assert f"{at_least_p(46, 50, 0.62):.6g}" == "1.56188e-06"
    assert at_least_p(0, 50, 0.62) == 1


def test_shape_vector() -> None:
    found = shape_test([0, 0, 1, 49], [12, 40, 200, 500])
    assert f"{found.g:.6f}" == "31.437248"
    assert f"{found.p:.0e}" == "7e-07"


@given(st.integers(1, 200), st.floats(0.01, 0.99), st.data())
def test_binomial_tails_are_those_of_scipy(n: int, share: float, data: st.DataObject) -> None:
    k = data.draw(st.integers(0, n))
    upper = stats.binomtest(k, n, share, alternative="greater").pvalue
    assert at_least_p(k, n, share) == pytest.approx(upper, rel=1e-6, abs=1e-300)


@given(st.integers(1, 80), st.integers(0, 80), st.data())
def test_fishers_test_is_that_of_scipy(n: int, n_before: int, data: st.DataObject) -> None:
    k, before = data.draw(st.integers(0, n)), data.draw(st.integers(0, n_before))
    expected = stats.fisher_exact(np.array([[k, n - k], [before, n_before - before]]), alternative="greater").pvalue
    assert more_than_before_p(k, n, before, n_before) == pytest.approx(expected, rel=1e-9)


CELLS = st.lists(st.integers(0, 60), min_size=4, max_size=4)


@given(CELLS, CELLS)
def test_shapes_are_compared_as_scipy_does_and_merged_until_they_can_be(ours: list[int], theirs: list[int]) -> None:
    left, right = merged(ours, theirs)
    assert (sum(left), sum(right)) == (sum(ours), sum(theirs))
    n, m = sum(left), sum(right)
    if len(left) > 1:
        assert all((a + b) * min(n, m) >= 5 * (n + m) for a, b in zip(left, right, strict=True))
    used = np.array([[a, b] for a, b in zip(ours, theirs, strict=True) if a + b]).T
    found = shape_test(ours, theirs)
    if n and m and used.shape[1] > 1:
        expected = stats.chi2_contingency(used, correction=False, lambda_="log-likelihood")
        assert found.g == pytest.approx(expected.statistic, abs=1e-9)
        assert found.p == pytest.approx(expected.pvalue, rel=1e-6, abs=1e-12)
    else:
        assert found == (0, 1)


def test_cells_that_hold_little_join_their_neighbour() -> None:
    assert merged([0, 0, 1, 49], [12, 40, 200, 500]) == ([1, 49], [252, 500])
    assert merged([10, 1], [10, 1]) == ([11], [11])
    assert merged([10, 10, 0], [10, 10, 0]) == ([10, 10], [10, 10])


def test_kappa_is_by_moments_within_bounds() -> None:
    # Mean 4, variance 8: κ = 16 / (8 - 4).
    assert size_of([1, 3, 4, 8]) == pytest.approx(16 / (26 / 3 - 4))
    assert size_of([4, 4, 4]) == LARGEST_SIZE
    assert size_of([0, 0, 0, 0, 40]) == SMALLEST_SIZE
