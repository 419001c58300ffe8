"""What a new report may show beside everything published before. Pure; the one place, before any report exists.

Whoever holds several reports can subtract one from another. Every published cell is a sum of months as they were
then, so what can be computed from all of them is the span of these sums; no one to nine ratings may lie in it.
Each unit is guarded for itself: what an office has beyond its employees shown is not looked at.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from app.indices.disclosure import SMALLEST_N

Month = str
# Ratings of one month that arrived between two publications; whoever has both can tell them apart.
Atom = tuple[Month, int]
Atoms = frozenset[Atom]

# More small groups than these would take too long to try; then only the period itself is shown, if at all.
MOST_SMALL = 14


class Release(NamedTuple):
    """One publication about one unit: what it showed, and how many ratings each month had then (also unshown ones)."""

    shown: tuple[frozenset[Month], ...]
    counts: Mapping[Month, int]


def shown_months(
    whole: frozenset[Month], counts: Mapping[Month, int], former: Sequence[Release]
) -> tuple[bool, frozenset[Month]]:
    """Whether the period `whole` may be shown, and which of the single months of `counts` beside it.

    `former` are the releases about the same unit, oldest first. A month is left out, the smallest first,
    where it would let something too small be computed; if even the period alone would, it is not shown.
    """
    sizes, cells = _atoms([*former, Release((), counts)])
    now = len(former)
    own = _cell(whole, now, sizes)
    if isolates([*cells, own], sizes):
        return False, frozenset()
    shown: list[Month] = []
    known = [*cells, own]
    for month in sorted(counts, key=lambda each: (-counts[each], each)):
        single = _cell(frozenset([month]), now, sizes)
        if counts[month] >= SMALLEST_N and not isolates([*known, single], sizes):
            shown.append(month)
            known.append(single)
    return True, frozenset(shown)


def isolates(cells: Sequence[Atoms], sizes: Mapping[Atom, int]) -> bool:
    """Whether sums and differences of the cells give some groups of ratings, one to nine together.

    Also true where there are too many small groups to try.
    """
    atoms = sorted({atom for cell in cells for atom in cell})
    small = [place for place, atom in enumerate(atoms) if sizes[atom] < SMALLEST_N]
    if len(small) > MOST_SMALL:
        return True
    rows = _reduced([[Fraction(atom in cell) for atom in atoms] for cell in cells])
    return any(
        sum(sizes[atoms[place]] for place in places) < SMALLEST_N and _spans(rows, places, len(atoms))
        for length in range(1, len(small) + 1)
        for places in combinations(small, length)
    )


def _atoms(releases: Sequence[Release]) -> tuple[dict[Atom, int], list[Atoms]]:
    """The size of every atom, and every cell shown as the atoms it is the sum of."""
    sizes: dict[Atom, int] = {}
    before: dict[Month, int] = {}
    for epoch, release in enumerate(releases):
        for month, n in release.counts.items():
            # Fewer than before: some were held meanwhile, which the difference would tell as well.
            if grown := abs(n - before.get(month, 0)):
                sizes[month, epoch] = grown
            before[month] = n
    cells = [_cell(months, epoch, sizes) for epoch, release in enumerate(releases) for months in release.shown]
    return sizes, cells


def _cell(months: frozenset[Month], epoch: int, sizes: Mapping[Atom, int]) -> Atoms:
    return frozenset(atom for atom in sizes if atom[0] in months and atom[1] <= epoch)


def _reduced(rows: Sequence[Sequence[Fraction]]) -> list[list[Fraction]]:
    """The rows in reduced echelon form (Gauss and Jordan), without empty ones."""
    left = [list(row) for row in rows]
    done: list[list[Fraction]] = []
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        pivot = [value / pivot[column] for value in pivot]
        left = [_without(row, pivot, column) for row in left]
        done = [_without(row, pivot, column) for row in done] + [pivot]
    return done


def _without(row: Sequence[Fraction], pivot: Sequence[Fraction], column: int) -> list[Fraction]:
    factor = row[column]
    return [value - factor * other for value, other in zip(row, pivot, strict=True)] if factor else list(row)


def _spans(rows: Sequence[Sequence[Fraction]], places: Sequence[int], width: int) -> bool:
    """Whether the rows combine to exactly these places."""
    rest = [Fraction(place in places) for place in range(width)]
    for row in rows:
        column = next(place for place, value in enumerate(row) if value)
        rest = _without(rest, row, column)
    return not any(rest)
