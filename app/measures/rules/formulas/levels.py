"""Answers counted by level, and where the levels lie on an even scale: what sums of answers are counted on. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache
from math import gcd, lcm

from app.ratings.rules.sheet_counts import composite_values

# How many answers have each level, the lowest first.
LevelCounts = tuple[int, ...]
# Finer scales (weights of 0.333 and 0.334 give 3,000 steps) are rounded to so many: what a sum of hundreds of answers
# can be would else take too long to count, and a sixtieth of the scale is far below what answers swing.
MOST_STEPS = 60


@dataclass(frozen=True)
class Levels:
    """The places of the levels, ascending from 0, and the level that each value on the answers' scale falls into."""

    places: tuple[int, ...]
    level_of: Mapping[Fraction, int]

    @property
    def none(self) -> LevelCounts:
        """The counts of no answers."""
        return (0,) * len(self.places)

    def counts(self, values: Mapping[Fraction, int]) -> LevelCounts:
        """The counts by level from those by value. KeyError for a value that no answer can have."""
        found = [0] * len(self.places)
        for value, n in values.items():
            found[self.level_of[value]] += n
        return tuple(found)


@lru_cache(maxsize=64)
def item_levels(low: int, high: int) -> Levels:
    """The levels of one item: its scores."""
    return composite_levels((Fraction(1),), low, high)


# Cached: the levels depend on the weights alone, and thousands of units have the same ones.
@lru_cache(maxsize=64)
def composite_levels(weights: tuple[Fraction, ...], low: int, high: int) -> Levels:
    """The levels of the composite under these weights."""
    values = composite_values(weights, low, high)
    unit = Fraction(1, lcm(*(value.denominator for value in values)))
    # In whole units from the lowest, of which only every common one may be reached (0.11 of each score is one step).
    steps = [int((value - values[0]) / unit) for value in values]
    common = gcd(*steps)
    width = steps[-1] // common
    finest = min(width, MOST_STEPS)
    places = [(2 * step // common * finest + width) // (2 * width) for step in steps]
    kept = sorted(set(places))
    level_at = {place: level for level, place in enumerate(kept)}
    return Levels(tuple(kept), {value: level_at[place] for value, place in zip(values, places, strict=True)})


def added(one: Sequence[int], other: Sequence[int]) -> LevelCounts:
    """The counts of all answers together."""
    return tuple(map(sum, zip(one, other, strict=True)))
