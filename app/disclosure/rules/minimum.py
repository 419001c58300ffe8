"""The smallest number of ratings behind a figure about a person: one rule for every row, reader and format."""

from app.ratings.rules.selection import By

# Below ten answers a person's figure says more about chance than about the person, and the sheets of single citizens
# could be read from it. The GP Patient Survey of England has the same limit.
SMALLEST_N = 10
# With fewer, a person's means and indices are shown to one decimal, and no counts of single scores.
SMALLEST_PRECISE_N = 30


def about_person(employee: str | None, by: By | None) -> bool:
    """Whether each row is about one person: an employee was asked for, or the rows are grouped by employee."""
    return employee is not None or by is By.employee
