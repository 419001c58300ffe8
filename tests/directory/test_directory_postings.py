"""Where one person works from one day to another."""

from datetime import date

import pytest

from app.directory.faults import DirectoryFault
from app.directory.rules.postings import Stay, first_absence, stays_after_posting


def day(text: str | None) -> date | None:
    """An ISO date, or an open end."""
    return None if text is None else date.fromisoformat(text)


def stays(*given: tuple[str, str, str | None]) -> list[Stay]:
    """Office, first and last day."""
    return [Stay(date.fromisoformat(start), day(end), office) for office, start, end in given]


@pytest.mark.parametrize(
    ("before", "office", "from_on", "after"),
    [
        (stays(), "a", "2025-01-01", stays(("a", "2025-01-01", None))),
        (stays(("a", "2025-01-01", None)), "a", "2025-01-01", stays(("a", "2025-01-01", None))),
        (
            stays(("a", "2025-01-01", None)),
            "b",
            "2025-03-01",
            stays(("a", "2025-01-01", "2025-02-28"), ("b", "2025-03-01", None)),
        ),
        (
            stays(("a", "2025-01-01", "2025-12-31")),
            "b",
            "2025-03-01",
            stays(("a", "2025-01-01", "2025-02-28"), ("b", "2025-03-01", None)),
        ),
        (
            stays(("a", "2025-01-01", "2025-02-28")),
            "a",
            "2025-06-01",
            stays(("a", "2025-01-01", "2025-02-28"), ("a", "2025-06-01", None)),
        ),
        (
            # An old file says what has become history: nothing changes.
            stays(("a", "2025-01-01", "2025-02-28"), ("b", "2025-03-01", None)),
            "a",
            "2025-01-01",
            stays(("a", "2025-01-01", "2025-02-28"), ("b", "2025-03-01", None)),
        ),
    ],
)
def test_a_later_day_at_another_office_is_a_transfer(
    before: list[Stay], office: str, from_on: str, after: list[Stay]
) -> None:
    assert stays_after_posting(before, office, date.fromisoformat(from_on)) == after


@pytest.mark.parametrize(
    ("office", "from_on", "problem"),
    [
        ("b", "2024-12-31", "a later posting"),
        ("a", "2024-12-31", "a later posting"),
        ("b", "2025-01-01", "begins that day"),
        ("a", "2025-02-01", "has been posted there since 2025-01-01"),
    ],
)
def test_the_past_is_not_rewritten(office: str, from_on: str, problem: str) -> None:
    with pytest.raises(DirectoryFault, match=problem):
        stays_after_posting(stays(("a", "2025-01-01", None)), office, date.fromisoformat(from_on))


@pytest.mark.parametrize(
    ("first", "last", "absent"),
    [
        ("2025-01-01", "2025-02-28", None),
        ("2024-12-31", "2025-01-01", "2024-12-31"),
        ("2025-02-28", "2025-03-01", "2025-03-01"),
        ("2025-06-15", "2030-01-01", None),
        ("2025-02-01", "2025-07-01", "2025-03-01"),
        ("2025-03-05", "2025-03-05", "2025-03-05"),
    ],
)
def test_the_first_day_of_absence_is_found(first: str, last: str, absent: str | None) -> None:
    known = stays(("a", "2025-01-01", "2025-02-28"), ("b", "2025-03-01", "2025-05-31"), ("a", "2025-06-01", None))
    assert first_absence(known, "a", date.fromisoformat(first), date.fromisoformat(last)) == day(absent)


def test_two_stays_that_meet_leave_no_day_between_them() -> None:
    known = stays(("a", "2025-01-01", "2025-02-28"), ("a", "2025-03-01", "2025-03-31"))
    assert first_absence(known, "a", date(2025, 2, 1), date(2025, 3, 31)) is None
    assert first_absence(known, "a", date(2025, 2, 1), date(2025, 4, 1)) == date(2025, 4, 1)
