"""Sheets of cells with their row numbers, from a workbook or from CSV files."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath

from app.directory.faults import Fault, Sentence
from app.directory.workbook.cells import Cell
from app.directory.workbook.columns import INSTRUCTIONS, SHEETS

# More rows than the duties of a large agency in a year.
MOST_ROWS = 200_000
# Far more than ours and whatever somebody noted beside them; each unknown one is a fault of its own.
MOST_COLUMNS = 500


@dataclass(frozen=True)
class CellSheet:
    """A sheet as written: row 1 is the header; `rows` leaves blank rows out but keeps the numbers."""

    name: str
    header: tuple[Cell, ...]
    rows: tuple[tuple[int, tuple[Cell, ...]], ...]


@dataclass
class Workbook:
    """The sheets of a file or folder, the names of those that cannot be read, and why."""

    sheets: list[CellSheet] = field(default_factory=list)
    unread: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)

    def add(self, name: str, lines: Iterable[Sequence[Cell]]) -> None:
        """Add a sheet unless it is blank; refuse one that is unknown, there already, too long or too wide."""
        rows = [(number, tuple(line)) for number, line in enumerate(lines, 1) if any(map(is_written, line))]
        known = name.strip().lower()
        if known == INSTRUCTIONS or not rows:
            return
        problem = self._refusal(known, rows[-1][0], max(_width(cells) for _, cells in rows))
        if problem:
            # A third copy is no other fault than the second.
            if known not in self.unread:
                self.refuse(name, problem)
            return
        # A blank first row is a missing header, and not a header in the second row: row numbers would not fit.
        header = rows.pop(0)[1] if rows[0][0] == 1 else ()
        self.sheets.append(CellSheet(known, header, tuple(rows)))

    def refuse(self, name: str, problem: str) -> None:
        """Record a fault of a sheet or file as a whole, whose rows stay unread."""
        self.faults.append(Fault(name, None, None, problem))
        self.unread.add(PurePath(name).stem.strip().lower())

    def _refusal(self, name: str, last_row: int, columns: int) -> str | None:
        if name not in SHEETS:
            return Sentence("there is no such sheet; the sheets are {sheets}", sheets=", ".join(SHEETS))
        if any(sheet.name == name for sheet in self.sheets):
            return "this sheet is there twice"
        if last_row > MOST_ROWS:
            return Sentence("a sheet may have at most {most} rows; split it", most=MOST_ROWS)
        if columns > MOST_COLUMNS:
            return Sentence("a sheet may have at most {most} columns; take the others out", most=MOST_COLUMNS)
        return None


def _width(cells: Sequence[Cell]) -> int:
    """Up to which column something is written; of ordinary rows it is enough to know that they are not too wide."""
    if len(cells) <= MOST_COLUMNS:
        return len(cells)
    return max(place for place, cell in enumerate(cells, 1) if is_written(cell))


def is_written(cell: Cell) -> bool:
    """Whether anything stands in the cell."""
    return not (isinstance(cell, str) and not cell.strip())
