"""Means drawn towards the mean of the peers (statistics.md §7)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.measures.rules.formulas.moments import item_moments
from app.measures.rules.formulas.shrinkage import Shrunk, shrinkage
from tests.measures.formulas.peers import PEERS, group_of

histograms = st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any)
groups = st.lists(histograms, min_size=8, max_size=15).filter(lambda peers: any(sum(map(bool, p)) > 1 for p in peers))


def v7() -> tuple[Shrunk, ...]:
    found = shrinkage(group_of(PEERS))
    assert found
    return found


@pytest.mark.parametrize(
    ("field", "values"),
    [
        # The seventh is printed as 0.400628: statsmodels stops within 1e-5 of the root; 0.40062744 is exact.
        ("weight", (0.068714, 0.068714, 0.248102, 0.052806, 0.317084, 0.031162, 0.400627, 0.068714)),
        ("estimate", (3.748638, 3.515817, 3.751699, 3.298948, 3.415999, 3.583177, 3.801409, 3.003610)),
        ("sd", (0.090403, 0.089568, 0.188789, 0.078536, 0.216177, 0.059677, 0.274585, 0.093029)),
        ("lower", (3.571453, 3.340268, 3.381680, 3.145021, 2.992299, 3.466212, 3.263232, 2.821276)),
    ],
)
def test_v7_each_peer(field: str, values: tuple[float, ...]) -> None:
    assert tuple(round(getattr(peer, field), 6) for peer in v7()) == values


def test_the_ends_are_as_far_above_as_below() -> None:
    for peer in v7():
        assert peer.upper - peer.estimate == pytest.approx(peer.estimate - peer.lower, rel=1e-9)
        assert peer.upper - peer.lower == pytest.approx(2 * 1.959964 * peer.sd, rel=1e-6)


def test_five_best_answers_no_longer_come_out_first() -> None:
    assert max(PEERS, key=lambda peer: peer.mean) is PEERS[6]
    raw, found = float(PEERS[6].mean), v7()[6]
    assert found.estimate < 3.81 < raw
    assert found.lower < min(peer.lower for peer in v7()[:3])


def test_below_eight_peers_nothing_is_shrunk() -> None:
    assert shrinkage(group_of(PEERS[:7])) is None
    assert shrinkage(None) is None


def test_peers_who_differ_less_than_chance_are_drawn_as_far_as_morris_allows() -> None:
    found = shrinkage(group_of([item_moments((5, 5, 5, 5))] * 4 + [item_moments((5, 5, 4, 6))] * 4))
    assert found
    assert [peer.weight for peer in found] == pytest.approx([5 / 7] * 8, rel=1e-12)


def test_more_confidence_widens_the_interval_and_leaves_the_estimate() -> None:
    wide = shrinkage(group_of(PEERS), confidence=0.998)
    assert wide
    for narrow, peer in zip(v7(), wide, strict=True):
        assert (peer.estimate, peer.sd, peer.weight) == (narrow.estimate, narrow.sd, narrow.weight)
        assert peer.lower < narrow.lower < narrow.upper < peer.upper


@given(groups)
def test_an_estimate_lies_between_its_own_mean_and_the_common_one(histograms: list[list[int]]) -> None:
    group = group_of([item_moments(histogram) for histogram in histograms])
    found = shrinkage(group)
    assert found
    for mean, shrunk in zip(group.means, found, strict=True):
        ends = sorted([mean, group.mean])
        assert ends[0] - 1e-9 <= shrunk.estimate <= ends[1] + 1e-9
        assert 0 < shrunk.weight < 1
        assert shrunk.lower < shrunk.estimate < shrunk.upper
