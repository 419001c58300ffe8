"""Time series of a unit: its answers by week and by month, added up from days as they are read. Pure."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple, TypeVar

from app.indices.rules.figures import Scoring
from app.measures.rules.formulas.levels import LevelCounts, Levels, added, composite_levels, item_levels
from app.ratings.rules.sheet_counts import DaySheets, SheetCounts, composites, histograms

Period = TypeVar("Period", date, str)


class LowCount(NamedTuple):
    """The number of answers, and how many of them are in the lower half of the scale."""

    n: int
    low: int


class Weeks(dict[date, LevelCounts]):
    """The answers of each week by level; the keys are Mondays."""

    def __init__(self, scale: Levels) -> None:
        super().__init__()
        self.levels = scale

    def __missing__(self, monday: date) -> LevelCounts:
        """A week nothing is known of has no answers."""
        return self.levels.none

    def add(self, monday: date, counts: LevelCounts) -> None:
        """Add answers to a week."""
        self[monday] = added(self[monday], counts)


class UnitTimeSeries:
    """The composites by Monday of the week, and for each item the answers by Monday and the low ones by month."""

    def __init__(self, scoring: Scoring) -> None:
        instrument = self.instrument = scoring.instrument
        low, high, self.weights = instrument.low, instrument.high, instrument.weights(scoring.mode)
        self.composites = Weeks(composite_levels(self.weights, low, high))
        self.items = tuple(Weeks(item_levels(low, high)) for _ in instrument.items)
        self.low: tuple[dict[str, LowCount], ...] = tuple({} for _ in instrument.items)

    def add(self, days: Mapping[date, SheetCounts]) -> None:
        """Add the sheets of some days."""
        instrument = self.instrument
        # Of an odd number of scores the middle one is not low.
        half = (instrument.high - instrument.low + 1) // 2
        for monday, sheets in _summed(days, _monday).items():
            self.composites.add(monday, self.composites.levels.counts(composites(sheets, self.weights)))
            for weeks, histogram in zip(self.items, histograms(instrument, sheets), strict=True):
                weeks.add(monday, histogram)
        for month, sheets in _summed(days, _month).items():
            for months, histogram in zip(self.low, histograms(instrument, sheets), strict=True):
                before = months.get(month, LowCount(0, 0))
                months[month] = LowCount(before.n + sum(histogram), before.low + sum(histogram[:half]))


def time_series(scoring: Scoring, rows: Iterable[DaySheets]) -> dict[str, UnitTimeSeries]:
    """The time series of every unit; fastest where the rows of a unit come together."""
    # A unit's rows may come in several runs, since offices are read a batch at a time.
    found: dict[str, UnitTimeSeries] = {}
    for unit, run in groupby(rows, attrgetter("unit")):
        days: defaultdict[date, dict[str, int]] = defaultdict(dict)
        for row in run:
            days[row.day][row.sheet] = days[row.day].get(row.sheet, 0) + row.n
        found.setdefault(unit, UnitTimeSeries(scoring)).add(days)
    return found


def _summed(days: Mapping[date, SheetCounts], name: Callable[[date], Period]) -> dict[Period, dict[str, int]]:
    total: defaultdict[Period, defaultdict[str, int]] = defaultdict(lambda: defaultdict(int))
    for day, sheets in days.items():
        of_period = total[name(day)]
        for sheet, n in sheets.items():
            of_period[sheet] += n
    return {period: dict(sheets) for period, sheets in total.items()}


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _month(day: date) -> str:
    return day.isoformat()[:7]
