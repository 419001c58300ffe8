"""The funnel of a peer group (statistics.md §8)."""

import subprocess
import sys
from fractions import Fraction
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.measures.rules.formulas.funnel import (
    ALARM,
    Beyond,
    between_variance,
    beyond,
    binomial_quantile,
    curve_sizes,
    funnel,
    overdispersion,
    within_variance,
)
from app.measures.rules.formulas.moments import Moments, item_moments
from tests.measures.formulas.peers import PEERS

answered = st.lists(st.integers(0, 300), min_size=4, max_size=4).filter(any)
groups = st.lists(answered.map(item_moments), min_size=2, max_size=12)


def rounded(values: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(round(value, 6) for value in values)


def test_v8_z_against_chance_and_against_ordinary_differences() -> None:
    found = funnel(PEERS)
    assert found
    assert (round(float(found.mean), 6), round(float(found.variance), 6)) == (3.465882, 0.512112)
    assert rounded(found.z) == (
        3.255730,
        0.549696,
        1.778720,
        -2.229536,
        -0.359205,
        1.981318,
        1.668936,
        -5.403579,
    )
    assert (round(found.dispersion, 6), round(found.between, 6)) == (3.873396, 0.036358)
    assert rounded(found.adjusted_z) == (
        1.419593,
        0.239684,
        1.307049,
        -0.862651,
        -0.286862,
        0.599039,
        1.433747,
        -2.356118,
    )


@pytest.mark.parametrize(("n", "lower"), [(60, 3.180388), (80, 3.218637), (140, 3.278982), (12, 2.827497)])
def test_v8_lower_limits_of_the_means(n: int, lower: float) -> None:
    found = funnel(PEERS)
    assert found
    assert round(found.limits(n, ALARM)[0], 6) == lower


@pytest.mark.parametrize(("coverage", "c"), [(0.95, 1.959964), (0.998, 3.090232)])
@pytest.mark.parametrize(("overdispersed", "between"), [(False, 0), (True, 0.036358)])
def test_v8_limits_lie_c_deviations_from_the_mean(
    coverage: float, c: float, overdispersed: bool, between: float
) -> None:
    found = funnel(PEERS)
    assert found
    reach = c * sqrt(0.512112 / 400 + between)
    lower, upper = found.limits(400, coverage, high=10, overdispersed=overdispersed)
    assert lower == pytest.approx(3.465882 - reach, abs=1e-5)
    assert upper == pytest.approx(3.465882 + reach, abs=1e-5)


def test_limits_are_cut_at_the_scale() -> None:
    found = funnel(PEERS)
    assert found
    lower, upper = found.limits(1)
    assert lower == pytest.approx(3.465882 - 1.959964 * sqrt(0.512112), abs=1e-5)
    assert upper == 4
    assert found.limits(1, low=3) == (3, 4)


@pytest.mark.parametrize("n", [0, 1, 7, 300])
@pytest.mark.parametrize("share", [0.0, 0.08, 0.5, 0.95, 1.0])
@pytest.mark.parametrize("probability", [0.001, 0.4, 0.999])
def test_the_binomial_quantile_is_that_of_scipy(n: int, share: float, probability: float) -> None:
    assert binomial_quantile(probability, n, share) == stats.binom.ppf(probability, n, share)


def test_overdispersion_draws_in_a_tenth_at_either_end() -> None:
    # Of 0, 1, …, 10 the tenths are 1 and 9: 1, 1, 2, …, 9, 9.
    squares = [1, 1, 4, 9, 16, 25, 36, 49, 64, 81, 81]
    assert overdispersion(range(11)) == pytest.approx(sum(squares) / 11)


def test_without_two_peers_there_is_no_funnel() -> None:
    assert funnel([]) is None
    assert funnel(PEERS[:1]) is None
    assert within_variance([]) is None


def test_unanimous_peers_have_no_funnel() -> None:
    unanimous = [item_moments((0, 0, 0, 5)), item_moments((0, 0, 7, 0))]
    assert within_variance(unanimous) == 0
    assert funnel(unanimous) is None


def test_peers_with_one_answer_each_have_no_variance_within() -> None:
    assert within_variance([item_moments((1, 0, 0, 0)), item_moments((0, 0, 0, 1))]) is None
    assert funnel([item_moments((1, 0, 0, 0)), item_moments((0, 0, 0, 1))]) is None


def test_a_peer_without_answers_is_an_error() -> None:
    with pytest.raises(ZeroDivisionError):
        funnel([*PEERS, item_moments((0, 0, 0, 0))])


def test_equal_peers_are_not_overdispersed() -> None:
    found = funnel(PEERS[:1] * 4)
    assert found
    assert (found.z, found.dispersion, found.between) == ((0.0,) * 4, 0, 0)
    assert found.adjusted_z == found.z
    assert between_variance(PEERS, Fraction(1, 2), 0.5) == 0


@given(groups)
def test_allowing_for_differences_never_moves_anybody_outwards(peers: list[Moments]) -> None:
    found = funnel(peers)
    if found:
        assert found.between >= 0
        assert sum(z * sqrt(peer.n) for z, peer in zip(found.z, peers, strict=True)) == pytest.approx(0, abs=1e-6)
        for z, adjusted in zip(found.z, found.adjusted_z, strict=True):
            assert z * adjusted >= 0
            assert abs(adjusted) <= abs(z)


@given(groups, st.integers(1, 10**6))
def test_limits_hold_the_mean_and_nest(peers: list[Moments], n: int) -> None:
    found = funnel(peers)
    if found:
        lower, upper = found.limits(n)
        wide = found.limits(n, ALARM)
        assert 1 <= wide[0] <= lower <= found.mean <= upper <= wide[1] <= 4


def test_importing_the_measures_imports_neither_scipy_nor_numpy() -> None:
    code = (
        "import sys, app.measures.rules.formulas.alarms, app.screening.rules.tails,"
        " app.measures.rules.formulas.case_mix, app.measures.rules.formulas.channels,"
        " app.measures.rules.formulas.ranks; sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_a_mean_lies_beyond_the_limit_that_its_distance_in_standard_errors_passes() -> None:
    found = funnel(PEERS)
    assert found
    assert [beyond(z) for z in found.adjusted_z] == [Beyond.nothing] * 7 + [Beyond.warning]
    assert [beyond(z) for z in (1.959, -1.961, 3.090, -3.091)] == [
        Beyond.nothing,
        Beyond.warning,
        Beyond.warning,
        Beyond.alarm,
    ]


@pytest.mark.parametrize("overdispersed", [True, False])
@given(group=groups)
def test_the_limits_say_the_same_as_the_distance(group: list[Moments], *, overdispersed: bool) -> None:
    found = funnel(group)
    if found is None:
        return
    for peer, z in zip(group, found.adjusted_z if overdispersed else found.z, strict=True):
        lower, upper = found.limits(peer.n, ALARM, overdispersed=overdispersed)
        if abs(abs(z) - 3.090232) > 1e-3:
            assert (beyond(z) is Beyond.alarm) == (not lower <= peer.mean <= upper)


@given(least=st.integers(1, 10_000), more=st.integers(0, 100_000), points=st.integers(2, 60))
def test_a_curve_goes_from_end_to_end_without_a_size_twice(least: int, more: int, points: int) -> None:
    sizes = curve_sizes(least, least + more, points)
    assert (sizes[0], sizes[-1]) == (least, least + more)
    assert list(sizes) == sorted(set(sizes))
    assert len(sizes) <= points
