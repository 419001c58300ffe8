"""When the ratings around a finding were given: hour by hour of one day, or day by day of several. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple

# Offices are open then; what lies outside is shown where something was given.
USUAL_HOURS = range(8, 16)


class Moment(NamedTuple):
    """So many ratings of one hour (None: of the whole day), and how many of them the finding doubts."""

    day: date
    hour: int | None
    n: int
    doubted: int


def timeline(moments: Iterable[Moment], first: date, days: int) -> list[Moment]:
    """The hours of the only day, or the days, without a gap."""
    given = list(moments)
    if days > 1:
        each_day = (first + timedelta(days=place) for place in range(days))
        return [_sum(given, day, None) for day in each_day]
    hours = {*USUAL_HOURS, *(each.hour for each in given if each.hour is not None)}
    return [_sum(given, first, hour) for hour in range(min(hours), max(hours) + 1)]


def _sum(given: Iterable[Moment], day: date, hour: int | None) -> Moment:
    inside = [each for each in given if each.day == day and hour in (None, each.hour)]
    return Moment(day, hour, sum(each.n for each in inside), sum(each.doubted for each in inside))
