"""Ways to join a comment, or an integrity report, to its rating by what a database keeps besides its rows.

Each attack knows the rows and where they lie, and guesses for every one the rating it came with, or after.
"""

from collections.abc import Iterable, Mapping, Sequence
from math import comb
from pathlib import Path
from random import Random

from sqlalchemy import text

from app.foundation.storage.database import Database
from tests.at_rest.sqlite_bytes import Cell, cells_of, commits_of, pages_of

# Comment id → key of the rating that it is thought to belong to.
Guesses = Mapping[str, str]
RATING_COLUMNS, COMMENT_COLUMNS, REPORT_COLUMNS = 13, 8, 12


def from_the_log(file: Path, comments: Iterable[str], ratings: Sequence[str], seed: int) -> Guesses:
    """SQLite's WAL: what first appears in the pages of one transaction belongs together."""
    # The file holds what was there before the log was begun.
    before = [cell for page in pages_of(file) for cell in cells_of(*page)]
    seen = {*_keys(before, RATING_COLUMNS), *_keys(before, COMMENT_COLUMNS)}
    found = dict[str, str]()
    for commit in commits_of(file.with_name(f"{file.name}-wal")):
        cells = [cell for page in commit.pages for cell in cells_of(*page)]
        new = [key for key in _keys(cells, RATING_COLUMNS) if key not in seen]
        said = [key for key in _keys(cells, COMMENT_COLUMNS) if key not in seen]
        seen.update(new, said)
        found.update(zip(said, new, strict=False))
    # For the rest one rating or another, as somebody does who knows nothing.
    picks = Random(seed)
    return {comment: found.get(comment) or picks.choice(ratings) for comment in comments}


def from_the_turns(file: Path, reports: Iterable[str], ratings: Sequence[str], seed: int) -> Guesses:
    """SQLite's WAL: a report that first appears in a transaction belongs to the rating of the one before it."""
    before = [cell for page in pages_of(file) for cell in cells_of(*page)]
    seen = {*_keys(before, RATING_COLUMNS), *_keys(before, REPORT_COLUMNS)}
    found, last = dict[str, str](), None
    for commit in commits_of(file.with_name(f"{file.name}-wal")):
        cells = [cell for page in commit.pages for cell in cells_of(*page)]
        for key in _keys(cells, RATING_COLUMNS):
            last = key if key not in seen else last
        if last is not None:
            found |= {key: last for key in _keys(cells, REPORT_COLUMNS) if key not in seen}
        seen.update(_keys(cells, RATING_COLUMNS), _keys(cells, REPORT_COLUMNS))
    picks = Random(seed)
    return {report: found.get(report) or picks.choice(ratings) for report in reports}


def from_the_cells(file: Path, width: int = COMMENT_COLUMNS) -> Guesses:
    """A copied SQLite file: a page fills from its end, so the n-th comment on it came with the n-th rating."""
    cells = [cell for page in pages_of(file) for cell in cells_of(*page)]
    return dict(zip(*(_keys(_as_they_came(cells, each), each) for each in (width, RATING_COLUMNS)), strict=True))


def from_the_rows(database: Database, apart: tuple[str, str] = ("comment", "comment_id")) -> Guesses:
    """PostgreSQL: rows of one transaction share its number, and tables are filled from their beginning."""
    with database.reading() as session:
        comments, ratings = (
            [
                (row.xmin, row.page, row.line, row.key)
                for row in session.execute(
                    text(
                        f"SELECT CAST(CAST(xmin AS text) AS bigint) AS xmin, {key}::text AS key, "
                        "(CAST(ctid AS text)::point)[0] AS page, (CAST(ctid AS text)::point)[1] AS line "
                        f"FROM {table}"
                    )
                )
            ]
            for table, key in (apart, ("rating", "key"))
        )
    by_number = {row[0]: row[3] for row in ratings}
    by_place = dict(zip(sorted(comments), sorted(ratings), strict=True))
    return {
        comment[3].replace("-", ""): by_number.get(comment[0], by_place[comment][3]).replace("-", "")
        for comment in comments
    }


def unlikely(n: int, chance: float, likelihood: float = 1e-6) -> int:
    """The least number of hits out of n that mere picking reaches with less than this likelihood."""
    tail = 1.0
    for hits in range(n + 1):
        if tail < likelihood:
            return hits
        tail -= comb(n, hits) * chance**hits * (1 - chance) ** (n - hits)
    return n + 1


def rank_correlation(pairs: Iterable[tuple[int, int]]) -> float:
    """Spearman's coefficient of pairs of ranks from 0 to n-1."""
    pairs = list(pairs)
    n = len(pairs)
    return 1 - 6 * sum((a - b) ** 2 for a, b in pairs) / (n * (n * n - 1))


def _keys(cells: Iterable[Cell], width: int) -> list[str]:
    return [str(cell.values[1]) for cell in cells if len(cell.values) == width and len(str(cell.values[1])) == 32]


def _as_they_came(cells: Iterable[Cell], width: int) -> list[Cell]:
    return sorted((cell for cell in cells if len(cell.values) == width), key=lambda cell: (cell.page, -cell.address))
