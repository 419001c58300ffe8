"""Reads the header of a sheet: at which place each column stands, and which are unknown, repeated or missing."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from app.directory.faults import Fault, Sentence
from app.directory.workbook.cells import Cell, text_of
from app.directory.workbook.columns import SHEETS
from app.directory.workbook.references import letters_of
from app.directory.workbook.sheets import is_written
from app.foundation.csv_records import column_name


@dataclass(frozen=True)
class Header:
    """The header as written, in small letters, and the place of each of our columns in it."""

    names: tuple[str, ...]
    places: Mapping[str, int]
    missing: tuple[str, ...]

    def cells(self, line: Sequence[Cell]) -> dict[str, Cell]:
        """The cells of a row by column; a row that ends early has empty ones there."""
        return {name: line[place] if place < len(line) else "" for name, place in self.places.items()}

    def cells_without_column(self, line: Sequence[Cell]) -> list[str]:
        """The letters of written cells that have no column name above them."""
        # A header was deleted or a column shifted: ignored, values would be lost without a word.
        return [
            letters_of(place)
            for place, cell in enumerate(line)
            if is_written(cell) and not (place < len(self.names) and self.names[place])
        ]


def read_header(sheet: str, cells: Sequence[Cell]) -> Header:
    """The header of one of our sheets; of columns with the same name the first counts."""
    columns = [column.name for column in SHEETS[sheet]]
    # Without regard to case and blanks around: whoever retyped a header meant the same column.
    names = tuple(_name(cell, place) for place, cell in enumerate(cells))
    places = {name: names.index(name) for name in columns if name in names}
    return Header(names, places, tuple(name for name in columns if name not in places))


def _name(cell: Cell, place: int) -> str:
    """A column's name for comparison; what is no text is called by its letter, as the spreadsheet does."""
    try:
        return column_name(text_of(cell) or "")
    except ValueError:
        return letters_of(place).lower()


def header_faults(sheet: str, header: Header) -> Iterator[Fault]:
    """Unknown, repeated and missing columns."""
    for place, name in enumerate(header.names):
        if name and name not in header.places:
            known = ", ".join(column.name for column in SHEETS[sheet])
            problem = Sentence("there is no such column; the columns are {columns}", columns=known)
            yield Fault(sheet, 1, name, problem)
        elif name and header.names.index(name) < place:
            yield Fault(sheet, 1, name, "this column is there twice")
    needed = {column.name for column in SHEETS[sheet] if not column.may_be_missing}
    for name in header.missing:
        if name in needed:
            yield Fault(sheet, 1, name, "this column is missing")
