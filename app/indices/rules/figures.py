"""One row of figures: the official index of some counts with the intervals beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.disclosure.rules.minimum import SMALLEST_N
from app.indices.days_asked import DayRange
from app.indices.rules.intervals import Interval, composite_interval, item_interval
from app.indices.rules.official import Graded, OfficialIndex, official_index
from app.instruments.model import Instrument
from app.ratings.status import COUNTED, HELD, OPEN
from app.ratings.tallies.rules.query_plan import By
from app.ratings.tallies.rules.sheet_counts import SheetCounts, histograms
from app.tickets.rules.lifecycle import TicketSum

# Below ten, a mean says more about chance than about the office, and could reveal single answers.
FEWEST_OPEN = SMALLEST_N


@dataclass(frozen=True)
class Scoring:
    """The rules by which sheets become an index: the instrument, its weight mode and its band table."""

    instrument: Instrument
    mode: str
    bands: str


@dataclass(frozen=True)
class IndexFigures:
    """The official figures; an interval per item, in the items' order, and one of the index: all 25..100.

    An interval is None where nobody answered; that of the index is over complete sheets alone.
    """

    official: OfficialIndex
    items: tuple[Interval | None, ...]
    composite: Interval | None


@dataclass(frozen=True)
class Group:
    """What a row is about; `name` is None for channels, months and days."""

    value: str
    name: str | None


@dataclass(frozen=True)
class OpenAnswers:
    """How many open answers there are, and their composite: None below ten, or where a question has no answer."""

    n: int
    composite: Graded | None


@dataclass(frozen=True)
class IndexRow:
    """Counted, held and open sheets, and the figures of the counted; all of them None when the row is suppressed.

    `tickets` is None in a query by channel, which a ticket does not have.
    """

    group: Group | None
    n: int | None
    held: int | None
    figures: IndexFigures | None
    suppressed: bool = False
    open: OpenAnswers | None = None
    tickets: TicketSum | None = None


@dataclass(frozen=True)
class IndexTable:
    """All rows of one query, sorted by group; `reasons` are those for which sheets of a group are held (reason → n)."""

    agency_id: str
    scoring: Scoring
    period: DayRange
    by: By | None
    rows: tuple[IndexRow, ...]
    reasons: Mapping[str | None, Mapping[str, int]] = field(default_factory=dict)


def disclosed_row(
    scoring: Scoring,
    group: Group | None,
    of_standing: Mapping[str, SheetCounts],
    *,
    personal: bool,
    tickets: TicketSum | None = None,
) -> IndexRow:
    """The row as it may be shown: about a person with fewer than ten counted sheets it has no figure.

    Such a row is not even measured, so that nothing of it can leak on the way.
    """
    if personal and sum(of_standing.get(COUNTED, {}).values()) < SMALLEST_N:
        return IndexRow(group, n=None, held=None, figures=None, suppressed=True)
    return index_row(scoring, group, of_standing, tickets)


def index_row(
    scoring: Scoring,
    group: Group | None,
    of_standing: Mapping[str, SheetCounts],
    tickets: TicketSum | None = None,
) -> IndexRow:
    """The row of some sheets, counted by status; held sheets are counted but not measured, open ones separately."""
    counted, held = of_standing.get(COUNTED, {}), of_standing.get(HELD, {})
    return IndexRow(
        group,
        n=sum(counted.values()),
        held=sum(held.values()),
        figures=figures(scoring, counted),
        open=open_answers(scoring, of_standing.get(OPEN, {})),
        tickets=tickets,
    )


def open_answers(scoring: Scoring, counts: SheetCounts) -> OpenAnswers:
    """The count and composite of open answers: anybody may give them, so they get neither grade nor interval."""
    n = sum(counts.values())
    if n < FEWEST_OPEN:
        return OpenAnswers(n, None)
    return OpenAnswers(n, official_index(scoring.instrument, counts, scoring.mode, scoring.bands).composite)


def figures(scoring: Scoring, counts: SheetCounts) -> IndexFigures:
    """The official figures of these counts with all intervals."""
    instrument = scoring.instrument
    items = (item_interval(cells, instrument.low) for cells in histograms(instrument, counts))
    return IndexFigures(
        official=official_index(instrument, counts, scoring.mode, scoring.bands),
        items=tuple(_as_index(interval, instrument) for interval in items),
        composite=_as_index(composite_interval(instrument, counts, scoring.mode), instrument),
    )


def _as_index(interval: Interval | None, instrument: Instrument) -> Interval | None:
    return None if interval is None else interval.as_index(instrument.high)
