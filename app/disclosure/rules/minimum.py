"""What may be shown: the one place of the rule, passed by every row, whoever asks and in whatever format."""

from app.instruments.model import Instrument
from app.ratings.tallies.rules.query_plan import By
from app.ratings.tallies.rules.sheet_counts import SheetCounts, histograms

# Below ten answers a person's figure says more about chance than about the person (statistics.md §0),
# and the sheets of single citizens could be read from it.
SMALLEST_N = 10


def about_person(employee: str | None, by: By | None) -> bool:
    """Whether rows are about one person each: an employee was named, or every row is one."""
    return employee is not None or by is By.employee


def hides_an_item(instrument: Instrument, counts: SheetCounts) -> bool:
    """Whether a question has one to nine answers: its mean would be the index minus all the others."""
    return any(0 < sum(histogram) < SMALLEST_N for histogram in histograms(instrument, counts))
