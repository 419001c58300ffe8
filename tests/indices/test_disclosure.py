"""A person's figures are shown from ten counted ratings on, and nothing of fewer, not even how many."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.indices.disclosure import SMALLEST_N, about_person, disclosed
from app.indices.figures import Group, IndexRow, Scoring, index_row
from app.indices.plan import By
from app.instruments.loading import shipped

SCORING = Scoring(shipped()["ikl-1"], "exact", "2017")


def row(n: int, held: int = 0) -> IndexRow:
    """A row of n counted and some held sheets."""
    return index_row(SCORING, Group("E017", "Siti"), {"counted": {"434": n}, "held": {"111": held}})


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
    assert disclosed(row(SMALLEST_N - 1, held=3), personal=True) == IndexRow(
        Group("E017", "Siti"), n=None, held=None, figures=None, suppressed=True
    )


def test_ten_ratings_of_a_person_are_shown_whole() -> None:
    assert SMALLEST_N == 10
    assert disclosed(row(10, held=3), personal=True) == row(10, held=3)


def test_held_ratings_do_not_help_to_reach_ten() -> None:
    assert disclosed(row(9, held=50), personal=True).suppressed


def test_a_person_without_any_rating_is_not_told_from_one_with_few() -> None:
    assert disclosed(row(0), personal=True) == disclosed(row(9), personal=True)


@given(st.integers(0, 30), st.integers(0, 30))
def test_figures_that_are_not_about_a_person_are_shown_from_the_first_rating_on(n: int, held: int) -> None:
    assert disclosed(row(n, held), personal=False) == row(n, held)


@given(st.integers(0, 30), st.integers(0, 30))
def test_what_was_suppressed_stays_suppressed(n: int, held: int) -> None:
    once = disclosed(row(n, held), personal=True)
    assert disclosed(once, personal=True) == once
    assert once.suppressed is (n < 10)
    assert once == (row(n, held) if n >= 10 else replace(once, group=row(n).group))
