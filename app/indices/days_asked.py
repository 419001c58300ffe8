"""The period of a query: local days of the offices, both ends included."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from app.foundation.problems import Problem

# "This month" is that of the agency's first zone; in the two zones east of it a new month begins earlier.
WIB = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True)
class DayRange:
    """From the first to the last day, both included."""

    first: date
    last: date

    @property
    def days(self) -> int:
        """How many days it spans."""
        return (self.last - self.first).days + 1


def period_of(first: date | None, last: date | None, now: datetime, longest_days: int) -> DayRange:
    """The period asked for; an end left out is that of the other's month, or of the current one.

    Raises the problems `period-reversed` and `period-too-long`.
    """
    month = month_of(first or last or now.astimezone(WIB).date())
    period = DayRange(first or month.first, last or month.last)
    if period.first > period.last:
        raise Problem("period-reversed")
    # Broken months and persons are read row by row, so an unlimited period could keep a connection for minutes.
    if period.days > longest_days:
        raise Problem("period-too-long", days=longest_days)
    return period


def month_of(day: date) -> DayRange:
    """The calendar month of a day."""
    first = day.replace(day=1)
    return DayRange(first, (first + timedelta(days=31)).replace(day=1) - timedelta(days=1))
