"""Rank intervals (statistics.md §9)."""

from collections.abc import Sequence
from fractions import Fraction
from math import erfc, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.measures.rules.formulas.between import ROWS
from app.measures.rules.formulas.ranks import RankInterval, rank_intervals
from tests.measures.formulas.peers import PEERS, group_of

INTERVALS = [(1, 6), (1, 7), (1, 7), (3, 7), (1, 8), (1, 6), (1, 7), (7, 8)]
Estimates = list[tuple[Fraction, Fraction]]


def estimates(most: int) -> st.SearchStrategy[Estimates]:
    mean = st.fractions(1, 4, max_denominator=200)
    variance = st.fractions(Fraction(1, 900), Fraction(1, 9), max_denominator=900)
    return st.lists(st.tuples(mean, variance), min_size=1, max_size=most)


def intervals(drawn: Estimates, alpha: float = 0.05) -> tuple[RankInterval, ...]:
    return rank_intervals([float(mean) for mean, _ in drawn], [float(variance) for _, variance in drawn], alpha)


def test_v10_rank_intervals() -> None:
    group = group_of(PEERS)
    assert list(rank_intervals(group.means, group.variances)) == INTERVALS


def test_nobody_and_one_alone() -> None:
    assert rank_intervals([], []) == ()
    assert rank_intervals([3.0], [1.0]) == ((1, 1),)


def test_holm_stops_at_the_first_that_passes() -> None:
    # The limits are .05/4, .05/3, .05/2, .05: .03 fails, so .04 is not rejected either.
    assert holm([0.04, 0.012, 0.03, 0.016], 0.05) == [False, True, False, True]
    assert holm([0.05, 0.0125, 0.025, 0.01], 0.05) == [True, True, True, True]


@pytest.mark.long
@given(estimates(15))
def test_intervals_are_those_of_their_definition(drawn: Estimates) -> None:
    assert intervals(drawn) == tuple(by_definition(drawn, place) for place in range(len(drawn)))


def test_a_large_group_is_worked_out_in_parts_as_a_whole() -> None:
    drawn = [(Fraction(place % 13, 13), Fraction(1 + place % 5, 300)) for place in range(2 * ROWS + 3)]
    found = intervals(drawn)
    assert len(found) == len(drawn)
    assert all(found[place] == by_definition(drawn, place) for place in (0, ROWS - 1, ROWS, 2 * ROWS + 2))


def by_definition(drawn: Estimates, place: int) -> RankInterval:
    """One interval pair by pair, in fractions, with Holm as he wrote it."""
    mean, variance = drawn[place]
    others = drawn[:place] + drawn[place + 1 :]
    z = [float(other - mean) / sqrt(variance + spread) for other, spread in others]
    rejected = holm([erfc(abs(each) / sqrt(2)) for each in z], 0.05)
    better = sum(each > 0 for each, differs in zip(z, rejected, strict=True) if differs)
    worse = sum(each < 0 for each, differs in zip(z, rejected, strict=True) if differs)
    return RankInterval(1 + better, len(drawn) - worse)


def holm(p: Sequence[float], alpha: float) -> list[bool]:
    """Which hypotheses Holm (1979) rejects: from the smallest p on, while p ≤ α/(hypotheses left)."""
    rejected = [False] * len(p)
    for done, place in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        if p[place] > alpha / (len(p) - done):
            break
        rejected[place] = True
    return rejected


@pytest.mark.long
@given(estimates(10))
def test_every_rank_lies_in_its_interval(drawn: Estimates) -> None:
    for (mean, _), interval in zip(drawn, intervals(drawn), strict=True):
        rank = 1 + sum(other > mean for other, _ in drawn)
        assert 1 <= interval.best <= rank <= interval.worst <= len(drawn)


@pytest.mark.long
@given(estimates(10))
def test_a_larger_error_allowed_gives_narrower_intervals(drawn: Estimates) -> None:
    strict, loose = intervals(drawn, 0.01), intervals(drawn, 0.2)
    for narrow, wide in zip(loose, strict, strict=True):
        assert wide.best <= narrow.best <= narrow.worst <= wide.worst


@pytest.mark.long
@given(estimates(10))
def test_the_order_of_the_peers_does_not_matter(drawn: Estimates) -> None:
    assert intervals(drawn[::-1]) == intervals(drawn)[::-1]
