"""One row of figures: the official index of some counts with the intervals beside it."""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from app.disclosure.rules.cells import Cell
from app.disclosure.rules.due import ReleaseState
from app.disclosure.rules.released import Released, State, left_out, open_cell
from app.disclosure.rules.without_answers import ShownTickets
from app.indices.days_asked import DayRange
from app.indices.rules.composite_intervals import composite_interval
from app.indices.rules.intervals import Interval, item_interval
from app.indices.rules.official import Graded, ItemIndex, OfficialIndex, official_index
from app.instruments.model import Collected, Instrument
from app.ratings.rules.selection import By

# Per cent of the sheets that are not told as complete; above it a reader is told what that does to the interval.
MUCH_INCOMPLETE = 20


@dataclass(frozen=True)
class Scoring:
    """The rules by which sheets become an index: the instrument, its weight mode and its band table."""

    instrument: Instrument
    mode: str
    bands: str


@dataclass(frozen=True)
class IndexFigures:
    """The official figures; an interval per item, in the items' order, and one of the index: all 25..100.

    An interval is None where nobody answered, that of the index where no sheet is told as complete; `incomplete` is the
    share of sheets that are not: they skip a question, or are told together with some that do.
    """

    official: OfficialIndex
    items: tuple[Interval | None, ...]
    composite: Interval | None
    incomplete: Fraction


@dataclass(frozen=True)
class Group:
    """What a row is about; `name` is None for channels and months."""

    value: str
    name: str | None


@dataclass(frozen=True)
class OpenAnswers:
    """How many open answers are told, and their composite: None without any, or where a question has no answer.

    `items` are the means of the questions, nothing without answers. Neither adds to `IndexFigures`, nor to what these
    are made of.
    """

    n: int
    composite: Graded | None
    items: tuple[ItemIndex, ...] = ()


@dataclass(frozen=True)
class Beside:
    """What stands beside a row's figures: open answers, and counts without answers, None below ten of them.

    `tickets` is None in a query by channel, which a ticket does not have.
    """

    open: OpenAnswers
    held: int | None
    held_reasons: Mapping[str, int] | None
    tickets: ShownTickets | None


@dataclass(frozen=True)
class IndexRow:
    """The figures of the told sheets; all of them None where too little of the row is told by itself.

    `waiting` is how many of its ratings the figures leave out (`<10`, `20+`).
    """

    group: Group | None
    state: State
    n: int | None
    waiting: str | None
    figures: IndexFigures | None
    beside: Beside | None


@dataclass(frozen=True)
class IndexTable:
    """All rows of one query, sorted by group, and the release that they speak of."""

    agency_id: str
    scoring: Scoring
    period: DayRange
    by: By | None
    personal: bool
    release: ReleaseState
    rows: tuple[IndexRow, ...]


def index_row(scoring: Scoring, group: Group | None, released: Released, beside: Beside) -> IndexRow:
    """The row of what is told of a group.

    A row that is not told is not even measured, so that nothing of it can leak on the way.
    """
    cell = released.cell
    if cell is None:
        # Of a questionnaire that anybody answers there is nothing else.
        shown = beside if scoring.instrument.collected is Collected.open else None
        return IndexRow(group, released.state, None, None, None, shown)
    return IndexRow(group, released.state, cell.n, left_out(released.waiting), figures(scoring, cell), beside)


def open_answers(scoring: Scoring, released: Released) -> OpenAnswers:
    """The count and composite of open answers: anybody may give them, so they get neither grade nor interval."""
    told = open_cell(released)
    if told is None:
        return OpenAnswers(0, None)
    official = official_index(scoring.instrument, told.answers, scoring.mode, scoring.bands)
    return OpenAnswers(official.sheets, official.composite, official.items)


def figures(scoring: Scoring, cell: Cell) -> IndexFigures:
    """The official figures of a cell with all intervals."""
    instrument = scoring.instrument
    items = (item_interval(histogram, instrument.low) for histogram in cell.items)
    return IndexFigures(
        official=official_index(instrument, cell, scoring.mode, scoring.bands),
        items=tuple(_as_index(interval, instrument) for interval in items),
        composite=_as_index(composite_interval(instrument, cell, scoring.mode), instrument),
        incomplete=_incomplete(cell, instrument.weights(scoring.mode)),
    )


def _incomplete(cell: Cell, weights: tuple[Fraction, ...]) -> Fraction:
    return Fraction(cell.n - sum(cell.composite(weights).values()), cell.n)


def _as_index(interval: Interval | None, instrument: Instrument) -> Interval | None:
    return None if interval is None else interval.as_index(instrument.high)
