"""Means drawn towards the mean of the peers (statistics.md §7)."""

from math import fsum
from statistics import variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.measures.rules.formulas.moments import NOTHING, item_moments, merged
from app.measures.rules.formulas.shrinkage import Shrinkage, paule_mandel, shrinkage
from tests.measures.formulas.peers import PEERS

histograms = st.lists(st.integers(0, 50), min_size=4, max_size=4).filter(any)
groups = st.lists(histograms, min_size=8, max_size=15).filter(lambda peers: any(sum(map(bool, p)) > 1 for p in peers))


def v7() -> Shrinkage:
    found = shrinkage(PEERS)
    assert found
    return found


def test_v7_the_group() -> None:
    found = v7()
    assert (round(found.tau_squared, 6), round(found.mean, 6), round(found.noise, 6)) == (0.080188, 3.504300, 0.022589)
    assert found.confidence == 0.95


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
    assert tuple(round(getattr(peer, field), 6) for peer in v7().peers) == values


def test_the_ends_are_as_far_above_as_below() -> None:
    for peer in v7().peers:
        assert peer.upper - peer.estimate == pytest.approx(peer.estimate - peer.lower, rel=1e-9)
        assert peer.upper - peer.lower == pytest.approx(2 * 1.959964 * peer.sd, rel=1e-6)


def test_five_best_answers_no_longer_come_out_first() -> None:
    assert max(PEERS, key=lambda peer: peer.mean) is PEERS[6]
    raw, found = float(PEERS[6].mean), v7().peers[6]
    assert found.estimate < 3.81 < raw
    assert found.lower < min(peer.lower for peer in v7().peers[:3])


def test_below_eight_peers_nothing_is_shrunk() -> None:
    assert shrinkage(PEERS[:7]) is None
    assert shrinkage(PEERS[:1]) is None
    assert shrinkage([]) is None


@pytest.mark.parametrize("n", [1, 20])
def test_without_variance_within_peers_nothing_is_shrunk(n: int) -> None:
    assert shrinkage([item_moments((0, 0, 0, n)), item_moments((0, 0, n, 0))] * 4) is None


def test_a_peer_without_answers_is_refused() -> None:
    with pytest.raises(ZeroDivisionError):
        shrinkage([*PEERS, NOTHING])


def test_peers_who_differ_less_than_chance_are_drawn_as_far_as_morris_allows() -> None:
    found = shrinkage([item_moments((5, 5, 5, 5))] * 4 + [item_moments((5, 5, 4, 6))] * 4)
    assert found
    assert found.tau_squared == 0
    assert [peer.weight for peer in found.peers] == pytest.approx([5 / 7] * 8, rel=1e-12)


def test_more_confidence_widens_the_interval_and_leaves_the_estimate() -> None:
    wide = shrinkage(PEERS, confidence=0.998)
    assert wide
    for narrow, peer in zip(v7().peers, wide.peers, strict=True):
        assert (peer.estimate, peer.sd, peer.weight) == (narrow.estimate, narrow.sd, narrow.weight)
        assert peer.lower < narrow.lower < narrow.upper < peer.upper


def test_with_equal_sampling_variances_tau_squared_is_the_plain_variance_less_the_sampling_variance() -> None:
    means = [3.1, 3.4, 3.5, 3.9, 2.8]
    assert paule_mandel(means, [0.02] * 5) == pytest.approx(variance(means) - 0.02, rel=1e-12)


def test_tau_squared_is_0_for_equal_means_and_found_beside_hardly_any_sampling_variance() -> None:
    assert paule_mandel([3.5] * 8, [0.1] * 8) == 0
    means = [3.1, 3.4, 3.5, 3.9, 2.8]
    assert paule_mandel(means, [1e-18] * 5) == pytest.approx(variance(means), rel=1e-12)


@given(groups)
def test_tau_squared_solves_the_equation_of_paule_and_mandel(histograms: list[list[int]]) -> None:
    peers = [item_moments(histogram) for histogram in histograms]
    found = shrinkage(peers)
    assert found
    within = fsum(peer.squares for peer in peers) / sum(peer.n - 1 for peer in peers)
    scatter = fsum((float(peer.mean) - found.mean) ** 2 / (within / peer.n + found.tau_squared) for peer in peers)
    if found.tau_squared > 1e-9:
        assert scatter == pytest.approx(len(peers) - 1, rel=1e-6)
    else:
        assert scatter <= len(peers) - 1 + 1e-6


@given(groups)
def test_an_estimate_lies_between_its_own_mean_and_the_common_one(histograms: list[list[int]]) -> None:
    peers = [item_moments(histogram) for histogram in histograms]
    found = shrinkage(peers)
    assert found
    for peer, shrunk in zip(peers, found.peers, strict=True):
        ends = sorted([float(peer.mean), found.mean])
        assert ends[0] - 1e-9 <= shrunk.estimate <= ends[1] + 1e-9
        assert 0 < shrunk.weight < 1
        assert shrunk.lower < shrunk.estimate < shrunk.upper


@given(groups, groups)
def test_any_split_and_any_order_of_peers_give_the_same_to_the_bit(
    first: list[list[int]], second: list[list[int]]
) -> None:
    parts = list(zip(first, second, strict=False))
    split = [merged([item_moments(one), item_moments(other)]) for one, other in parts]
    whole = [item_moments([a + b for a, b in zip(one, other, strict=True)]) for one, other in parts]
    found, turned = shrinkage(split), shrinkage(whole[::-1])
    assert found == shrinkage(whole)
    assert (found and found.peers) == (turned and turned.peers[::-1])
