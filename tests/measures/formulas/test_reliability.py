"""Reliability among peers, and the ladder of uses (statistics.md §6)."""

from math import ceil, floor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.rules.minimum import SMALLEST_N
from app.measures.rules.formulas.between import peer_group
from app.measures.rules.formulas.moments import item_moments
from app.measures.rules.formulas.reliability import COACHING_N, Use, reliability, use_of
from tests.measures.formulas.peers import PEERS, group_of

histograms = st.lists(st.integers(0, 30), min_size=4, max_size=4).filter(any)


def test_v6_reliability_of_each_peer() -> None:
    """From the τ² of the estimates and the funnel; the analysis of variance, 0.124567, gave less (decision 17)."""
    icc = group_of(PEERS).icc
    assert round(icc, 6) == 0.135385
    assert [round(found, 6) for peer in PEERS if (found := reliability(peer.n, icc))] == [
        0.903800, 0.903800, 0.652657, 0.926072, 0.556082, 0.956373, 0.439122, 0.903800,
    ]  # fmt: skip


@pytest.mark.parametrize(("wanted", "n"), [(0.7, 14.901526), (0.8, 25.545473)])
def test_v6_answers_needed(wanted: float, n: float) -> None:
    icc = group_of(PEERS).icc
    assert wanted * (1 - icc) / ((1 - wanted) * icc) == pytest.approx(n, abs=1e-6)
    assert [(found := reliability(whole, icc)) is not None and found >= wanted for whole in (floor(n), ceil(n))] == [
        False,
        True,
    ]


def test_reliability_is_the_part_of_the_variance_between_peers() -> None:
    tau_squared, within = 0.08, 0.52
    icc = tau_squared / (tau_squared + within)
    assert reliability(40, icc) == pytest.approx(tau_squared / (tau_squared + within / 40), rel=1e-12)


def test_an_unknown_icc_stays_unknown_and_none_makes_nothing_reliable() -> None:
    assert reliability(500, None) is None
    assert reliability(500, 0) == 0
    assert reliability(0, 0.2) == 0


@given(st.lists(histograms, min_size=2, max_size=8))
def test_reliability_is_that_of_the_estimates_variances(peers: list[list[int]]) -> None:
    """n ICC/(1 + (n - 1) ICC) = τ²/(τ² + σ²/n): one τ² for both."""
    moments = [item_moments(peer) for peer in peers]
    group = peer_group(moments)
    if group:
        for peer, v in zip(moments, group.variances, strict=True):
            assert reliability(peer.n, group.icc) == pytest.approx(group.between / (group.between + v), rel=1e-9)


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
    assert peer_group([item_moments((0, 0, 500, 500))]) is None
    assert use_of(1000, reliability(1000, None), flagged=True) is Use.coaching
