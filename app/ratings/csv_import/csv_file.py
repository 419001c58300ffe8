"""Reading a CSV file of past answers: the cells of the columns asked for, row by row."""

import csv
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import NamedTuple

LARGEST_FILE = 64 * 1024 * 1024
MOST_ROWS = 500_000
DELIMITERS = ",;"


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
    """The rows that are as long as the header says, the faults of the others, the file's SHA-256."""

    lines: Sequence[CsvLine]
    faults: Sequence[CsvFault]
    digest: str

    @property
    def rows(self) -> int:
        """How many rows there are below the header, empty ones left out."""
        return len(self.lines) + len(self.faults)


def column_name(text: str) -> str:
    """The column's name for comparison: spreadsheets and people differ in capitals and blanks."""
    return " ".join(text.split()).casefold()


def read_answers(path: Path, columns: Collection[str]) -> AnswersFile:
    """Read the named columns of a UTF-8 file with `,` or `;` between cells. Raises FileFault."""
    if path.stat().st_size > LARGEST_FILE:
        raise _unreadable(f"a file may have at most {LARGEST_FILE // 2**20} MiB; split it by month")
    data = path.read_bytes()
    rows = _rows(_text(data), columns)
    header = next(rows, [])
    names = [column_name(cell) for cell in header]
    if faults := tuple(_header_faults(names, columns)):
        raise FileFault(*faults)
    places = {name: names.index(name) for name in columns}
    lines: list[CsvLine] = []
    ragged: list[CsvFault] = []
    for row, cells in enumerate(rows, start=2):
        if any(cells):
            _add(row, cells, places, len(names), lines, ragged)
    return AnswersFile(lines, ragged, sha256(data).hexdigest())


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


def _text(data: bytes) -> str:
    """The text without a byte order hashed."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise _unreadable("the text is not UTF-8; save it as “CSV UTF-8”", row) from None


def _rows(text: str, columns: Collection[str]) -> Iterator[list[str]]:
    """Rows of trimmed cells, whatever they hold."""
    reader = csv.reader(StringIO(text, newline=""), delimiter=_delimiter(text, columns), strict=True)
    row = 1
    try:
        for cells in reader:
            yield [cell.strip() for cell in cells]
            row += 1
    except csv.Error as error:
        raise _unreadable(f"this is not well-formed CSV: {error}", row) from None


def _delimiter(text: str, columns: Collection[str]) -> str:
    """The delimiter that finds more of the wanted columns in the header."""
    # Spreadsheets with Indonesian settings write semicolons, because their decimal mark is the comma.
    header = text.split("\n", 1)[0]

    def found(delimiter: str) -> int:
        names = {column_name(cell) for cell in next(csv.reader([header], delimiter=delimiter), [])}
        return len(names.intersection(columns))

    return max(DELIMITERS, key=found)


def _header_faults(names: Sequence[str], columns: Collection[str]) -> Iterator[CsvFault]:
    for column in columns:
        if column not in names:
            there = ", ".join(name for name in names if name) or "none"
            yield CsvFault(1, column, f"there is no such column; the columns are: {there}")
        elif names.count(column) > 1:
            yield CsvFault(1, column, "this column is there twice; rename one of the two")


def _unreadable(problem: str, row: int | None = None) -> FileFault:
    return FileFault(CsvFault(row, None, problem))
