"""What may be shown: the one place of the rule, passed by every row, whoever asks and in whatever format."""

from dataclasses import replace

from app.indices.figures import IndexRow
from app.indices.plan import By

# Below ten answers a person's figure says more about chance than about the person (statistics.md §0),
# and the sheets of single citizens could be read from it.
SMALLEST_N = 10


def about_person(employee: str | None, by: By | None) -> bool:
    """Whether rows are about one person each: an employee was named, or every row is one."""
    return employee is not None or by is By.employee


def disclosed(row: IndexRow, *, personal: bool) -> IndexRow:
    """The row as it may be shown: about a person with fewer than ten counted sheets it loses every figure."""
    if not personal or (row.n is not None and row.n >= SMALLEST_N):
        return row
    return replace(row, n=None, held=None, figures=None, suppressed=True)
