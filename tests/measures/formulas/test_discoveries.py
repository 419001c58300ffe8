"""Many comparisons at once (statistics.md §9)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.measures.rules.formulas.discoveries import FALSE_DISCOVERY_RATE, q_values, two_sided_p
from app.measures.rules.formulas.funnel import funnel
from tests.measures.formulas.peers import PEERS

Z = (3.255730, 0.549696, 1.778720, -2.229536, -0.359205, 1.981318, 1.668936, -5.403579)

p_values = st.lists(st.floats(0, 1), min_size=1, max_size=30)


def test_v9_p_from_z() -> None:
    p = [two_sided_p(z) for z in Z]
    assert [round(each, 6) for each in p[:-1]] == [
        0.001131,
        0.582528,
        0.075286,
        0.025778,
        0.719442,
        0.047556,
        0.095130,
    ]
    assert f"{p[-1]:.1e}" == "6.5e-08"


def test_v9_q_values() -> None:
    q = q_values([two_sided_p(z) for z in Z])
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
    q = q_values([two_sided_p(z) for z in Z])
    assert [each < FALSE_DISCOVERY_RATE for each in q] == [True, *[False] * 6, True]


def test_v9_against_ordinary_differences_nobody_stands_out() -> None:
    found = funnel(PEERS)
    assert found
    assert round(min(q_values([two_sided_p(z) for z in found.adjusted_z])), 6) == 0.147737


def test_nobody_compared_nobody_found() -> None:
    assert q_values([]) == ()


def test_one_test_is_not_adjusted() -> None:
    assert q_values([0.03]) == (0.03,)


@given(p_values)
def test_q_values_are_those_of_scipy(p: list[float]) -> None:
    assert q_values(p) == pytest.approx(list(stats.false_discovery_control(p)), rel=1e-12, abs=1e-300)


@given(st.floats(-30, 30))
def test_p_is_that_of_scipy(z: float) -> None:
    assert two_sided_p(z) == pytest.approx(2 * stats.norm.sf(abs(z)), rel=1e-9)
