"""The share of the best answer (statistics.md §3)."""

import subprocess
import sys
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import betaincinv

from app.measures.rules.formulas.shares import share_of, top_box

histograms = st.lists(st.integers(0, 10**6), min_size=4, max_size=4).filter(any)


@pytest.mark.parametrize(
    ("histogram", "k", "n", "lower", "upper"),
    [
        ((2, 5, 23, 70), 70, 100, 0.604151, 0.781051),
        ((0, 0, 0, 12), 12, 12, 0.757506, 1),
        ((0, 1, 6, 3), 3, 10, 0.107791, 0.603222),
    ],
)
def test_v3_share_of_the_best_answer(histogram: tuple[int, ...], k: int, n: int, lower: float, upper: float) -> None:
    share = top_box(histogram)
    assert share
    assert (share.k, share.n, share.share, share.confidence) == (k, n, Fraction(k, n), 0.95)
    assert (round(share.lower, 6), round(share.upper, 6)) == (lower, upper)


def test_v3_the_interval_of_jeffreys_agrees_within_a_hundredth() -> None:
    share = share_of(70, 100)
    jeffreys = betaincinv(70.5, 30.5, 0.025), betaincinv(70.5, 30.5, 0.975)
    assert (round(jeffreys[0], 6), round(jeffreys[1], 6)) == (0.605453, 0.783159)
    assert (share.lower, share.upper) == pytest.approx(jeffreys, abs=0.01)


def test_v3_the_interval_lies_within_the_exact_one_of_clopper_and_pearson() -> None:
    share, exact = share_of(70, 100), stats.binomtest(70, 100).proportion_ci(method="exact")
    assert (round(exact.low, 6), round(exact.high, 6)) == (0.600185, 0.787594)
    assert exact.low < share.lower < share.upper < exact.high


@pytest.mark.parametrize("histogram", [(0, 0, 0, 0), (0, 0), ()])
def test_without_answers_there_is_no_share(histogram: tuple[int, ...]) -> None:
    assert top_box(histogram) is None


def test_an_answer_that_nobody_gave_has_a_share_from_exactly_0_and_one_that_all_gave_up_to_exactly_1() -> None:
    none, all_of_them = share_of(0, 49), share_of(49, 49)
    assert none.share == none.lower == 0
    assert all_of_them.share == all_of_them.upper == 1
    assert none.upper == pytest.approx(1 - all_of_them.lower, rel=1e-12)


@pytest.mark.parametrize(("k", "n"), [(-1, 5), (6, 5), (0, 0), (0, -1)])
def test_impossible_counts_are_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match=f"{k} of {n}"):
        share_of(k, n)


@given(histograms, st.sampled_from([0.8, 0.95, 0.998]))
def test_the_ends_stay_around_the_share_and_agree_with_scipy(histogram: list[int], confidence: float) -> None:
    share = top_box(histogram, confidence)
    assert share
    assert 0 <= share.lower <= share.share <= share.upper <= 1
    wilson = stats.binomtest(share.k, share.n).proportion_ci(confidence, method="wilson")
    assert share.lower == pytest.approx(wilson.low, rel=1e-9, abs=1e-12)
    assert share.upper == pytest.approx(wilson.high, rel=1e-9)


@given(st.integers(0, 10**6), st.integers(1, 10**6))
def test_the_share_of_the_others_has_the_mirrored_interval(k: int, more: int) -> None:
    share, others = share_of(k, k + more), share_of(more, k + more)
    assert share.lower == pytest.approx(1 - others.upper, abs=1e-12)
    assert share.upper == pytest.approx(1 - others.lower, abs=1e-12)


@pytest.mark.parametrize("module", ["shares", "samples", "change", "reliability", "shrinkage"])
def test_importing_a_measure_does_not_import_scipy(module: str) -> None:
    code = (
        f"import sys, app.measures.rules.formulas.{module}; sys.exit('scipy' in sys.modules or 'numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
