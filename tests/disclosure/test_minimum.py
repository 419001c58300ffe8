"""Figures are shown from ten told ratings on, whatever they are about, and nothing of fewer, not even how many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.rules.minimum import SMALLEST_N, SMALLEST_PRECISE_N, about_person
from app.disclosure.rules.released import Released, State, Withheld, left_out
from app.disclosure.rules.without_answers import ShownTickets, shown_count, shown_reasons, shown_tickets
from app.indices.presenting import dimension_out, index_out, is_rough
from app.indices.rules.figures import Beside, Group, IndexRow, OpenAnswers, Scoring, figures, index_row
from app.instruments.loading import shipped
from app.ratings.rules.selection import By
from app.tickets.rules.lifecycle import TicketSum
from tests.cells import block, cell, told

IKL = shipped()["ikl-1"]
SCORING = Scoring(IKL, "exact", "2017")


GROUP = Group("E017", "Siti")
SUPPRESSED = IndexRow(GROUP, State.suppressed, n=None, waiting=None, figures=None, beside=None)


def released(n: int, waiting: int = 0) -> Released:
    """n told ratings in one block, and some that wait."""
    return told([block(IKL, {"434": n - n // 2, "333": n // 2})] if n else [], waiting)


def held(n: int) -> Beside:
    """So many held ratings beside a row."""
    return Beside(OpenAnswers(0, None), shown_count(n), {}, None)


def shown(n: int, waiting: int = 0, beside: Beside | None = None) -> IndexRow:
    """The row as it is shown."""
    return index_row(SCORING, GROUP, released(n, waiting), beside or held(0))


@pytest.mark.parametrize(
    ("employee", "by", "personal"),
    [
        (None, None, False),
        (None, By.office, False),
        (None, By.employee, True),
        ("E017", None, True),
        ("E017", By.month, True),
        ("E017", By.employee, True),
    ],
)
def test_a_row_is_about_a_person_when_one_is_named_or_every_row_is_one(
    employee: str | None, by: By | None, personal: bool
) -> None:
    assert about_person(employee, by) is personal


def test_nine_ratings_leave_nothing_but_the_name() -> None:
    assert SMALLEST_N == 10
    assert shown(0, waiting=9, beside=held(30)) == SUPPRESSED


def test_ten_ratings_are_shown_whole() -> None:
    whole = figures(SCORING, cell(IKL, {"434": 5, "333": 5}))
    assert shown(10, beside=held(13)) == IndexRow(GROUP, State.exact, 10, None, whole, held(13))


def test_held_ratings_do_not_help_to_reach_ten() -> None:
    assert shown(0, waiting=9, beside=held(50)) == SUPPRESSED


def test_a_group_without_any_rating_is_not_told_from_one_with_few() -> None:
    assert shown(0) == shown(0, waiting=9) == SUPPRESSED


@given(st.integers(1, 60).map(lambda n: n + 9), st.integers(0, 30))
def test_a_row_is_shown_where_at_most_nine_or_a_tenth_is_left_out_and_else_not_at_all(n: int, waiting: int) -> None:
    row = shown(n, waiting)
    if waiting <= 9 or waiting / (n + waiting) <= 0.1:
        assert (row.n, row.waiting) == (n, left_out(waiting))
        assert row.figures == shown(n).figures
    else:
        assert row == SUPPRESSED


def test_a_row_without_figures_has_too_few_ratings_or_too_many_that_are_told_in_larger_sums() -> None:
    cases = {(0, 0): "few", (0, 9): "few", (0, 10): "difference", (10, 0): None, (10, 9): None, (10, 10): "difference"}
    for (n, waiting), withheld in cases.items():
        assert released(n, waiting).withheld == (None if withheld is None else Withheld(withheld))


def test_what_is_left_out_is_told_in_tens_and_never_as_one_to_nine() -> None:
    assert [left_out(n) for n in (0, 1, 9, 10, 19, 20, 1_234)] == [None, "<10", "<10", "10+", "10+", "20+", "1230+"]


def test_a_persons_means_and_indices_have_one_decimal_below_thirty_ratings() -> None:
    assert SMALLEST_PRECISE_N == 30
    assert [is_rough(n, personal=True) for n in (10, 29, 30)] == [True, True, False]
    assert not is_rough(10, personal=False)
    whole = figures(SCORING, cell(IKL, {"434": 9, "333": 11}))
    item, interval = whole.official.items[0], whole.items[0]
    of_item = dimension_out(IKL.items[0], item, interval, rough=True)
    assert (of_item.mean, of_item.index, of_item.grade) == ("3.5", "86.3", "B")
    of_all = index_out(IKL, whole.official.composite, whole.composite, rough=True)
    assert of_all
    assert of_all.interval
    assert of_all.mean_interval
    assert (of_all.mean, of_all.value, of_all.grade) == ("3.3", "82.5", "B")
    ends = (*(of_item.interval or ()), *of_all.mean_interval, of_all.interval.lower, of_all.interval.upper)
    assert len(ends) == 6
    assert all(len(end.partition(".")[2]) == 1 for end in ends)


def test_a_count_without_answers_is_none_or_ten_and_more() -> None:
    assert [shown_count(n) for n in (0, 1, 9, 10, 11)] == [0, None, None, 10, 11]


def test_reasons_are_told_only_where_each_is_none_or_ten_and_more() -> None:
    assert shown_reasons({}) == {}
    assert shown_reasons({"one-hour": 10, "burst": 12}) == {"burst": 12, "one-hour": 10}
    assert shown_reasons({"burst": 120, "one-hour": 9}) is None


@pytest.mark.parametrize(
    ("tickets", "seen"),
    [
        ((0, 0, 0), ShownTickets(0, 0, 0, None)),
        ((40, 30, 12), ShownTickets(40, 30, 12, 0.4)),
        ((40, 30, 0), ShownTickets(40, 30, 0, 0.0)),
        ((90, 70, 61), ShownTickets(90, 70, 61, 0.87)),
        ((40, 30, 9), ShownTickets(40, 30, None, None)),
        ((12, 9, 9), ShownTickets(12, None, None, None)),
        ((9, 9, 9), ShownTickets(None, None, None, None)),
    ],
)
def test_coverage_is_told_to_whole_per_cent_and_only_beside_both_counts_that_it_is_of(
    tickets: tuple[int, int, int], seen: ShownTickets
) -> None:
    assert shown_tickets(TicketSum(*tickets)) == seen
