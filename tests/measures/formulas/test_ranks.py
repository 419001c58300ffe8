"""Rank intervals (statistics.md §9)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.measures.rules.formulas.funnel import within_variance
from app.measures.rules.formulas.ranks import holm, rank_intervals
from tests.measures.formulas.peers import PEERS

MEANS = [peer.mean for peer in PEERS]
INTERVALS = [(1, 6), (1, 7), (1, 7), (3, 7), (1, 8), (1, 6), (1, 7), (7, 8)]

estimates = st.lists(
    st.tuples(
        st.fractions(1, 4, max_denominator=200), st.fractions(Fraction(1, 900), Fraction(1, 9), max_denominator=900)
    ),
    min_size=1,
    max_size=10,
)


def variances() -> list[Fraction]:
    variance = within_variance(PEERS)
    assert variance
    return [variance / peer.n for peer in PEERS]


def test_v10_rank_intervals() -> None:
    assert list(rank_intervals(MEANS, variances())) == INTERVALS


def test_nobody_and_one_alone() -> None:
    assert rank_intervals([], []) == ()
    assert rank_intervals([Fraction(3)], [Fraction(1)]) == ((1, 1),)


def test_means_without_any_variance_cannot_be_compared() -> None:
    with pytest.raises(ZeroDivisionError):
        rank_intervals([Fraction(4), Fraction(3)], [Fraction(0), Fraction(0)])


def test_holm_stops_at_the_first_that_passes() -> None:
    # The limits are .05/4, .05/3, .05/2, .05: .03 fails, so .04 is not rejected either.
    assert holm([0.04, 0.012, 0.03, 0.016], 0.05) == (False, True, False, True)
    assert holm([0.05, 0.0125, 0.025, 0.01], 0.05) == (True, True, True, True)
    assert holm([], 0.05) == ()


@given(estimates)
def test_every_rank_lies_in_its_interval(drawn: list[tuple[Fraction, Fraction]]) -> None:
    means, spreads = [mean for mean, _ in drawn], [variance for _, variance in drawn]
    for mean, interval in zip(means, rank_intervals(means, spreads), strict=True):
        rank = 1 + sum(other > mean for other in means)
        assert 1 <= interval.best <= rank <= interval.worst <= len(drawn)


@given(estimates)
def test_a_larger_error_allowed_gives_narrower_intervals(drawn: list[tuple[Fraction, Fraction]]) -> None:
    means, spreads = [mean for mean, _ in drawn], [variance for _, variance in drawn]
    strict, loose = rank_intervals(means, spreads, 0.01), rank_intervals(means, spreads, 0.2)
    for narrow, wide in zip(loose, strict, strict=True):
        assert wide.best <= narrow.best <= narrow.worst <= wide.worst


@given(estimates)
def test_the_order_of_the_peers_does_not_matter(drawn: list[tuple[Fraction, Fraction]]) -> None:
    means, spreads = [mean for mean, _ in drawn], [variance for _, variance in drawn]
    assert rank_intervals(means[::-1], spreads[::-1]) == rank_intervals(means, spreads)[::-1]
