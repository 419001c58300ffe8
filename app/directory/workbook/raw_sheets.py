"""Looks through a workbook's own XML before the XLSX reader does: what it would cost, and what that reader hides.

The reader makes room for the whole rectangle up to the last cell: one stray value in the last row and column, or one
that stands there without saying so, asks for more memory than there is, and it cannot be stopped. So everything that
it will go through is counted before, in every part of the archive, as the archive may name any for a sheet. And it
hands a cell whose formula ends in an error (#N/A, #REF! …) over as empty: an office whose parent's look-up failed
would become a root without a word.
"""

import re
import zlib
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

from app.directory.faults import DirectoryFault, Sentence
from app.directory.workbook.cells import Broken, Cell
from app.directory.workbook.references import column_of, place_of

# A small archive may unpack to gigabytes. With these bounds the worst workbook found takes some seconds.
LARGEST_UNPACKED = 128 * 1024 * 1024
LARGEST_AREA = 2_000_000
MOST_TAGS = 2_500_000

# Patterns instead of an XML parser, which would be slow over millions of cells and expand a stranger's entities. None
# looks beyond the next `<`, so their time is linear whatever the text is.
SHEET = re.compile(rb"""<(?:\w{1,20}:)?sheet\s(?=[^<>]*?\b\w{1,20}:id=["']([^"'<>]+)["'])""")
RELATIONSHIP = re.compile(rb"<(?:\w{1,20}:)?Relationship\s([^<>]*)>")
ATTRIBUTE = re.compile(rb"""\b(Id|Target)=["']([^"']*)["']""")
# The place stands first wherever a program wrote it; elsewhere it is looked for among the other attributes.
TAG = re.compile(rb"""<(?:\w{1,20}:)?(row|c|si)(?=[\s/>])(?: r="([A-Z]{0,3})([0-9]{1,7})")?([^<>]*)>""")
PLACE = re.compile(rb"""(?:^|\s)r\s*=\s*["'](?:([A-Z]{1,3})?([0-9]{1,7}))["']""")
HAS_PLACE = re.compile(rb"(?:^|\s)r\s*=")
IS_ERROR = re.compile(rb"""\st\s*=\s*["']e["']""")
TOO_MANY_CELLS = "a workbook may have at most {most} cells, with the empty ones between them; split it"
FIXED_HEADER, ENCRYPTED = 30, 1


class RawSheet(NamedTuple):
    """Where the broken cells of a sheet are (`C5`), and the size of the rectangle its cells span."""

    broken: tuple[str, ...]
    area: int


class _Budget:
    """What is left of the bounds."""

    def __init__(self, largest_area: int) -> None:
        self.bytes, self.area, self.tags = LARGEST_UNPACKED, largest_area, MOST_TAGS
        self.largest_area = largest_area


def raw_sheets(archive: ZipFile, largest_area: int | None = None) -> list[RawSheet]:
    """Every sheet in the workbook's order. Raises LookupError when the archive is no workbook.

    `largest_area` is how many cells it may have in all, if fewer than usual. Raises DirectoryFault where reading it
    would cost too much, and BadZipFile where it is damaged.
    """
    budget, sheets, kept = _Budget(largest_area or LARGEST_AREA), dict[str, RawSheet](), dict[str, bytes]()
    for part in archive.infolist():
        content = _unpacked(archive, part, budget)
        sheets[part.filename] = _scanned(content, budget)
        if part.filename in ("xl/workbook.xml", "xl/_rels/workbook.xml.rels"):
            kept[part.filename] = content
    files = _files_by_id(kept["xl/_rels/workbook.xml.rels"])
    return [sheets[files[each]] for each in SHEET.findall(kept["xl/workbook.xml"])]


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


def _unpacked(archive: ZipFile, part: ZipInfo, budget: _Budget) -> bytes:
    """A part's content, however long its header says that it is: another reader may not believe that either."""
    if part.flag_bits & ENCRYPTED or part.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        raise BadZipFile(part.filename)
    file = archive.fp
    assert file is not None, "the archive is open"
    file.seek(part.header_offset)
    header = file.read(FIXED_HEADER)
    file.seek(sum(int.from_bytes(header[at : at + 2], "little") for at in (26, 28)), 1)
    packed = file.read(part.compress_size)
    # One byte more than there may be shows that there is more.
    inflated = packed
    if part.compress_type == ZIP_DEFLATED:
        inflated = zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, budget.bytes + 1)
    budget.bytes -= len(inflated)
    if budget.bytes < 0:
        most = LARGEST_UNPACKED // 2**20
        raise DirectoryFault(Sentence("unpacked, a workbook may have at most {most} MiB", most=most))
    if zlib.crc32(inflated) != part.CRC:
        raise BadZipFile(part.filename)
    return inflated


def _scanned(xml: bytes, budget: _Budget) -> RawSheet:
    """The rectangle up to the last filled cell of a part, and where its formulas are broken."""
    if b"\0" in xml[:4]:
        # In UTF-16 nothing would be found; no spreadsheet writes it.
        raise BadZipFile("UTF-16")
    broken, rows, columns, filled = list[str](), 0, 0, 0
    for row, column, is_error in _filled_cells(xml, budget):
        filled += 1
        # The rectangle is no smaller; whoever sends far too much need not wait until all of it is counted.
        if filled > budget.area:
            raise DirectoryFault(Sentence(TOO_MANY_CELLS, most=budget.largest_area))
        rows, columns = max(rows, row), max(columns, column)
        if is_error is not None:
            broken.append(is_error)
    budget.area -= rows * columns
    if budget.area < 0:
        is_stray = rows * columns > budget.largest_area > 4 * filled
        if is_stray:
            raise DirectoryFault("a value stands far away from the others; delete it")
        raise DirectoryFault(Sentence(TOO_MANY_CELLS, most=budget.largest_area))
    return RawSheet(tuple(broken), rows * columns)


def _filled_cells(xml: bytes, budget: _Budget) -> Iterator[tuple[int, int, str | None]]:
    """Row and column (from 1) of each cell that may hold something, and its reference if its formula is broken.

    What does not say where it is comes after what was before it.
    """
    row = column = 0
    for found in TAG.finditer(xml):
        budget.tags -= 1
        if budget.tags < 0:
            problem = "a workbook may have at most {most} rows, cells and texts; split it"
            raise DirectoryFault(Sentence(problem, most=MOST_TAGS))
        tag, letters, digits, others = found.groups()
        if tag == b"si":
            continue
        if digits is None:
            letters, digits = _place(others) if others else (b"", b"")
        if tag == b"row":
            row, column = int(digits) if digits else row + 1, 0
            continue
        row, column = (int(digits), column_of(letters.decode()) + 1) if letters else (row, column + 1)
        if not others.endswith(b"/"):
            # What has no reference is in no spreadsheet's file and cannot be marked.
            yield max(row, 1), column, f"{letters.decode()}{row}" if letters and IS_ERROR.search(others) else None


def _place(attributes: bytes) -> tuple[bytes, bytes]:
    """Letters and number of a reference, each empty where there is none; raises BadZipFile where it is unreadable."""
    found = PLACE.search(attributes)
    if found is not None:
        return found[1] or b"", found[2]
    if HAS_PLACE.search(attributes) or attributes.count(b'"') % 2 or attributes.count(b"'") % 2:
        # Another reader may see a place where this one sees none.
        raise BadZipFile("a cell's place")
    return b"", b""


def _files_by_id(relationships: bytes) -> Mapping[bytes, str]:
    """The workbook names its sheets' files by relationship ids; targets are relative to `xl/` or absolute."""
    files = {}
    for found in RELATIONSHIP.findall(relationships):
        attributes = dict(ATTRIBUTE.findall(found))
        target = attributes[b"Target"].decode()
        files[attributes[b"Id"]] = target[1:] if target.startswith("/") else f"xl/{target}"
    return files
