"""Months in which ratings are kept, and which of them there have to be. Pure."""

from collections.abc import Collection
from datetime import date, timedelta

# Made so many months ahead: nobody looks after a service for longer than that.
AHEAD = 3


def next_month(month: date) -> date:
    """The first day of the month after this one."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def months_to_make(since: date, there: Collection[date], today: date) -> list[date]:
    """The first days of the months that are missing, from `since` on to some months after today's."""
    last = today.replace(day=1)
    for _ in range(AHEAD):
        last = next_month(last)
    found, month = [], since
    while month <= last:
        if month not in there:
            found.append(month)
        month = next_month(month)
    return found
