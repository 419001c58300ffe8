"""Alarms in a unit's time series: a drop over weeks, and more low answers than usual in a month. Pure.

An alarm is one bit and a label, never a value. Points stand on at least ten answers: smaller weeks wait for
the next ones, smaller months are left out, so that nobody can be the one whose answer set it off (decision 9).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from fractions import Fraction
from functools import lru_cache

from app.disclosure.rules.calendar import Span, months_until
from app.disclosure.rules.minimum import SMALLEST_N
from app.measures.rules.formulas.alarms import baseline, drop_chart, first_alarm, p_chart_limit
from app.measures.rules.formulas.levels import LevelCounts, added
from app.measures.rules.time_series import LowCount, UnitTimeSeries, Weeks

WEEK = timedelta(weeks=1)
SUNDAY = timedelta(days=6)
# A year, so that two who take turns at a counter have their twenty weeks as well.
WEEKS_BEFORE = 52
# A month alone is too short for an EWMA to settle: it runs in over the weeks before.
FEWEST_CHARTED = 13
MONTHS_BEFORE = 12
LEAST_MONTHS = 6


class AlarmState(StrEnum):
    """Whether there is an alarm, and if that cannot be told, why."""

    none = "no-alarm"
    alarm = "alarm"
    weeks = "not-enough-weeks"
    months = "not-enough-months"
    # Of reports made before decision 18 alone: the chart was made of standard errors, and there were none.
    unvaried = "no-variation"


@dataclass(frozen=True)
class Drop:
    """Whether the EWMA alarmed in the period, and in which ISO week first (`2026-W38`)."""

    state: AlarmState
    week: str | None = None


@dataclass(frozen=True)
class LowAnswers:
    """The months of the period (`2026-09`) with more low answers than usual swings explain."""

    state: AlarmState
    months: tuple[str, ...] = ()


@dataclass(frozen=True)
class Alarms:
    """Drops of the composite and of each item, in the items' order; for offices the low answers to each item."""

    composite: Drop
    items: tuple[Drop, ...]
    low: tuple[LowAnswers, ...] | None


def alarms(series: UnitTimeSeries, span: Span, *, office: bool) -> Alarms:
    """The alarms of a unit in a period; only offices have a p-chart, persons' months are too small for one."""
    return Alarms(
        composite=drop(series.composites, span),
        items=tuple(drop(weeks, span) for weeks in series.items),
        low=tuple(low_answers(months, span) for months in series.low) if office else None,
    )


def first_day_needed(span: Span) -> date:
    """The first day whose answers the charts of a period need."""
    return min(_charted_weeks(span)[0] - WEEKS_BEFORE * WEEK, _months_before(span)[0].first)


def drop(weeks: Weeks, span: Span) -> Drop:
    """The one-sided EWMA (V14, V14b) over the weeks that end in the period, by Monday, against the year before them.

    The baseline ends where the chart begins: at the period, or 13 weeks before its last week if it is shorter.
    """
    charted, earlier = _charted_weeks(span), _weeks_before(span)
    before = baseline([weeks[monday] for monday in earlier], weeks.levels)
    if before is None:
        return Drop(AlarmState.weeks)
    parts = joined_weeks([(monday, weeks[monday]) for monday in charted])
    points = drop_chart([answers for _, answers in parts], before)
    # Weeks before the period only let the EWMA settle: their alarms are those of the period before.
    own = [point for point in points if parts[point.week][0] + SUNDAY >= span.first]
    if not own:
        return Drop(AlarmState.weeks)
    found = first_alarm(own)
    return Drop(AlarmState.alarm, iso_week(parts[found.week][0])) if found else Drop(AlarmState.none)


def joined_weeks(weeks: Sequence[tuple[date, LevelCounts]]) -> list[tuple[date, LevelCounts]]:
    """Weeks in order, with those under ten answers added to the next; a last one that stays under ten is left out."""
    parts: list[tuple[date, LevelCounts]] = []
    waiting: LevelCounts | None = None
    for monday, answers in weeks:
        waiting = answers if waiting is None else added(waiting, answers)
        if sum(waiting) >= SMALLEST_N:
            parts.append((monday, waiting))
            waiting = None
    return parts


def low_answers(months: Mapping[str, LowCount], span: Span) -> LowAnswers:
    """The p-chart (V15) of the period's months against the usual share of the twelve months before it.

    Months with fewer than ten answers count nowhere; six before the period are needed. The usual share is
    (k + ½)/(n + 1), Jeffreys' mean: after a year without any, one low answer must not be an alarm. Of months
    without change one in 1,000 alarms if the share is known exactly, about one in 500 after six months.
    """
    usual = _large(months, [month.code for month in _months_before(span)])
    own = _large(months, span.month_codes)
    if len(usual) < LEAST_MONTHS or not own:
        return LowAnswers(AlarmState.months)
    k, n = sum(count.low for count in usual.values()), sum(count.n for count in usual.values())
    share = float(Fraction(2 * k + 1, 2 * n + 2))
    above = tuple(month for month, count in own.items() if count.low > p_chart_limit(count.n, share))
    return LowAnswers(AlarmState.alarm if above else AlarmState.none, above)


def iso_week(monday: date) -> str:
    """The week as ISO 8601 writes it."""
    year, week, _ = monday.isocalendar()
    return f"{year}-W{week:02}"


# Cached: thousands of units are charted in the same weeks.
@lru_cache(maxsize=64)
def _charted_weeks(span: Span) -> tuple[date, ...]:
    """The Mondays of the weeks in the chart; every week belongs to the period in which its Sunday is."""
    last = span.last - SUNDAY
    last -= timedelta(days=last.weekday())
    first = min(span.first - timedelta(days=span.first.weekday()), last - (FEWEST_CHARTED - 1) * WEEK)
    return tuple(first + age * WEEK for age in range((last - first) // WEEK + 1))


@lru_cache(maxsize=64)
def _weeks_before(span: Span) -> tuple[date, ...]:
    """The Mondays of the year before the chart."""
    first = _charted_weeks(span)[0]
    return tuple(first - age * WEEK for age in range(WEEKS_BEFORE, 0, -1))


def _months_before(span: Span) -> Sequence[Span]:
    return months_until(span.first - timedelta(days=1), MONTHS_BEFORE)


def _large(months: Mapping[str, LowCount], codes: Sequence[str]) -> dict[str, LowCount]:
    return {code: months[code] for code in codes if code in months and months[code].n >= SMALLEST_N}
