"""The interval of the share of steps done holds the truth often enough, however the steps of a service depend."""

from math import comb

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.measures.rules.formulas.shares import share_of
from app.measures.rules.formulas.step_shares import step_interval
from tests.effort import sized


def test_where_all_services_have_as_many_steps_it_is_that_of_the_services() -> None:
    # Forty services of five steps each: as sure as a share of forty.
    told = share_of(30, 40)
    assert step_interval(200, 150, 40 * 25) == pytest.approx((told.lower, told.upper))


def test_at_the_edges_the_ends_are_exactly_none_and_all() -> None:
    assert step_interval(200, 200, 1_000)[1] == 1.0
    assert step_interval(200, 0, 1_000)[0] == 0.0


@pytest.mark.parametrize(("due", "done"), [(10, 11), (10, -1), (0, 0)])
def test_more_than_was_due_is_no_share(due: int, done: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        step_interval(due, done, 10)


@pytest.mark.hypothesis
@given(st.lists(st.integers(1, 12), min_size=10, max_size=60), st.data())
def test_services_of_unequal_length_make_it_wider_never_narrower_than_their_number(
    lengths: list[int], data: st.DataObject
) -> None:
    due = sum(lengths)
    done = data.draw(st.integers(0, due))
    lower, upper = step_interval(due, done, sum(d * d for d in lengths))
    assert 0 <= lower <= done / due + 1e-12
    assert done / due - 1e-12 <= upper <= 1
    # As many services of the same length would be at least as sure.
    mean = due / len(lengths)
    even = step_interval(due, done, round(len(lengths) * mean * mean))
    assert upper - lower >= even[1] - even[0] - 1e-3


@pytest.mark.parametrize("truth", [0.5, 0.8, 0.9, 0.95, 0.98])
@pytest.mark.parametrize("n", sized((30,), (10, 30, 100)))
def test_it_holds_the_truth_where_a_service_has_all_steps_done_or_none(truth: float, n: int) -> None:
    """The most that steps can depend on each other, summed over all outcomes."""
    held = 0.0
    for k in range(n + 1):
        lower, upper = step_interval(5 * n, 5 * k, 25 * n)
        if lower <= truth <= upper:
            held += comb(n, k) * truth**k * (1 - truth) ** (n - k)
    # Wilson's interval swings around 95 %; for single services it is the one that reports have everywhere.
    assert held >= 0.92
