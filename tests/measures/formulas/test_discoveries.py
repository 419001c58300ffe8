"""Many comparisons at once (statistics.md §9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.measures.rules.formulas.discoveries import FALSE_DISCOVERY_RATE, q_values, two_sided_p
from app.measures.rules.formulas.funnel import funnel
from tests.measures.formulas.peers import PEERS, group_of

# Against chance alone, with the normal distribution.
Z = (3.255730, 0.549696, 1.778720, -2.229536, -0.359205, 1.981318, 1.668936, -5.403579)
P = [float(2 * stats.norm.sf(abs(z))) for z in Z]

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_v9_q_values() -> None:
    q = q_values(P)
    assert [round(each, 6) for each in q] == [
        0.004524,
        0.665746,
        0.120457,
        0.068742,
        0.719442,
        0.095111,
        0.126840,
        0.000001,
    ]


def test_v9_small_p_alone_is_no_discovery() -> None:
    q = q_values(P)
    assert [each < FALSE_DISCOVERY_RATE for each in q] == [True, *[False] * 6, True]


def test_v8b_against_ordinary_differences_nobody_stands_out() -> None:
    found = funnel(group_of(PEERS))
    assert found
    assert [round(each, 6) for each in q_values(found.p)] == [
        0.747400, 0.978753, 0.747400, 0.747400, 0.912543, 0.912543, 0.747400, 0.230750,
    ]  # fmt: skip


def test_nobody_compared_nobody_found() -> None:
    assert q_values([]) == ()


def test_one_test_is_not_adjusted() -> None:
    assert q_values([0.03]) == (0.03,)


@given(p_values)
def test_q_values_are_those_of_scipy(p: list[float]) -> None:
    assert q_values(p) == pytest.approx(list(stats.false_discovery_control(p)), rel=1e-12, abs=1e-300)


@given(st.lists(st.floats(-30, 30)), st.integers(1, 5_000))
def test_p_is_that_of_scipy(t: list[float], freedom: int) -> None:
    assert two_sided_p(t, freedom) == pytest.approx([2 * stats.t.sf(abs(each), freedom) for each in t], rel=1e-9)
