"""The smallest number of ratings behind a figure about a person: one rule for every row, reader and format."""

from app.instruments.model import Instrument
from app.ratings.tallies.rules.query_plan import By
from app.ratings.tallies.rules.sheet_counts import SheetCounts, histograms

# Below ten answers a person's figure says more about chance than about the person, and the sheets of single citizens
# could be read from it. The GP Patient Survey of England has the same limit.
SMALLEST_N = 10


def about_person(employee: str | None, by: By | None) -> bool:
    """Whether each row is about one person: an employee was asked for, or the rows are grouped by employee."""
    return employee is not None or by is By.employee


def hides_an_item(instrument: Instrument, counts: SheetCounts) -> bool:
    """Whether a question has one to nine answers; its mean could be computed as the index minus all the others."""
    return any(0 < sum(histogram) < SMALLEST_N for histogram in histograms(instrument, counts))
