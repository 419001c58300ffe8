"""What follows a survey: which elements come first, what is overdue, and how far a plan was carried out. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple
from zoneinfo import ZoneInfo

from app.disclosure.rules.calendar import LAST_ZONE

OPEN = ("planned", "started")
# As many of the lowest elements the ministry follows up.
LOWEST = 2
# Of the three zones the one whose day begins first.
FIRST_ZONE = ZoneInfo("Asia/Jayapura")


class Action(NamedTuple):
    """What counts of an action: how far it is, until when it was due, and when it was done."""

    status: str
    due_on: date
    done_on: date | None


class Progress(NamedTuple):
    """How far a plan is; `share` is done / actions, `median_days` of those that are done."""

    actions: int
    done: int
    on_time: int
    overdue: int
    share: Fraction | None
    median_days: Fraction | None


def today(now: datetime) -> date:
    """The day that is over nowhere: what is due on it is still in time."""
    return now.astimezone(LAST_ZONE).date()


def has_come(day: date, now: datetime) -> bool:
    """Whether a day has begun anywhere in the country."""
    return day <= now.astimezone(FIRST_ZONE).date()


def is_overdue(status: str, due_on: date, on: date) -> bool:
    """Whether an action is still open after the day it was due."""
    return status in OPEN and due_on < on


def days_taken(period_ends: date, done_on: date | None) -> int | None:
    """The days from the end of the surveyed period until an action was done; 0 for one that was done before."""
    return None if done_on is None else max(0, (done_on - period_ends).days)


def progress(actions: Sequence[Action], period_ends: date, on: date) -> Progress:
    """How far a plan is on that day. What was dropped counts among its actions: it was promised."""
    done = [each.done_on for each in actions if each.done_on is not None]
    return Progress(
        actions=len(actions),
        done=len(done),
        on_time=sum(each.done_on is not None and each.done_on <= each.due_on for each in actions),
        overdue=sum(is_overdue(each.status, each.due_on, on) for each in actions),
        share=Fraction(len(done), len(actions)) if actions else None,
        median_days=_median(sorted(max(0, (day - period_ends).days) for day in done)),
    )


def two_lowest(figures: Iterable[tuple[str, Decimal]]) -> tuple[str, ...]:
    """The codes of the two with the lowest index, of equals the first by code; none where there are no more than two.

    Where two of two are the lowest, that says nothing.
    """
    known = sorted(figures, key=lambda each: (each[1], each[0]))
    return tuple(code for code, _ in known[:LOWEST]) if len(known) > LOWEST else ()


def _median(days: Sequence[int]) -> Fraction | None:
    if not days:
        return None
    middle = len(days) // 2
    return Fraction(days[middle]) if len(days) % 2 else Fraction(days[middle - 1] + days[middle], 2)
