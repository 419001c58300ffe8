"""The ledger of published figures, which decides what else may be published so that no difference isolates a few. Pure.

Every figure counts whole parts: the ratings of one office, one employee and one month. The figures published so far
cut all ratings into blocks, as the regions of a Venn diagram; whatever is added or subtracted, the result is made of
whole blocks. So a figure may be published only if each block it cuts falls into pieces of none or at least ten
ratings. Ratings that arrived between two releases are parts of their own, and so are those that were held between two:
what is left of a part is weighed as well as what went. This is stricter than linear algebra asks, and simple enough
to be explained to anybody (decision 8).
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

from app.disclosure.rules.minimum import SMALLEST_N

Month = str
Key = TypeVar("Key", str, tuple[str, str], tuple[str, str, str])


class LedgerPart(NamedTuple):
    """The ratings of one office, one employee ('' for nobody) and one month."""

    office: str
    employee: str
    month: Month


class LedgerCell(NamedTuple):
    """The ratings that one figure counts: all at these offices in these months, or only those of one employee."""

    offices: frozenset[str]
    employee: str | None
    months: frozenset[Month]


class PublishedRelease(NamedTuple):
    """One publication: the cells that its figures counted, and how many ratings each part had then."""

    counts: Mapping[LedgerPart, int]
    cells: Sequence[LedgerCell]


# The number of a group of ratings that every release counted alike, in the order of parts and releases.
Atom = int
# The block of ratings that no figure has counted yet, so that nobody outside knows how many they are.
UNPUBLISHED = 0


@dataclass(eq=False)
class _Group:
    """Ratings of one part that every release counts alike: `size` of them, counted from one epoch up to another."""

    size: int
    lives: list[tuple[int, int | None]]

    @property
    def counts(self) -> bool:
        """Whether the last release counts them."""
        return self.lives[-1][1] is None

    def split(self, size: int) -> "_Group":
        """Take so many ratings out as a group of their own with the same history."""
        self.size -= size
        return _Group(size, list(self.lives))


class Ledger:
    """The blocks into which former releases and the figures published so far have cut the present ratings."""

    def __init__(self, former: Sequence[PublishedRelease], counts: Mapping[LedgerPart, int]) -> None:
        self._atoms = _groups([*former, PublishedRelease(counts, ())])
        self._block = [UNPUBLISHED] * len(self._atoms)
        self._size = [sum(group.size for _, group in self._atoms)]
        self._by_office = _indexed(self._atoms, lambda part: part.office)
        self._by_employee = _indexed(self._atoms, lambda part: part.employee)
        self._now = len(former)
        for epoch, release in enumerate(former):
            for cell in release.cells:
                self._cut(self._inside(cell, epoch))

    def publish(self, cell: LedgerCell) -> bool:
        """Publish this figure if it may be published; returns whether it was."""
        inside = self._inside(cell, self._now)
        if not inside or any(0 < size < SMALLEST_N for size in self._pieces(inside)):
            return False
        self._cut(inside)
        return True

    def _inside(self, cell: LedgerCell, epoch: int) -> list[Atom]:
        if cell.employee is not None:
            atoms: Iterable[Atom] = self._by_employee.get(cell.employee, ())
        else:
            atoms = (atom for office in cell.offices for atom in self._by_office.get(office, ()))
        return [atom for atom in atoms if _counts(cell, self._atoms[atom], epoch)]

    def _pieces(self, inside: Sequence[Atom]) -> Iterable[int]:
        """The sizes of the pieces into which the figure would cut blocks.

        Of the unpublished block only the piece inside counts: the size of the rest is known to nobody.
        """
        for block, size in self._sizes_inside(inside).items():
            if block == UNPUBLISHED:
                yield size
            elif rest := self._size[block] - size:
                yield from (size, rest)

    def _cut(self, inside: Sequence[Atom]) -> None:
        fresh: dict[int, int] = {}
        for block, size in self._sizes_inside(inside).items():
            if block == UNPUBLISHED or size < self._size[block]:
                fresh[block] = len(self._size)
                self._size[block] -= size
                self._size.append(size)
        for atom in inside:
            self._block[atom] = fresh.get(self._block[atom], self._block[atom])

    def _sizes_inside(self, inside: Sequence[Atom]) -> Mapping[int, int]:
        sizes: Counter[int] = Counter()
        for atom in inside:
            sizes[self._block[atom]] += self._atoms[atom][1].size
        return sizes


def publish_allowed(ledger: Ledger, asked: Mapping[Key, tuple[LedgerCell, int]]) -> set[Key]:
    """Publish those of these cells (with n ratings each) that may be; the largest first, so that the small give way."""
    order = sorted(asked, key=lambda each: (-asked[each][1], each))
    return {each for each in order if asked[each][1] >= SMALLEST_N and ledger.publish(asked[each][0])}


def with_emptied_parts(
    former: Sequence[PublishedRelease], counts: Mapping[LedgerPart, int], months: Collection[Month]
) -> dict[LedgerPart, int]:
    """The present counts, with a zero for every part of these months that former releases counted and that has none."""
    gone = {part: 0 for release in former for part in release.counts if part.month in months}
    return gone | dict(counts)


def _groups(releases: Sequence[PublishedRelease]) -> list[tuple[LedgerPart, _Group]]:
    """The groups of ratings of every part, from the history of its counts over all releases."""
    found: dict[LedgerPart, list[_Group]] = {}
    for epoch, release in enumerate(releases):
        # A part that a release does not name is as it was before: former releases keep only what their figures count.
        for part, n in release.counts.items():
            groups = found.setdefault(part, [])
            change = n - sum(group.size for group in groups if group.counts)
            if change < 0:
                _hold(groups, -change, epoch)
            elif rest := _release(groups, change, epoch):
                groups.append(_Group(rest, [(epoch, None)]))
    return [(part, group) for part, groups in sorted(found.items()) for group in groups]


def _hold(groups: list[_Group], n: int, epoch: int) -> None:
    """Take so many ratings out of the counted ones, the latest first: which ones were held the counts do not say."""
    for group in reversed([each for each in groups if each.counts]):
        taken = min(n, group.size)
        n -= taken
        if taken:
            gone = _split_off(groups, group, taken)
            gone.lives[-1] = (gone.lives[-1][0], epoch)


def _release(groups: list[_Group], n: int, epoch: int) -> int:
    """Count so many held ratings again, the last held first; returns how many of the change were never held."""
    for group in sorted((each for each in groups if not each.counts), key=lambda each: each.lives[-1][1] or 0)[::-1]:
        taken = min(n, group.size)
        n -= taken
        if taken:
            _split_off(groups, group, taken).lives.append((epoch, None))
    return n


def _split_off(groups: list[_Group], group: _Group, size: int) -> _Group:
    """So many ratings of a group, as a group of their own unless they are all of it."""
    if size == group.size:
        return group
    part = group.split(size)
    groups.insert(groups.index(group) + 1, part)
    return part


def _indexed(atoms: Sequence[tuple[LedgerPart, _Group]], key: Callable[[LedgerPart], str]) -> dict[str, list[Atom]]:
    places: dict[str, list[Atom]] = {}
    for atom, (part, _) in enumerate(atoms):
        places.setdefault(key(part), []).append(atom)
    return places


def _counts(cell: LedgerCell, atom: tuple[LedgerPart, _Group], epoch: int) -> bool:
    part, group = atom
    is_there = any(start <= epoch and (end is None or epoch < end) for start, end in group.lives)
    return is_there and part.office in cell.offices and part.month in cell.months
