"""Bursts of ratings (statistics.md §13)."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from app.indices.measures.bursts import burst_p


@pytest.mark.parametrize(("count", "p"), [(20, "0.00516103"), (30, "8.94996e-05")])
def test_v16_tail_of_hourly_counts(count: int, p: str) -> None:
    assert f"{burst_p(count, 6, 4):.6g}" == p


def test_v16_poisson_would_cry_wolf() -> None:
    assert f"{stats.poisson.sf(19, 6):.6g}" == "5.18017e-06"
    assert burst_p(20, 6, 1e9) == pytest.approx(stats.poisson.sf(19, 6), rel=1e-5)


def test_no_count_at_all_is_certain() -> None:
    assert burst_p(0, 6, 4) == burst_p(-1, 6, 4) == 1


@given(st.integers(0, 500), st.floats(0.01, 200), st.floats(0.1, 100))
@settings(deadline=None)
def test_the_tail_is_that_of_scipy_and_falls(count: int, expected: float, size: float) -> None:
    p = burst_p(count, expected, size)
    assert p == pytest.approx(stats.nbinom.sf(count - 1, size, size / (size + expected)), rel=1e-6, abs=1e-300)
    assert 0 <= burst_p(count + 1, expected, size) <= p <= 1
