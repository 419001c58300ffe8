"""What is overdue, how far a plan is, and which elements come first."""

from datetime import UTC, date, datetime
from decimal import Decimal
from fractions import Fraction

import pytest

from app.closing.rules.follow_up import Action, Progress, days_taken, has_come, is_overdue, progress, today, two_lowest

OCTOBER_ENDS = date(2026, 10, 31)
DUE = date(2026, 12, 15)


@pytest.mark.parametrize(
    ("status", "on", "overdue"),
    [
        ("planned", DUE, False),
        ("planned", date(2026, 12, 16), True),
        ("started", date(2026, 12, 16), True),
        ("done", date(2027, 1, 1), False),
        ("dropped", date(2027, 1, 1), False),
    ],
)
def test_an_open_action_is_overdue_from_the_day_after(status: str, on: date, overdue: bool) -> None:
    assert is_overdue(status, DUE, on) is overdue


def test_a_day_is_over_when_it_is_over_in_jakarta_and_comes_when_it_comes_in_jayapura() -> None:
    # 23:30 in Jakarta, half past one of the next day in Jayapura.
    late = datetime(2026, 12, 15, 16, 30, tzinfo=UTC)
    assert today(late) == DUE
    assert has_come(date(2026, 12, 16), late)
    assert not has_come(date(2026, 12, 17), late)


def test_what_was_done_before_the_period_ended_took_no_days() -> None:
    assert days_taken(OCTOBER_ENDS, None) is None
    assert days_taken(OCTOBER_ENDS, date(2026, 10, 20)) == 0
    assert days_taken(OCTOBER_ENDS, date(2026, 11, 20)) == 20


def done(day: date) -> Action:
    """An action that was done on that day."""
    return Action("done", DUE, day)


@pytest.mark.parametrize(
    ("actions", "expected"),
    [
        ([], Progress(0, 0, 0, 0, None, None)),
        ([Action("planned", DUE, None)], Progress(1, 0, 0, 1, Fraction(0), None)),
        ([done(date(2026, 11, 10))], Progress(1, 1, 1, 0, Fraction(1), Fraction(10))),
        # Two of four are done, one of them late; what was dropped counts among those that were promised.
        (
            [done(DUE), done(date(2026, 12, 16)), Action("dropped", DUE, None), Action("started", DUE, None)],
            Progress(4, 2, 1, 1, Fraction(1, 2), Fraction(91, 2)),
        ),
        # The median of three is the middle one.
        (
            [done(date(2026, 12, 31)), done(date(2026, 11, 1)), done(date(2026, 11, 3))],
            Progress(3, 3, 2, 0, Fraction(1), Fraction(3)),
        ),
    ],
)
def test_progress_is_counted_from_the_end_of_the_period(actions: list[Action], expected: Progress) -> None:
    assert progress(actions, OCTOBER_ENDS, date(2026, 12, 31)) == expected


@pytest.mark.parametrize(
    ("figures", "lowest"),
    [
        ({}, ()),
        ({"a": "70", "b": "80"}, ()),
        ({"a": "90", "b": "80", "c": "85"}, ("b", "c")),
        # Of equals the first by code, whatever order they come in.
        ({"d": "80.00", "c": "80.0", "b": "81", "a": "80"}, ("a", "c")),
    ],
)
def test_the_two_lowest_are_named_where_there_are_more(figures: dict[str, str], lowest: tuple[str, ...]) -> None:
    assert two_lowest((code, Decimal(index)) for code, index in figures.items()) == lowest
