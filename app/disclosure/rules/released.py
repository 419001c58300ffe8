"""Figures from told blocks: what a question about offices, months, a person, a service or a channel counts. Pure."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from app.disclosure.rules.cells import Cell, OpenCell, merged
from app.disclosure.rules.division import Month
from app.disclosure.rules.due import RatingGroup
from app.disclosure.rules.minimum import SMALLEST_N
from app.ratings.rules.selection import By
from app.ratings.status import COUNTED


@dataclass(frozen=True)
class ReleasedBlock:
    """A block as figures read it: what its ratings share (None where they differ), its cell, and its parts if any."""

    standing: str
    office: str | None
    employee: str | None
    first_month: Month
    last_month: Month
    service: str | None
    service_mode: str
    channel: str | None
    cell: Cell
    parts: tuple[tuple[RatingGroup, int], ...] = ()
    release: int = 1

    @property
    def month(self) -> Month | None:
        """The month of all its ratings."""
        return self.first_month if self.first_month == self.last_month else None


@dataclass(frozen=True)
class Scope:
    """The ratings that a question is about: of these months, at these offices (None: all), of a person, and so on."""

    first: Month
    last: Month
    offices: frozenset[str] | None = None
    employee: str | None = None
    service: str | None = None
    channel: str | None = None

    def has_block(self, block: ReleasedBlock) -> bool:
        """Whether all ratings of a block are in scope."""
        return (
            self.first <= block.first_month
            and block.last_month <= self.last
            and (self.offices is None or block.office in self.offices)
            and self.employee in (None, block.employee)
            and self.service in (None, block.service)
            and self.channel in (None, block.channel)
        )

    def has_part(self, part: RatingGroup) -> bool:
        """Whether ratings of this kind are in scope."""
        return (
            self.first <= part.month <= self.last
            and (self.offices is None or part.office in self.offices)
            and self.employee in (None, part.employee)
            and self.service in (None, part.service)
            and self.channel in (None, part.channel)
        )


class State(StrEnum):
    """Whether a row has exact figures, or none because too little of it is told by itself."""

    exact = "exact"
    suppressed = "suppressed"


class Withheld(StrEnum):
    """Why there are no figures: too few ratings, or too many of them are told in larger sums only."""

    few = "few"
    difference = "difference"


@dataclass
class Released:
    """What is told about one row: its blocks, and how many of its ratings none of them has."""

    blocks: list[ReleasedBlock] = field(default_factory=list)
    waiting: int = 0

    @property
    def n(self) -> int:
        """How many ratings its figures count."""
        return sum(block.cell.n for block in self.blocks)

    @property
    def state(self) -> State:
        """Exact where at most nine, or a tenth, of its ratings are left out: a sample of less could mislead."""
        enough = self.n and (self.waiting < SMALLEST_N or 10 * self.waiting <= self.n + self.waiting)
        return State.exact if enough else State.suppressed

    @property
    def cell(self) -> Cell | None:
        """All its blocks together, if it is exact."""
        return merged_cells(self.blocks) if self.state is State.exact else None

    @property
    def withheld(self) -> Withheld | None:
        """Why it has no figures; None if it has."""
        if self.state is State.exact:
            return None
        return Withheld.few if self.n + self.waiting < SMALLEST_N else Withheld.difference

    @property
    def offices(self) -> frozenset[str]:
        """The offices that its blocks are about."""
        return frozenset(block.office for block in self.blocks if block.office is not None)


@dataclass(frozen=True)
class ReleasedSheets:
    """All that is told of some months, and what waits: every figure is a sum over some of these blocks."""

    blocks: Sequence[ReleasedBlock]
    waiting: Mapping[RatingGroup, int]

    def of_months(self, first: Month, last: Month) -> "ReleasedSheets":
        """No more of it than a question about these months looks at."""
        return ReleasedSheets(
            [block for block in self.blocks if block.first_month <= last and block.last_month >= first],
            {part: n for part, n in self.waiting.items() if first <= part.month <= last},
        )

    def total(self, scope: Scope, standing: str = COUNTED) -> Released:
        """What is told of a scope as a whole."""
        return gather(self.blocks, self.waiting, scope, None, standing).get(None, Released())

    def by(self, by: By, scope: Scope, standing: str = COUNTED) -> dict[str, Released]:
        """What is told of a scope, by group; groups without any rating are absent."""
        found = gather(self.blocks, self.waiting, scope, by, standing)
        return {value: released for value, released in found.items() if value is not None}


def joined(one: Released, other: Released) -> Released:
    """Both together, as one group that nothing else joins: blocks of the same service and channel become one."""
    groups: dict[tuple[str | None, str | None], list[ReleasedBlock]] = {}
    for block in (*one.blocks, *other.blocks):
        groups.setdefault((block.service, block.channel), []).append(block)
    blocks = [replace(each[0], cell=merged(*(block.cell for block in each)), parts=()) for each in groups.values()]
    return Released(blocks, one.waiting + other.waiting)


def open_cell(released: Released) -> OpenCell | None:
    """What is told of open answers, as a kind of its own; None without any."""
    cell = merged_cells(released.blocks)
    return None if cell is None else OpenCell(cell)


def merged_cells(blocks: Sequence[ReleasedBlock]) -> Cell | None:
    """The cell of all these blocks together; None without any."""
    return merged(*(block.cell for block in blocks)) if blocks else None


def gather(
    blocks: Iterable[ReleasedBlock], waiting: Mapping[RatingGroup, int], scope: Scope, by: By | None, standing: str
) -> dict[str | None, Released]:
    """What is told of a scope, by group (None without a grouping); groups without any rating are absent."""
    groups: dict[str | None, Released] = {}
    for block in blocks:
        if block.standing != standing:
            continue
        value = group_of(block, by)
        if scope.has_block(block) and (by is None or value is not None):
            if by is not By.employee or value:
                groups.setdefault(value, Released()).blocks.append(block)
        elif block.parts:
            _leave_out(groups, dict(block.parts), scope, by)
    _leave_out(groups, {part: n for part, n in waiting.items() if part.standing == standing}, scope, by)
    return groups


def group_of(block: ReleasedBlock | RatingGroup, by: By | None) -> str | None:
    """The group in which a block or part counts: a code, a channel or a month; None where a block has several."""
    return None if by is None else getattr(block, by.value)


def left_out(n: int) -> str | None:
    """How many ratings a row leaves out, without telling one to nine: `<10`, or tens such as `20+`."""
    if not n:
        return None
    return f"<{SMALLEST_N}" if n < SMALLEST_N else f"{n // 10 * 10}+"


def _leave_out(
    groups: dict[str | None, Released], parts: Mapping[RatingGroup, int], scope: Scope, by: By | None
) -> None:
    missing: Counter[str | None] = Counter()
    for part, n in parts.items():
        if scope.has_part(part):
            value = group_of(part, by)
            if by is not By.employee or value:
                missing[value] += n
    for value, n in missing.items():
        groups.setdefault(value, Released()).waiting += n
