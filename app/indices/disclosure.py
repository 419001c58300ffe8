"""What may be shown: the one place of the rule, passed by every row, whoever asks and in whatever format."""

from collections.abc import Mapping

from app.indices.counts import SheetCounts, histograms
from app.indices.figures import Group, IndexRow, Scoring, index_row
from app.indices.plan import By
from app.instruments.model import Instrument
from app.ratings.standings import COUNTED
from app.tickets.life import TicketSum

# Below ten answers a person's figure says more about chance than about the person (statistics.md §0),
# and the sheets of single citizens could be read from it.
SMALLEST_N = 10


def about_person(employee: str | None, by: By | None) -> bool:
    """Whether rows are about one person each: an employee was named, or every row is one."""
    return employee is not None or by is By.employee


def hides_an_item(instrument: Instrument, counts: SheetCounts) -> bool:
    """Whether a question has one to nine answers: its mean would be the index minus all the others."""
    return any(0 < sum(histogram) < SMALLEST_N for histogram in histograms(instrument, counts))


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
