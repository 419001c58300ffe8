"""Time series of a unit: its answers by week and, of an office, by month, from what is told. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import NamedTuple

from app.disclosure.rules.cells import Cell, steps_and_unit
from app.disclosure.rules.chart_weeks import ChartedWeek
from app.disclosure.rules.released import ReleasedBlock
from app.indices.rules.figures import Scoring
from app.measures.rules.formulas.levels import LevelCounts, Levels, added, composite_levels, item_levels


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
        # Nearly every week comes once.
        self[monday] = added(self[monday], counts) if monday in self else counts


class UnitTimeSeries:
    """The composites by Monday of the week, and for each item the answers by Monday and the low ones by month."""

    def __init__(self, scoring: Scoring) -> None:
        instrument = self.instrument = scoring.instrument
        low, high, self.weights = instrument.low, instrument.high, instrument.weights(scoring.mode)
        self.composites = Weeks(composite_levels(self.weights, low, high))
        self._steps, _ = steps_and_unit(self.weights)
        self._level_of = _levels_by_total(self.weights, low, high)
        self.items = tuple(Weeks(item_levels(low, high)) for _ in instrument.items)
        self.low: tuple[dict[str, LowCount], ...] = tuple({} for _ in instrument.items)

    def add_week(self, monday: date, cell: Cell) -> None:
        """Add the answers of a week."""
        counts = [0] * len(self.composites.levels.places)
        for total, n in cell.composites.get(self._steps, {}).items():
            counts[self._level_of[total]] += n
        self.composites.add(monday, tuple(counts))
        for weeks, histogram in zip(self.items, cell.items, strict=True):
            weeks.add(monday, histogram)

    def add_month(self, month: str, cell: Cell) -> None:
        """Add the answers of a month."""
        # Of an odd number of scores the middle one is not low.
        half = (self.instrument.high - self.instrument.low + 1) // 2
        for months, histogram in zip(self.low, cell.items, strict=True):
            before = months.get(month, LowCount(0, 0))
            months[month] = LowCount(before.n + sum(histogram), before.low + sum(histogram[:half]))


def time_series(
    scoring: Scoring, weeks: Iterable[ChartedWeek], blocks: Iterable[ReleasedBlock] = ()
) -> dict[str, UnitTimeSeries]:
    """The time series of every unit, from its weeks and, for offices, from blocks told by single months."""
    found: dict[str, UnitTimeSeries] = {}

    def of(unit: str) -> UnitTimeSeries:
        if unit not in found:
            found[unit] = UnitTimeSeries(scoring)
        return found[unit]

    for unit, monday, cell in weeks:
        of(unit).add_week(monday, cell)
    for block in blocks:
        if block.office is not None and block.month is not None:
            of(block.office).add_month(block.month, block.cell)
    return found


# Cached: thousands of units have the same few totals, and hashing fractions costs more than all else of them.
@lru_cache(maxsize=64)
def _levels_by_total(weights: tuple[Fraction, ...], low: int, high: int) -> Mapping[int, int]:
    """The level of each total that a cell can have under these weights."""
    _, unit = steps_and_unit(weights)
    return {int(value / unit): level for value, level in composite_levels(weights, low, high).level_of.items()}
