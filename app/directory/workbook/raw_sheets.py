"""Finds in a workbook's own XML what the XLSX reader hides: broken formulas, and how large its sheets would become.

The reader hands a cell whose formula ends in an error (#N/A, #REF! …) over as empty: an office whose parent's
look-up failed would become a root without a word. And it makes room for the whole rectangle up to the
last cell: one stray value in the last row and column would ask for more memory than there is.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple
from zipfile import ZipFile

from app.directory.workbook.cells import Broken, Cell
from app.directory.workbook.references import column_of, place_of

# Patterns instead of an XML parser, which would be slow over millions of cells and expand a stranger's entities.
SHEET = re.compile(rb"""<(?:\w+:)?sheet\s[^>]*?\b\w+:id=["']([^"']+)["']""")
RELATIONSHIP = re.compile(rb"<(?:\w+:)?Relationship\s([^>]*)>")
ATTRIBUTE = re.compile(rb"""\b(Id|Target)=["']([^"']*)["']""")
ERROR_CELL = re.compile(rb"""<(?:\w+:)?c\s(?=[^>]*\bt=["']e["'])[^>]*?\br=["']([A-Z]+[0-9]+)["']""")
FILLED_CELL = re.compile(rb"""<(?:\w+:)?c\s[^>]*?\br=["']([A-Z]+)([0-9]+)["'][^>]*(?<!/)>""")


class RawSheet(NamedTuple):
    """Where the broken cells of a sheet are (`C5`), and the size of the rectangle its cells span."""

    broken: tuple[str, ...]
    area: int


def raw_sheets(archive: ZipFile) -> list[RawSheet]:
    """Every sheet in the workbook's order. Raises LookupError when the archive is no workbook."""
    files = _files_by_id(archive)
    ids = SHEET.findall(archive.read("xl/workbook.xml"))
    return [_read(archive.read(files[each])) for each in ids]


def mark_broken(lines: Sequence[Sequence[Cell]], broken: Sequence[str]) -> Sequence[Sequence[Cell]]:
    """The same lines with `Broken.formula` in the broken cells."""
    if not broken:
        return lines
    marked = [list(line) for line in lines]
    for reference in broken:
        row, column = place_of(reference)
        marked.extend([] for _ in range(row + 1 - len(marked)))
        marked[row].extend("" for _ in range(column + 1 - len(marked[row])))
        marked[row][column] = Broken.formula
    return marked


def _read(xml: bytes) -> RawSheet:
    broken = tuple(found.decode() for found in ERROR_CELL.findall(xml))
    filled = FILLED_CELL.findall(xml)
    rows = max((int(row) for _, row in filled), default=0)
    columns = max((column_of(letters.decode()) + 1 for letters in {letters for letters, _ in filled}), default=0)
    return RawSheet(broken, rows * columns)


def _files_by_id(archive: ZipFile) -> dict[bytes, str]:
    """The workbook names its sheets' files by relationship ids; targets are relative to `xl/` or absolute."""
    files = {}
    for found in RELATIONSHIP.findall(archive.read("xl/_rels/workbook.xml.rels")):
        attributes = dict(ATTRIBUTE.findall(found))
        target = attributes[b"Target"].decode()
        files[attributes[b"Id"]] = target[1:] if target.startswith("/") else f"xl/{target}"
    return files
