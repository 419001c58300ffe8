"""The days of an integrity report: until when it is to be handed over, and from when it may be erased. Pure."""

from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import NamedTuple
from uuid import UUID

# The one limit of time that there is: received, handed over, nothing more.
FORWARD_WITHIN = 3
WORKING_WEEK = 5


class ReportPlace(NamedTuple):
    """Where a report stands in lists, which are by day and id."""

    received_on: date
    report_id: UUID


def place_of(text: str) -> ReportPlace:
    """The place that is written like `2026-11-18/…`. Raises ValueError for anything else."""
    day, _, report_id = text.partition("/")
    place = ReportPlace(date.fromisoformat(day), UUID(report_id))
    if text != f"{place.received_on}/{place.report_id}":
        raise ValueError("must be the `next` of a page")
    return place


def working_day_after(day: date, n: int, holidays: Collection[date] = ()) -> date:
    """The n-th working day after a day: Monday to Friday, without those that are holidays."""
    left = n
    while left:
        day += timedelta(days=1)
        left -= day.weekday() < WORKING_WEEK and day not in holidays
    return day


def forward_by(received_on: date) -> date:
    """The last day on which a report is handed over in time."""
    # The directory knows no holidays; a due day on one comes early, never late.
    return working_day_after(received_on, FORWARD_WITHIN)


def erasable_from(confirmed_on: date, retention_days: int) -> date:
    """The first day on which what a confirmed report said may be erased."""
    return confirmed_on + timedelta(days=retention_days)


def untold_days(received: Iterable[date], told_through: date | None, today: date) -> tuple[date, ...]:
    """The days that are over and on which something was received of which nobody is told yet, the oldest first."""
    return tuple(sorted({day for day in received if day < today and (told_through is None or day > told_through)}))
