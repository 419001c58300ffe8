"""Rank intervals and top lists (statistics.md §9)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.measures.rules.formulas.discoveries import q_values, two_sided_p
from app.measures.rules.formulas.funnel import funnel, within_variance
from app.measures.rules.formulas.ranks import Candidate, RankInterval, holm, rank_intervals, ranks, top_list
from tests.measures.formulas.peers import PEERS

MEANS = [peer.mean for peer in PEERS]
INTERVALS = [(1, 6), (1, 7), (1, 7), (3, 7), (1, 8), (1, 6), (1, 7), (7, 8)]
RELIABILITIES = [0.895151, 0.895151, 0.630656, 0.919246, 0.532347, 0.952201, 0.415704, 0.895151]

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


def test_v10_ranks() -> None:
    assert ranks(MEANS) == (3, 5, 2, 7, 6, 4, 1, 8)


def test_v10_rank_intervals() -> None:
    assert list(rank_intervals(MEANS, variances())) == INTERVALS


def test_equal_means_share_a_rank() -> None:
    assert ranks([Fraction(3), Fraction(4), Fraction(3), Fraction(2)]) == (2, 1, 2, 4)


def test_nobody_and_one_alone() -> None:
    assert ranks([]) == ()
    assert rank_intervals([], []) == ()
    assert ranks([Fraction(3)]) == (1,)
    assert rank_intervals([Fraction(3)], [Fraction(1)]) == ((1, 1),)


def test_means_without_any_variance_cannot_be_compared() -> None:
    with pytest.raises(ZeroDivisionError):
        rank_intervals([Fraction(4), Fraction(3)], [Fraction(0), Fraction(0)])


def test_holm_stops_at_the_first_that_passes() -> None:
    # The limits are .05/4, .05/3, .05/2, .05: .03 fails, so .04 is not rejected either.
    assert holm([0.04, 0.012, 0.03, 0.016], 0.05) == (False, True, False, True)
    assert holm([0.05, 0.0125, 0.025, 0.01], 0.05) == (True, True, True, True)
    assert holm([], 0.05) == ()


def candidates(z: tuple[float, ...]) -> list[Candidate]:
    q = q_values([two_sided_p(each) for each in z])
    return [
        Candidate(f"E{number}", RankInterval(*interval), *rest)
        for number, (interval, *rest) in enumerate(zip(INTERVALS, z, q, RELIABILITIES, strict=True), start=1)
    ]


def test_v10_the_top_list_of_the_peer_group() -> None:
    found = funnel(PEERS)
    assert found
    # E8 stands out as well, but below; E7 with rank 1 has five answers.
    assert top_list(candidates(found.z), 2) == ("E1",)
    assert top_list(candidates(found.adjusted_z), 2) == ()


GOOD = Candidate("Rini", RankInterval(2, 5), 3.0, 0.01, 0.80)


@pytest.mark.parametrize(
    ("change", "listed"),
    [
        ({}, True),
        ({"interval": RankInterval(3, 5)}, False),
        ({"z": -3.0}, False),
        ({"q": 0.05}, False),
        ({"reliability": 0.79}, False),
    ],
)
def test_every_condition_of_a_top_list_counts(change: dict[str, object], listed: bool) -> None:
    assert top_list([GOOD._replace(**change)], 2) == (("Rini",) if listed else ())  # type: ignore[arg-type]  # a value of either type


def test_a_top_list_is_alphabetical() -> None:
    best_last = [GOOD, GOOD._replace(name="Andi", q=0.04), GOOD._replace(name="Yeni", z=9.0)]
    assert top_list(best_last, 2) == ("Andi", "Rini", "Yeni")
    assert top_list([], 2) == ()


@given(estimates)
def test_every_rank_lies_in_its_interval(drawn: list[tuple[Fraction, Fraction]]) -> None:
    means, spreads = [mean for mean, _ in drawn], [variance for _, variance in drawn]
    for rank, interval in zip(ranks(means), rank_intervals(means, spreads), strict=True):
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
