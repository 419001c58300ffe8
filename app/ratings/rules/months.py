"""Months in which ratings are kept, and which of them there have to be. Pure."""

from datetime import date, timedelta

# Made so many months ahead: nobody looks after a service for longer than that.
AHEAD = 3


def next_month(month: date) -> date:
    """The first day of the month after this one."""
    return (month.replace(day=1) + timedelta(days=31)).replace(day=1)


def months_to_make(since: date, today: date) -> list[date]:
    """The first days of the months from `since` on to some after today's."""
    last = today.replace(day=1)
    for _ in range(AHEAD):
        last = next_month(last)
    found, month = [], since
    while month <= last:
        found.append(month)
        month = next_month(month)
    return found


def month_code(day: date) -> str:
    """The month of a day: `2026-11`."""
    return f"{day:%Y-%m}"


# What may still be written about a day after ratings of it may have come: held, decided, told.
MARGIN = timedelta(days=93)


def sealable_before(today: date, retention: int, late: timedelta) -> date:
    """The first day that stays when ratings are kept for so many months, and may come so late."""
    months = today.year * 12 + today.month - 1 - retention
    stays = date(months // 12, months % 12 + 1, 1)
    return min(stays, (today - late - MARGIN).replace(day=1))
