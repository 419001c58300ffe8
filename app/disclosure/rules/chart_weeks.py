"""Which weeks a unit's charts count: each is judged once, and again only when ten have joined or left. Pure.

A chart tells one bit about weeks. If a late rating or two could join a week that has been judged, what changed from one
night to the next would tell about them.
"""

from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

from app.disclosure.rules.cells import Cell
from app.disclosure.rules.minimum import SMALLEST_N

SUNDAY = timedelta(days=6)


class ChartedWeek(NamedTuple):
    """What charts count of a week about an office or person."""

    unit: str
    monday: date
    cell: Cell


class BlockWeek(NamedTuple):
    """A block's n ratings of one week that the chart does not have as they are told now: they join it, or leave."""

    block: int
    monday: date
    n: int
    joins: bool


# Cached: a release asks it of every rating, and of few days.
@lru_cache(maxsize=1_024)
def monday_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def mondays_between(first: date, last: date) -> list[date]:
    """The Mondays of all weeks that have one of these days."""
    begins = monday_of(first)
    return [begins + timedelta(days=days) for days in range(0, (last - begins).days + 1, 7)]


def open_weeks(every: Collection[date], charts: Sequence[Collection[date]], *, joins: bool) -> set[date]:
    """Those of a block's weeks that one of its charts has not (if the block is told and joins them), or still has.

    `charts`: the weeks that each of them has.
    """
    if joins:
        return {monday for monday in every if not all(monday in weeks for weeks in charts)}
    return {monday for weeks in charts for monday in weeks}


def turning(waiting: Sequence[BlockWeek], charted: Mapping[date, int], last: date) -> list[BlockWeek]:
    """Those that join or leave a unit's charts now; `charted` is how many ratings the charts have of each week.

    Only weeks that are over by `last` are judged. Into a week that has been judged ten must come at once, and ten must
    go. Weeks that follow one another and have not been judged are judged together once they have ten; so do weeks go of
    which nothing is left.
    """
    over = [week for week in waiting if week.monday + SUNDAY <= last]
    leaving = _by_monday(week for week in over if not week.joins)
    found = set[tuple[bool, date]]()
    for joins in (True, False):
        of_week = _by_monday(week for week in over if week.joins is joins)
        whole = {monday for monday, n in of_week.items() if charted.get(monday, 0) == (0 if joins else leaving[monday])}
        found |= {(joins, monday) for monday, n in of_week.items() if monday not in whole and n >= SMALLEST_N}
        for run in _runs(whole, charted.keys() - whole):
            if sum(of_week[monday] for monday in run) >= SMALLEST_N:
                found |= {(joins, monday) for monday in run}
    return [week for week in over if (week.joins, week.monday) in found]


def _by_monday(weeks: Iterable[BlockWeek]) -> Counter[date]:
    sizes: Counter[date] = Counter()
    for week in weeks:
        sizes[week.monday] += week.n
    return sizes


def _runs(mondays: Iterable[date], between: Iterable[date]) -> list[list[date]]:
    """The Mondays in runs without one of the others between them."""
    bounds = sorted(between)
    runs: dict[int, list[date]] = defaultdict(list)
    for monday in sorted(mondays):
        runs[bisect(bounds, monday)].append(monday)
    return list(runs.values())
