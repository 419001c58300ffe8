"""Counts of whole answer sheets (`"434"` → n): everything that is measured starts here, in integers.

Counts merge by addition, and every function gives the same for the merged counts of any split.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from math import lcm
from operator import mul

from app.instruments.model import SKIPPED, Instrument

SheetCounts = Mapping[str, int]
# Of equal sheets so few are counted one by one.
FEW = 8


def histograms(instrument: Instrument, counts: SheetCounts) -> tuple[tuple[int, ...], ...]:
    """For each item how often each score was given, from the lowest up; skipped answers count nowhere.

    Shape (items, high - low + 1). The sheets must be as `write_sheet` wrote them for this instrument:
    ValueError or KeyError otherwise, for counts that mix instruments mean nothing.
    """
    if counts and all(0 < n <= FEW for n in counts.values()):
        return _of_few(instrument, [sheet for sheet, n in counts.items() for _ in range(n)])
    columns = [dict.fromkeys(instrument.readings, 0) for _ in instrument.items]
    for sheet, n in counts.items():
        for column, mark in zip(columns, sheet, strict=True):
            column[mark] += n
    return tuple(tuple(n for mark, n in column.items() if mark != SKIPPED) for column in columns)


def _of_few(instrument: Instrument, sheets: Sequence[str]) -> tuple[tuple[int, ...], ...]:
    """The same of sheets of which hardly any are equal, as a block's or a week's: C counts the marks of a column."""
    columns = ["".join(marks) for marks in zip(*sheets, strict=True)]
    if len(columns) != len(instrument.items):
        raise ValueError("these sheets are not of this instrument")
    counted = [[column.count(mark) for mark in instrument.readings] for column in columns]
    if any(sum(each) != len(sheets) for each in counted):
        raise KeyError("these sheets have marks that this instrument does not know")
    places = [place for place, mark in enumerate(instrument.readings) if mark != SKIPPED]
    return tuple(tuple(each[place] for place in places) for each in counted)


def item_mean(histogram: Sequence[int], low: int = 1) -> Fraction | None:
    """The mean answer on the item's own scale (NRR, PermenPANRB 14/2017); None when nobody answered."""
    n = sum(histogram)
    if not n:
        return None
    return Fraction(sum(score * count for score, count in enumerate(histogram, start=low)), n)


def composites(counts: SheetCounts, weights: Sequence[Fraction]) -> dict[Fraction, int]:
    """How often each composite value Σ score × weight occurs among complete sheets, lowest first.

    On the mean scale (1..4 for weights that sum to 1). A sheet with a skipped answer has no composite.
    """
    steps, denominator = integer_weights(weights)
    totals: Counter[int] = Counter()
    for sheet, n in counts.items():
        if SKIPPED not in sheet:
            totals[sum(map(mul, steps, map(int, sheet)))] += n
    return {Fraction(total, denominator): n for total, n in sorted(totals.items())}


def composite_values(weights: Sequence[Fraction], low: int, high: int) -> list[Fraction]:
    """Every composite value that a complete sheet can have, lowest first: 10 for three equal weights on 1..4."""
    steps, denominator = integer_weights(weights)
    reached = {0}
    for step in steps:
        reached = {total + step * score for total in reached for score in range(low, high + 1)}
    return [Fraction(total, denominator) for total in sorted(reached)]


def integer_weights(weights: Sequence[Fraction]) -> tuple[tuple[int, ...], int]:
    """The weights as integers over one denominator, since adding fractions costs 200 times as much."""
    denominator = lcm(*(weight.denominator for weight in weights))
    return tuple(int(weight * denominator) for weight in weights), denominator
