"""How a peer group spreads, with everybody and without each (statistics.md §7 and §8)."""

from math import fsum
from statistics import variance

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.measures.rules.formulas.between import (
    ROWS,
    PeerGroup,
    paule_mandel,
    peer_group,
    weighted,
    within_variance,
    without_each,
)
from app.measures.rules.formulas.moments import NOTHING, Moments, item_moments, merged
from tests.measures.formulas.peers import PEERS, group_of

answered = st.lists(st.integers(0, 300), min_size=4, max_size=4).filter(any)
groups = st.lists(answered.map(item_moments), min_size=3, max_size=15)
MEANS = [3.1, 3.4, 3.5, 3.9, 2.8]


def test_v7_the_group() -> None:
    found = group_of(PEERS)
    assert (round(found.within, 6), round(found.between, 6), round(found.mean, 6)) == (0.512112, 0.080188, 3.504300)
    assert [round(mean, 6) for mean in found.means] == [
        3.766667, 3.516667, 3.833333, 3.2875, 3.375, 3.585714, 4, 2.966667,
    ]  # fmt: skip


def test_v8b_what_the_others_alone_say_of_each() -> None:
    found = without_each(group_of(PEERS))
    assert [round(others.between, 6) for others in found] == [
        0.081876, 0.097451, 0.080461, 0.086401, 0.095037, 0.096038, 0.073193, 0.030184,
    ]  # fmt: skip
    assert [round(others.mean, 6) for others in found] == [
        3.460469, 3.506906, 3.465931, 3.543558, 3.521418, 3.494317, 3.466144, 3.578769,
    ]  # fmt: skip


def test_within_needs_somebody_with_two_answers() -> None:
    assert within_variance([]) is None
    assert within_variance([item_moments((1, 0, 0, 0)), item_moments((0, 0, 0, 1))]) is None
    assert within_variance([item_moments((0, 0, 0, 5)), item_moments((0, 0, 7, 0))]) == 0


@pytest.mark.parametrize(
    "peers",
    [
        [],
        PEERS[:1],
        [item_moments((0, 0, 0, 5)), item_moments((0, 0, 7, 0))],
        [item_moments((1, 0, 0, 0)), item_moments((0, 0, 0, 1))],
    ],
)
def test_alone_unanimous_or_with_one_answer_each_there_is_no_group(peers: list[Moments]) -> None:
    assert peer_group(peers) is None


def test_a_peer_without_answers_is_refused() -> None:
    with pytest.raises(ZeroDivisionError):
        peer_group([*PEERS, NOTHING])


def test_peers_that_differ_less_than_chance_do_not_differ() -> None:
    found = group_of([item_moments((5, 0, 0, 5))] * 8)
    assert (found.between, found.icc) == (0, 0)
    assert {others.between for others in without_each(found)} == {0}


def test_equal_means_beside_one_that_is_far_off() -> None:
    """Without the one, nothing is left to differ; with it, everybody seems to."""
    found = group_of([item_moments((0, 0, 20, 20))] * 7 + [item_moments((30, 10, 0, 0))])
    first, *_, last = without_each(found)
    assert (last.between, last.mean) == (0, 3.5)
    assert first.between > found.between > 0.3


@pytest.mark.parametrize("answers", [10**4, 10**7, 10**10])
def test_a_unit_with_very_many_answers_beside_small_ones_is_no_trouble(answers: int) -> None:
    found = group_of([item_moments((0, place, 9, 9)) for place in range(9)] + [item_moments((0, 0, answers, answers))])
    own = without_each(found)
    assert own[-1].between == pytest.approx(paule_mandel(found.means[:-1], found.variances[:-1]), rel=1e-9)
    assert own[0].between == pytest.approx(paule_mandel(found.means[1:], found.variances[1:]), rel=1e-9)


def test_with_equal_sampling_variances_tau_squared_is_the_plain_variance_less_the_sampling_variance() -> None:
    assert paule_mandel(MEANS, [0.02] * 5) == pytest.approx(variance(MEANS) - 0.02, rel=1e-12)


def test_tau_squared_is_0_for_equal_means_and_found_beside_hardly_any_sampling_variance() -> None:
    assert paule_mandel([3.5] * 8, [0.1] * 8) == 0
    assert paule_mandel(MEANS, [1e-18] * 5) == pytest.approx(variance(MEANS), rel=1e-12)


@given(st.lists(answered, min_size=3, max_size=12), st.integers(2, 40))
def test_with_equal_numbers_it_is_the_intraclass_correlation_of_fisher(histograms: list[list[int]], n: int) -> None:
    """ICC = (MSB - MSW)/(MSB + (n - 1)MSW), and 0 where that is negative: what the analysis of variance gives."""
    shares = [[share * n // max(sum(each), 1) for share in each] for each in histograms]
    peers = [item_moments([n - sum(each[1:]), *each[1:]]) for each in shares]
    found = peer_group(peers)
    if found:
        total = merged(peers).mean
        between = float(sum(n * (peer.mean - total) ** 2 for peer in peers)) / (len(peers) - 1)
        icc = (between - found.within) / (between + (n - 1) * found.within)
        assert found.icc == pytest.approx(max(0.0, icc), abs=1e-9)


@given(groups)
def test_tau_squared_solves_the_equation_of_paule_and_mandel(peers: list[Moments]) -> None:
    found = peer_group(peers)
    if found:
        scatter = fsum(
            (x - found.mean) ** 2 / (v + found.between) for x, v in zip(found.means, found.variances, strict=True)
        )
        if found.between:
            assert scatter == pytest.approx(len(peers) - 1, rel=1e-9)
        else:
            assert scatter <= len(peers) - 1 + 1e-9


@given(groups)
def test_without_each_is_the_group_of_the_others(peers: list[Moments]) -> None:
    found = peer_group(peers)
    if found:
        for place, others in enumerate(without_each(found)):
            means = [*found.means[:place], *found.means[place + 1 :]]
            variances = [*found.variances[:place], *found.variances[place + 1 :]]
            tau_squared = paule_mandel(means, variances)
            weights = [1 / (v + tau_squared) for v in variances]
            assert others.between == pytest.approx(tau_squared, rel=1e-9, abs=1e-9)
            assert others.mean == pytest.approx(weighted(weights, means), rel=1e-9)
            assert others.variance == pytest.approx(1 / fsum(weights), rel=1e-9)


def test_a_large_group_is_worked_out_in_parts_as_a_whole() -> None:
    many = group_of([item_moments((place % 7, 5, 10 + place % 5, 30)) for place in range(2 * ROWS + 3)])
    found = without_each(many)
    assert len(found) == 2 * ROWS + 3
    for place in (0, ROWS - 1, ROWS, 2 * ROWS + 2):
        others = [at for at in range(len(many.means)) if at != place]
        alone = paule_mandel([many.means[at] for at in others], [many.variances[at] for at in others])
        assert found[place].between == pytest.approx(alone, rel=1e-9)


@given(st.lists(answered, min_size=2, max_size=12), st.lists(answered, min_size=2, max_size=12))
def test_any_split_and_any_order_of_peers_give_the_same_to_the_bit(
    first: list[list[int]], second: list[list[int]]
) -> None:
    parts = list(zip(first, second, strict=False))
    split = [merged([item_moments(one), item_moments(other)]) for one, other in parts]
    whole = [item_moments([a + b for a, b in zip(one, other, strict=True)]) for one, other in parts]
    found, turned = peer_group(split), peer_group(whole[::-1])
    assert found == peer_group(whole)
    if found and turned:
        assert turned == PeerGroup(found.within, found.between, found.mean, found.means[::-1], found.variances[::-1])
