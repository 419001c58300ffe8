"""A person's figures are shown from ten counted ratings on, and nothing of fewer, not even how many."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.disclosure.rules.minimum import SMALLEST_N, about_person
from app.indices.rules.figures import Group, IndexRow, Scoring, disclosed_row, index_row
from app.instruments.loading import shipped
from app.ratings.tallies.rules.query_plan import By

SCORING = Scoring(shipped()["ikl-1"], "exact", "2017")


GROUP = Group("E017", "Siti")


def sheets(n: int, held: int = 0) -> dict[str, dict[str, int]]:
    """n counted sheets and some held ones."""
    return {"counted": {"434": n - n // 2, "333": n // 2}, "held": {"111": held}}


def whole(n: int, held: int = 0) -> IndexRow:
    """The row with all its figures."""
    return index_row(SCORING, GROUP, sheets(n, held))


def shown(n: int, held: int = 0, *, personal: bool) -> IndexRow:
    """The row as it is shown."""
    return disclosed_row(SCORING, GROUP, sheets(n, held), personal=personal)


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


def test_nine_ratings_of_a_person_leave_nothing_but_the_name() -> None:
    assert SMALLEST_N == 10
    assert shown(9, held=3, personal=True) == IndexRow(GROUP, n=None, held=None, figures=None, suppressed=True)


def test_ten_ratings_of_a_person_are_shown_whole() -> None:
    assert shown(10, held=3, personal=True) == whole(10, held=3)


def test_held_ratings_do_not_help_to_reach_ten() -> None:
    assert shown(9, held=50, personal=True).suppressed


def test_a_person_without_any_rating_is_not_told_from_one_with_few() -> None:
    assert disclosed_row(SCORING, GROUP, {}, personal=True) == shown(9, personal=True)


@given(st.integers(0, 30), st.integers(0, 30))
def test_figures_that_are_not_about_a_person_are_shown_from_the_first_rating_on(n: int, held: int) -> None:
    assert shown(n, held, personal=False) == whole(n, held)


@given(st.integers(0, 30), st.integers(0, 30))
def test_a_persons_row_is_shown_whole_or_not_at_all(n: int, held: int) -> None:
    suppressed = IndexRow(GROUP, n=None, held=None, figures=None, suppressed=True)
    assert shown(n, held, personal=True) == (whole(n, held) if n >= 10 else suppressed)
