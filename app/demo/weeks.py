"""The half year of the demo: 26 weeks of seven days, the last of which ends yesterday."""

from collections.abc import Iterator
from datetime import date, timedelta

WEEKS = 26
EARLIEST_TODAY = date(2025, 1, 1)


def first_day(today: date) -> date:
    """The first day of week 1."""
    if today < EARLIEST_TODAY:
        raise ValueError(f"the people of the demo are in post from {EARLIEST_TODAY} on, not on {today}")
    return today - timedelta(weeks=WEEKS)


def start_of(week: int, today: date) -> date:
    """The first day of a week, counted from 1."""
    return first_day(today) + timedelta(weeks=week - 1)


def week_of(day: date, today: date) -> int:
    """The week a day belongs to, counted from 1 (the oldest); it starts on the weekday of `today`."""
    return (day - first_day(today)).days // 7 + 1


def working_days(first: date, until: date) -> Iterator[date]:
    """Mondays to Fridays from `first` up to `until`, which is not included."""
    days = (first + timedelta(days=n) for n in range((until - first).days))
    return (day for day in days if day.weekday() < 5)
