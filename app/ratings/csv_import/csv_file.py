"""Reading a CSV file of past answers: the cells of the columns asked for, row by row."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from app.foundation.csv_records import CsvProblem, column_name, read_bytes, records

MOST_ROWS = 500_000
# Of a header with thousands of columns nobody reads all.
MOST_NAMED = 30


class CsvFault(NamedTuple):
    """What is wrong in a cell, by spreadsheet row (the header is 1) and column; None where it concerns all of them."""

    row: int | None
    column: str | None
    problem: str


class FileFault(ValueError):
    """A file of which no row can be read. `faults` says why."""

    def __init__(self, *faults: CsvFault) -> None:
        super().__init__("\n".join(fault.problem for fault in faults))
        self.faults = faults


class CsvLine(NamedTuple):
    """One row: the trimmed cells by the name of their column."""

    row: int
    cells: dict[str, str]


@dataclass(frozen=True)
class AnswersFile:
    """The rows that are as long as the header says, the faults of the others, the file's SHA-256.

    `headings` are the columns' names as they are written in the file, and `places` where they stand (the first is 0).
    """

    lines: Sequence[CsvLine]
    faults: Sequence[CsvFault]
    digest: str
    headings: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)

    @property
    def rows(self) -> int:
        """How many rows there are below the header, empty ones left out."""
        return len(self.lines) + len(self.faults)


def read_answers(path: Path, columns: Collection[str]) -> AnswersFile:
    """Read the named columns of a CSV file (`foundation/csv_records.py`). Raises FileFault."""
    try:
        data = read_bytes(path)
        return _read(data, columns)
    except CsvProblem as problem:
        raise _unreadable(str(problem), problem.row) from None


def _read(data: bytes, columns: Collection[str]) -> AnswersFile:
    rows = records(data, columns)
    header = [cell.strip() for cell in next(rows, [])]
    names = [column_name(cell) for cell in header]
    if faults := tuple(_header_faults(names, columns)):
        raise FileFault(*faults)
    places = {name: names.index(name) for name in columns}
    lines: list[CsvLine] = []
    ragged: list[CsvFault] = []
    for row, written in enumerate(rows, start=2):
        cells = [cell.strip() for cell in written]
        if any(cells):
            _add(row, cells, places, len(names), lines, ragged)
    headings = {name: header[place] for name, place in places.items()}
    return AnswersFile(lines, ragged, sha256(data).hexdigest(), headings, places)


def _add(
    row: int, cells: list[str], places: dict[str, int], width: int, lines: list[CsvLine], ragged: list[CsvFault]
) -> None:
    """Add a row to the lines, or to the ragged ones: it may end early, but too many cells mean a missing quote."""
    if any(cells[width:]):
        problem = f"the row has more cells than the header's {width}; put quotes around a cell with a delimiter"
        ragged.append(CsvFault(row, None, problem))
        return
    if len(lines) == MOST_ROWS:
        raise _unreadable(f"a file may hold at most {MOST_ROWS} rows; split it by month")
    found = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
    lines.append(CsvLine(row, found))


def _header_faults(names: Sequence[str], columns: Collection[str]) -> Iterator[CsvFault]:
    for column in columns:
        if column not in names:
            yield CsvFault(1, column, f"there is no such column; the columns are: {_named(names)}")
        elif names.count(column) > 1:
            yield CsvFault(1, column, "this column is there twice; rename one of the two")


def _named(names: Sequence[str]) -> str:
    """The columns that there are, as a sentence names them."""
    there = [name for name in names if name]
    more = f" and {len(there) - MOST_NAMED} more" if len(there) > MOST_NAMED else ""
    return (", ".join(there[:MOST_NAMED]) or "none") + more


def _unreadable(problem: str, row: int | None = None) -> FileFault:
    return FileFault(CsvFault(row, None, problem))
