"""Reading a CSV file of past answers: the cells of the columns asked for, row by row."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import file_digest
from pathlib import Path
from typing import NamedTuple

from app.foundation.csv_records import LARGEST_FILE, CsvProblem, column_name, records

# Of a file that is kept in memory; one that is read row by row may hold a year of the whole country's surveys.
MOST_ROWS, MOST_ROWS_IN_TURN = 500_000, 10_000_000
LARGEST_FILE_IN_TURN = 4 * 1024 * 1024 * 1024
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
    Rows may be read from the file while somebody goes through them (FileFault where that cannot go on), and only then
    are the faults of the others known.
    """

    lines: Iterable[CsvLine]
    faults: Sequence[CsvFault]
    digest: str
    headings: Mapping[str, str] = field(default_factory=dict)
    places: Mapping[str, int] = field(default_factory=dict)


def read_answers(path: Path, columns: Collection[str]) -> AnswersFile:
    """Read the named columns of a CSV file (`foundation/csv_records.py`). Raises FileFault."""
    _bounded(path, LARGEST_FILE)
    file = _opened(path, columns, MOST_ROWS)
    return replace(file, lines=list(file.lines))


def open_answers(path: Path, columns: Collection[str]) -> AnswersFile:
    """The same, but its rows are read when somebody goes through them, so that it may be much larger."""
    _bounded(path, LARGEST_FILE_IN_TURN)
    return _opened(path, columns, MOST_ROWS_IN_TURN)


def _bounded(path: Path, largest: int) -> None:
    if path.stat().st_size > largest:
        raise _unreadable(f"a file may have at most {largest // 2**20} MiB; split it by month")


def _opened(path: Path, columns: Collection[str], most_rows: int) -> AnswersFile:
    digest = _sha256(path)
    try:
        header = [cell.strip() for cell in next(records(path, columns), [])]
    except CsvProblem as problem:
        raise _unreadable(str(problem), problem.row) from None
    names = [column_name(cell) for cell in header]
    if faults := tuple(_header_faults(names, columns)):
        raise FileFault(*faults)
    places = {name: names.index(name) for name in columns}
    ragged: list[CsvFault] = []
    lines = _Lines(path, digest, places, len(names), most_rows, ragged)
    return AnswersFile(lines, ragged, digest, {name: header[place] for name, place in places.items()}, places)


class _Lines:
    """The rows of a file of that digest, read anew by whoever goes through them; `ragged` gets the faults of others."""

    def __init__(
        self, path: Path, digest: str, places: Mapping[str, int], width: int, most: int, ragged: list[CsvFault]
    ) -> None:
        self._path = path
        self._digest = digest
        self._places = places
        self._width = width
        self._most = most
        self._ragged = ragged

    def __iter__(self) -> Iterator[CsvLine]:
        self._ragged.clear()
        try:
            yield from self._read()
        except CsvProblem as problem:
            raise _unreadable(str(problem), problem.row) from None
        # What the audit trail says of the file must be true of what was read.
        if _sha256(self._path) != self._digest:
            raise _unreadable("the file was changed while it was read; import it when nobody writes into it")

    def _read(self) -> Iterator[CsvLine]:
        rows, found = records(self._path, self._places), 0
        next(rows, None)
        places, width = list(self._places.items()), self._width
        for row, written in enumerate(rows, start=2):
            cells = list(map(str.strip, written))
            if not any(cells):
                continue
            # A row may end early, but too many cells mean a missing quote.
            if len(cells) > width and any(cells[width:]):
                problem = f"the row has more cells than the header's {width}; put quotes around a cell with a delimiter"
                self._ragged.append(CsvFault(row, None, problem))
                continue
            found += 1
            if found > self._most:
                raise _unreadable(f"a file may hold at most {self._most} rows; split it by month")
            if len(cells) < width:
                cells += [""] * (width - len(cells))
            yield CsvLine(row, {name: cells[place] for name, place in places})


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return file_digest(content, "sha256").hexdigest()


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
