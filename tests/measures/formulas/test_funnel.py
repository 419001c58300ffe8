"""The funnel of a peer group (statistics.md §8)."""

import subprocess
import sys
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.optimize import brentq

from app.measures.rules.formulas.between import peer_group
from app.measures.rules.formulas.funnel import (
    ALARM,
    WARNING,
    Beyond,
    Funnel,
    binomial_quantile,
    chance_z,
    curve_sizes,
    funnel,
)
from app.measures.rules.formulas.moments import Moments, item_moments, merged
from tests.measures.formulas.peers import PEERS, group_of

answered = st.lists(st.integers(0, 300), min_size=4, max_size=4).filter(any)
groups = st.lists(answered.map(item_moments), min_size=8, max_size=15)


def v8() -> Funnel:
    found = funnel(group_of(PEERS))
    assert found
    return found


def rounded(values: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(round(value, 6) for value in values)


def test_v8_z_against_chance_alone() -> None:
    group, mean = group_of(PEERS), merged(PEERS).mean
    z = tuple(chance_z(peer, mean, v) for peer, v in zip(PEERS, group.variances, strict=True))
    assert rounded(z) == (
        3.255730, 0.549696, 1.778720, -2.229536, -0.359205, 1.981318, 1.668936, -5.403579,
    )  # fmt: skip


def test_v8b_z_and_p_against_the_ordinary_differences_of_the_others() -> None:
    assert rounded(v8().adjusted_z) == (
        0.941853, 0.027761, 0.990720, -0.776183, -0.349636, 0.266910, 1.229932, -2.858885,
    )  # fmt: skip
    assert rounded(v8().p) == (0.382626, 0.978753, 0.360078, 0.467125, 0.738557, 0.798475, 0.264757, 0.028844)


# μ 3.504300, σ² 0.512112 and τ² 0.080188 are those of V7; t with six degrees of freedom.
@pytest.mark.parametrize(("coverage", "t"), [(WARNING, 2.446912), (ALARM, 5.207626)])
@pytest.mark.parametrize("n", [5, 60, 400])
def test_limits_lie_t_deviations_from_the_common_mean(coverage: float, t: float, n: int) -> None:
    reach = t * sqrt(0.512112 / n + 0.080188)
    assert v8().around.limits(n, coverage, low=-10, high=10) == pytest.approx(
        (3.5043 - reach, 3.5043 + reach), abs=1e-5
    )


def test_limits_are_cut_at_the_scale() -> None:
    lower, upper = v8().around.limits(60)
    assert lower == pytest.approx(2.775451, abs=1e-6)
    assert upper == 4
    assert v8().around.limits(1, low=3) == (3, 4)


@pytest.mark.parametrize("n", [0, 1, 7, 300])
@pytest.mark.parametrize("share", [0.0, 0.08, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("probability", [0.001, 0.4, 0.999])
def test_the_binomial_quantile_is_that_of_scipy(n: int, share: float, probability: float) -> None:
    assert binomial_quantile(probability, n, share) == stats.binom.ppf(probability, n, share)


def test_below_eight_peers_nobody_is_judged() -> None:
    assert funnel(group_of(PEERS[:7])) is None
    assert funnel(peer_group(PEERS[:1])) is None


def test_unanimous_peers_have_no_funnel() -> None:
    unanimous = [item_moments((0, 0, 0, 5)), item_moments((0, 0, 7, 0))] * 4
    assert funnel(peer_group(unanimous)) is None


def test_equal_peers_lie_in_the_middle() -> None:
    found = funnel(group_of(PEERS[:1] * 8))
    assert found
    assert chance_z(PEERS[0], PEERS[0].mean, 0.1) == 0
    assert found.adjusted_z == pytest.approx([0] * 8, abs=1e-9)
    assert found.p == pytest.approx([1] * 8)


def test_who_is_far_off_does_not_hide_in_a_spread_of_their_own_making() -> None:
    """Winsorised, and with everybody in one τ², one of eight can hardly be found."""
    peers = [item_moments((0, 10, 40, 50 + 3 * place)) for place in range(7)] + [item_moments((60, 30, 10, 0))]
    found = funnel(group_of(peers))
    assert found
    assert abs(found.adjusted_z[-1]) > 20 > 5 > max(map(abs, found.adjusted_z[:-1]))
    assert [found.around.beyond(peer) for peer in peers] == [Beyond.nothing] * 7 + [Beyond.warning]


@given(groups)
def test_distances_are_those_of_each_group_of_others(peers: list[Moments]) -> None:
    group = peer_group(peers)
    found = funnel(group)
    if found and group:
        others = [each for place, each in enumerate(zip(group.means, group.variances, strict=True)) if place]
        tau_squared = others_tau_squared(others)
        total = sum(1 / (v + tau_squared) for _, v in others)
        mean = sum(x / (v + tau_squared) for x, v in others) / total
        own = (group.means[0] - mean) / sqrt(group.variances[0] + tau_squared + 1 / total)
        assert found.adjusted_z[0] == pytest.approx(own, rel=1e-6, abs=1e-6)
        assert found.p[0] == pytest.approx(2 * stats.t.sf(abs(own), len(peers) - 2), rel=1e-5)


def others_tau_squared(others: list[tuple[float, float]]) -> float:
    """τ² by halving, slowly and surely."""

    def excess(tau_squared: float) -> float:
        weights = [1 / (v + tau_squared) for _, v in others]
        mean = sum(w * x for w, (x, _) in zip(weights, others, strict=True)) / sum(weights)
        return sum(w * (x - mean) ** 2 for w, (x, _) in zip(weights, others, strict=True)) - (len(others) - 1)

    return float(brentq(excess, 0, 100, xtol=1e-14)) if excess(0) > 0 else 0.0


@given(groups, st.integers(1, 10**6))
def test_limits_hold_the_mean_and_nest(peers: list[Moments], n: int) -> None:
    found = funnel(peer_group(peers))
    if found:
        lower, upper = found.around.limits(n)
        wide = found.around.limits(n, ALARM)
        assert 1 <= wide[0] <= lower <= found.around.mean <= upper <= wide[1] <= 4


def test_importing_the_measures_imports_neither_scipy_nor_numpy() -> None:
    code = (
        "import sys, app.measures.rules.formulas.alarms, app.screening.rules.tails,"
        " app.measures.rules.comparison, app.measures.rules.formulas.channels;"
        " sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@given(groups)
def test_a_mean_lies_beyond_the_limits_that_are_drawn(peers: list[Moments]) -> None:
    found = funnel(peer_group(peers))
    if found:
        for peer in peers:
            warning, alarm = (found.around.limits(peer.n, each, low=-99, high=99) for each in (WARNING, ALARM))
            mean = float(peer.mean)
            expected = (
                Beyond.alarm
                if not alarm[0] <= mean <= alarm[1]
                else Beyond.nothing
                if warning[0] <= mean <= warning[1]
                else Beyond.warning
            )
            assert found.around.beyond(peer) is expected


def test_far_enough_a_mean_lies_beyond_every_limit() -> None:
    peers = [item_moments((0, 0, place % 2, 200)) for place in range(30)] + [item_moments((0, 100, 100, 0))]
    found = funnel(group_of(peers))
    assert found
    assert found.around.beyond(peers[-1]) is Beyond.alarm
    assert found.around.beyond(peers[0]) is Beyond.nothing


@given(least=st.integers(1, 10_000), more=st.integers(0, 100_000), points=st.integers(2, 60))
def test_a_curve_goes_from_end_to_end_without_a_size_twice(least: int, more: int, points: int) -> None:
    sizes = curve_sizes(least, least + more, points)
    assert (sizes[0], sizes[-1]) == (least, least + more)
    assert list(sizes) == sorted(set(sizes))
    assert len(sizes) <= points
