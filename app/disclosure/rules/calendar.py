"""Appraisal periods and their codes. Pure: no clock.

`2026-09` is a month, `2026-Q3` a quarter (triwulan III), `2026-S2` a semester, `2026` a year.
"""

from calendar import monthrange
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.targets.rules.periods import FORM

# Of the three zones the one whose day ends last: an hour earlier somebody's day would not be over.
LAST_ZONE = ZoneInfo("Asia/Jakarta")


@dataclass(frozen=True)
class Span:
    """The local days of a period, both included, and how many months they are."""

    code: str
    first: date
    last: date
    months: int

    @property
    def ends_at(self) -> datetime:
        """When the last day has ended in every zone (aware)."""
        return end_of(self.last)

    @property
    def month_codes(self) -> list[str]:
        """The months of the period, oldest first, such as `2026-07`."""
        return [month.code for month in months_until(self.last, self.months)]

    def before(self) -> "Span":
        """The period of the same kind that ended the day before this one began."""
        return _span(self.first.year, self.first.month - self.months, self.months)

    def after(self) -> "Span":
        """The period of the same kind that begins the day after this one ends."""
        begins = self.last + timedelta(days=1)
        return _span(begins.year, begins.month, self.months)


def span_of(code: str) -> Span | None:
    """The span of a period's code; None if it is not a period code."""
    form = FORM.fullmatch(code)
    if form is None:
        return None
    year, month, quarter, semester = form.groups()
    if month:
        return _span(int(year), int(month), 1)
    if quarter:
        return _span(int(year), 3 * int(quarter) - 2, 3)
    if semester:
        return _span(int(year), 6 * int(semester) - 5, 6)
    return _span(int(year), 1, 12)


def span_between(first: date, last: date) -> Span:
    """The period from the first day of a month to the last day of that or another one."""
    return _span(first.year, first.month, (last.year - first.year) * 12 + last.month - first.month + 1)


class PeriodsOfDay(NamedTuple):
    """The periods in which one day lies."""

    month: Span
    quarter: Span
    semester: Span
    year: Span


def periods_with(day: date) -> PeriodsOfDay:
    """The month, the quarter, the semester and the year in which a day lies."""
    return PeriodsOfDay(*(_span(day.year, day.month - (day.month - 1) % months, months) for months in (1, 3, 6, 12)))


def months_until(day: date, count: int) -> list[Span]:
    """The months up to that of the day, oldest first."""
    months = [_span(day.year, day.month, 1)]
    while len(months) < count:
        months.append(months[-1].before())
    return months[::-1]


def _span(year: int, month: int, months: int) -> Span:
    if month < 1:
        year, month = year - 1, month + 12
    last_month = month + months - 1
    last = date(year, last_month, monthrange(year, last_month)[1])
    code = {
        1: f"{year}-{month:02}",
        3: f"{year}-Q{(month + 2) // 3}",
        6: f"{year}-S{(month + 5) // 6}",
        12: f"{year}",
    }[months]
    return Span(code, date(year, month, 1), last, months)


def end_of(day: date) -> datetime:
    """When a local day has ended in every zone (aware)."""
    return datetime.combine(day + timedelta(days=1), datetime.min.time(), LAST_ZONE).astimezone(UTC)
