"""Reliability among peers, and the ladder of uses (statistics.md §6)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.disclosure.rules.minimum import SMALLEST_N
from app.measures.rules.formulas.moments import NOTHING, item_moments, merged
from app.measures.rules.formulas.reliability import COACHING_N, Anova, Use, anova, reliability, use_of
from tests.measures.formulas.peers import PEERS

histograms = st.lists(st.integers(0, 30), min_size=4, max_size=4).filter(any)


def v6() -> Anova:
    found = anova(PEERS)
    assert found
    return found


def test_v6_means_of_the_peers() -> None:
    assert [peer.n for peer in PEERS] == [60, 60, 12, 80, 8, 140, 5, 60]
    means = [round(float(peer.mean), 6) for peer in PEERS]
    assert means == [3.766667, 3.516667, 3.833333, 3.2875, 3.375, 3.585714, 4, 2.966667]


def test_v6_analysis_of_variance() -> None:
    found = v6()
    assert (found.peers, found.n, round(float(found.mean), 6)) == (8, 425, 3.465882)
    assert found.within
    assert found.f
    assert found.icc
    assert (round(found.between, 6), round(found.within, 6)) == (4.029243, 0.512112)
    assert (round(float(found.size), 6), round(found.f, 6), round(found.icc, 6)) == (48.266218, 7.867898, 0.124567)


def test_v6_reliability_of_each_peer() -> None:
    found = [reliability(peer.n, v6().icc) for peer in PEERS]
    assert [round(each, 6) for each in found if each] == [
        0.895151,
        0.895151,
        0.630656,
        0.919246,
        0.532347,
        0.952201,
        0.415704,
        0.895151,
    ]


def test_reliability_is_the_part_of_the_variance_between_peers() -> None:
    tau_squared, within = 0.08, 0.52
    icc = tau_squared / (tau_squared + within)
    assert reliability(40, icc) == pytest.approx(tau_squared / (tau_squared + within / 40), rel=1e-12)


def test_an_unknown_icc_stays_unknown_and_a_negative_one_counts_as_none() -> None:
    assert reliability(500, None) is None
    assert reliability(500, -0.01) == 0
    assert reliability(0, 0.2) == 0


def test_peers_who_differ_less_than_chance_have_a_negative_icc() -> None:
    found = anova([item_moments((5, 0, 0, 5))] * 3)
    assert found
    assert found.icc is not None
    assert found.icc < 0
    assert (found.between, found.f) == (0, 0)
    assert reliability(10, found.icc) == 0


def test_below_two_peers_there_is_nothing_to_analyse() -> None:
    assert anova([]) is None
    assert anova(PEERS[:1]) is None


@pytest.mark.parametrize(
    "peers",
    [
        [(0, 0, 0, 40), (0, 0, 0, 60)],
        [(0, 0, 0, 40), (0, 0, 60, 0)],
    ],
)
def test_unanimous_peers_tell_nothing_about_chance(peers: list[tuple[int, ...]]) -> None:
    found = anova([item_moments(peer) for peer in peers])
    assert found
    assert (found.within, found.f, found.icc) == (0, None, None)


def test_one_answer_each_leaves_no_variance_within() -> None:
    found = anova([item_moments((0, 0, 0, 1)), item_moments((1, 0, 0, 0))])
    assert found
    assert (found.between, found.size) == (4.5, Fraction(1))
    assert (found.within, found.f, found.icc) == (None, None, None)


def test_a_peer_without_answers_is_refused() -> None:
    with pytest.raises(ZeroDivisionError):
        anova([*PEERS, NOTHING])


@given(st.lists(histograms, min_size=2, max_size=8))
def test_f_agrees_with_scipy_on_the_single_answers(peers: list[list[int]]) -> None:
    found = anova([item_moments(peer) for peer in peers])
    assert found
    assert 1 <= found.size <= found.n / found.peers
    if found.f is not None:
        rows = [[score for score, n in enumerate(peer, start=1) for _ in range(n)] for peer in peers]
        assert found.f == pytest.approx(stats.f_oneway(*rows).statistic, rel=1e-6, abs=1e-9)


@given(st.lists(st.lists(histograms, min_size=1, max_size=4), min_size=2, max_size=8))
def test_any_split_and_any_order_of_peers_give_the_same_to_the_bit(peers: list[list[list[int]]]) -> None:
    split = [merged(item_moments(part) for part in parts) for parts in peers]
    whole = [item_moments([sum(column) for column in zip(*parts, strict=True)]) for parts in peers]
    assert anova(split) == anova(whole) == anova(whole[::-1])


@pytest.mark.parametrize(
    ("n", "r", "flagged", "use"),
    [
        (0, None, False, Use.nothing),
        (9, 0.99, True, Use.nothing),
        (10, 0.99, True, Use.coaching),
        (29, 0.99, True, Use.coaching),
        (30, 0.69, True, Use.coaching),
        (30, 0.70, False, Use.appraisal),
        (30, 0.79, True, Use.appraisal),
        (30, 0.80, False, Use.appraisal),
        (30, 0.80, True, Use.consequence),
        (5000, None, True, Use.coaching),
        (5000, 0.0, True, Use.coaching),
    ],
)
def test_the_ladder(n: int, r: float | None, flagged: bool, use: Use) -> None:
    assert use_of(n, r, flagged=flagged) is use


def test_the_ladder_begins_where_a_figure_is_shown_at_all() -> None:
    assert COACHING_N == SMALLEST_N
    assert [*Use] == ["nothing", "coaching", "appraisal", "consequence"]


def test_without_peers_a_thousand_answers_are_for_coaching() -> None:
    found = anova([item_moments((0, 0, 500, 500))])
    assert found is None
    assert use_of(1000, reliability(1000, None), flagged=True) is Use.coaching
