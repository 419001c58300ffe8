"""What a report consists of once it is in words: sections of blocks, the same for page, paper and table."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal, TypeAlias

from app.foundation.rounding import half_up

# The lowest index that answers 1 to 4 can have.
OFFICIAL_LOWEST = 25


@dataclass(frozen=True)
class Number:
    """A figure and how many decimals it is shown with; a share is shown in per cent."""

    value: int | float | Decimal
    places: int = 0
    percent: bool = False
    signed: bool = False

    @property
    def shown(self) -> Decimal:
        """The figure as every format writes it, a share as a share."""
        # As it stands in the JSON: 0.335 is a half, which its binary value is not.
        return half_up(Decimal(str(self.value)), self.places + 2 if self.percent else self.places)


@dataclass(frozen=True)
class Range:
    """From one figure to another, both included."""

    lower: Number
    upper: Number


# None says that there is no such figure, and every format shows it as such.
Cell: TypeAlias = str | Number | Range | None


@dataclass(frozen=True)
class Words:
    """A paragraph; `quote` is what a person wrote, `notice` what nobody may overlook."""

    text: str
    tone: Literal["plain", "quote", "notice"] = "plain"
    title: str | None = None


@dataclass(frozen=True)
class Facts:
    """Names and what belongs to them."""

    items: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class Column:
    """A column of a table; a `range` is two columns where cells hold one figure each."""

    title: str
    kind: Literal["text", "number", "range"] = "number"


@dataclass(frozen=True)
class Table:
    """Rows whose first cell names them; the last one may sum the others up. `note` is what must be known of the sum."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    last_is_whole: bool = False
    note: str | None = None


@dataclass(frozen=True)
class Headline:
    """The index, as large as the page allows, never without its interval."""

    name: str
    value: Number
    grade: str
    words: str
    beside: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class Point:
    """An index with what it is of; `place` counts months, so that those left out leave a gap.

    In a funnel `is_unusual` says whether it stands out among so many.
    """

    place: int
    label: str
    value: Number
    n: Number
    interval: Range | None = None
    is_unusual: bool = False


@dataclass(frozen=True)
class Limit:
    """Where a funnel's inner and outer lines are for n answers."""

    n: Number
    inner: Range
    outer: Range


@dataclass(frozen=True)
class Chart:
    """Indices over months (`trend`), of units one below the other (`intervals`), or means by n (`funnel`).

    A funnel has the mean of all as its `centre`, and `limits` around it; only unusual points have their label drawn, as
    far as there is room.
    """

    kind: Literal["trend", "intervals", "funnel"]
    caption: str
    alternative: str
    points: tuple[Point, ...]
    label_title: str
    value_title: str
    n_title: str
    interval_title: str
    centre: Number | None = None
    limits: tuple[Limit, ...] = ()
    centre_title: str = ""
    inner_title: str = ""
    outer_title: str = ""

    @property
    def lowest(self) -> int:
        """Where the axis of indices begins, which ends at 100."""
        ends = (each.interval.lower if each.interval else each.value for each in self.points)
        return axis_from(float(end.value) for end in ends)


def axis_from(indices: Iterable[float]) -> int:
    """The lowest index of an axis: 25, as of answers 1 to 4, or 0 where a figure of another scale lies below it."""
    return OFFICIAL_LOWEST if all(index >= OFFICIAL_LOWEST for index in indices) else 0


@dataclass(frozen=True)
class Code:
    """An address to be read by a camera."""

    address: str
    alternative: str


Block: TypeAlias = Words | Facts | Table | Headline | Chart | Code


@dataclass(frozen=True)
class Section:
    """A heading and its blocks; `name` is the same in every language."""

    name: str
    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True)
class View:
    """A whole report in one language. `mark` is written across what is no final report."""

    language: str
    title: str
    subject: str
    agency: str
    period: str
    dated: str
    mark: str | None
    warning: str | None
    sections: tuple[Section, ...]
