"""Released cells: a histogram per question and, of complete sheets, one per set of weights. Pure.

Nothing joint: a cell tells how often each answer was given to each question, never which answers came together, except
through the weighted sum that an index needs. Cells merge by addition.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import lru_cache
from operator import mul
from typing import Any, TypeAlias

from app.disclosure.rules.minimum import SMALLEST_N
from app.instruments.model import SKIPPED, Instrument, smallest_integers
from app.ratings.rules.sheet_counts import SheetCounts, histograms

# Weights as the smallest integers that stand in the same proportion: `(1, 1, 1)` for three thirds.
Steps: TypeAlias = tuple[int, ...]


@dataclass(frozen=True)
class Cell:
    """n sheets: for each item how often each score was given, from the lowest up; composite totals by weights.

    `composites` has, for each set of weights, Σ step × score → n over complete sheets (for shares of positive answers
    Σ step over these); a cell whose complete sheets
    cannot be told from one to nine others has none.
    """

    n: int
    items: tuple[tuple[int, ...], ...]
    composites: Mapping[Steps, Mapping[int, int]]

    def composite(self, weights: tuple[Fraction, ...]) -> dict[Fraction, int]:
        """How often each composite value Σ score × weight occurs among the complete sheets, lowest first."""
        totals, unit = self.totals(weights)
        return {total * unit: n for total, n in sorted(totals.items())}

    def totals(self, weights: tuple[Fraction, ...]) -> tuple[Mapping[int, int], Fraction]:
        """How often each total Σ score × step occurs among the complete sheets, and what one step is worth."""
        steps, unit = steps_and_unit(weights)
        return self.composites.get(steps, {}), unit

    def plain(self) -> dict[str, Any]:
        """The cell as JSON."""
        return {
            "n": self.n,
            "items": self.items,
            "composites": [[steps, sorted(totals.items())] for steps, totals in sorted(self.composites.items())],
        }


@dataclass(frozen=True)
class OpenCell:
    """Answers that anybody may have given: no `Cell`, so that nothing adds them to those of people who were served."""

    answers: Cell


def cell_of(instrument: Instrument, sheets: SheetCounts, *, joint: bool = True) -> Cell:
    """The cell of these sheets; without `joint` it has no composites.

    The sheets must be as `write_sheet` wrote them for this instrument: ValueError or KeyError otherwise.
    """
    points = instrument.points_of_marks
    return Cell(
        n=sum(sheets.values()),
        items=histograms(instrument, sheets),
        composites={steps: _totals(sheets, steps, points) for steps in all_steps(instrument)} if joint else {},
    )


def measured_cell(instrument: Instrument, cell: Cell) -> Cell:
    """The cell as figures read it (`Instrument.measured`): of shares a histogram has two places, 1 the positive."""
    if instrument.positive_from is None:
        return cell
    first = instrument.positive_from - instrument.low
    return replace(cell, items=tuple((sum(each[:first]), sum(each[first:])) for each in cell.items))


def without_small_items(cell: Cell) -> Cell:
    """The cell without the histograms of questions that one to nine of its sheets answer."""
    return replace(
        cell,
        items=tuple(
            tuple(0 for _ in histogram) if 0 < sum(histogram) < SMALLEST_N else histogram for histogram in cell.items
        ),
    )


def cell_from(plain: Mapping[str, Any]) -> Cell:
    """The cell from its JSON."""
    return Cell(
        plain["n"],
        tuple(map(tuple, plain["items"])),
        {tuple(steps): dict(totals) for steps, totals in plain["composites"]},
    )


def empty_cell(instrument: Instrument) -> Cell:
    """The cell of no sheets."""
    return cell_of(instrument, {})


def merged(first: Cell, *others: Cell) -> Cell:
    """The cell of all sheets together."""
    if not others:
        return first
    # All at once: a person's year has dozens of blocks, and adding them in pairs makes as many cells.
    cells = (first, *others)
    return Cell(
        sum(cell.n for cell in cells),
        merged_items(cells),
        {
            steps: _sum(cell.composites.get(steps, {}) for cell in cells)
            for steps in sorted({steps for cell in cells for steps in cell.composites})
        },
    )


def merged_items(cells: Sequence[Cell]) -> tuple[tuple[int, ...], ...]:
    """How often each score was given to each question on all sheets of these cells, of which there is at least one."""
    return tuple(
        tuple(map(sum, zip(*histograms, strict=True)))
        for histograms in zip(*(cell.items for cell in cells), strict=True)
    )


def all_steps(instrument: Instrument) -> frozenset[Steps]:
    """The weights of every mode of an instrument, those in the same proportion once."""
    return instrument.proportions


# Cached: every cell asks for the same few sets of weights, and fractions are slow.
@lru_cache(maxsize=64)
def steps_of(weights: tuple[Fraction, ...]) -> Steps:
    """The smallest integers in the proportion of these weights."""
    return smallest_integers(weights)


# Cached: a table has thousands of cells, and few sets of weights.
@lru_cache(maxsize=64)
def steps_and_unit(weights: tuple[Fraction, ...]) -> tuple[Steps, Fraction]:
    """The smallest integers in the proportion of these weights, and what one step of a total is worth."""
    steps = steps_of(weights)
    return steps, sum(weights, Fraction(0)) / sum(steps)


def _totals(sheets: SheetCounts, steps: Steps, points: Mapping[str, int]) -> dict[int, int]:
    totals: dict[int, int] = {}
    for sheet, n in sheets.items():
        if SKIPPED not in sheet:
            total = sum(map(mul, steps, map(points.__getitem__, sheet)))
            totals[total] = totals.get(total, 0) + n
    return dict(sorted(totals.items()))


def _sum(parts: Iterable[Mapping[int, int]]) -> dict[int, int]:
    # No `Counter`, which asks of each part what it is: a release adds up hundreds of thousands.
    total: dict[int, int] = {}
    for part in parts:
        for key, n in part.items():
            total[key] = total.get(key, 0) + n
    return dict(sorted(total.items()))
