"""An appraiser's pack as files: a workbook, and an archive of it with a sheet of evidence for each person.

The same pack always gives the same bytes.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from types import MappingProxyType
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from app.foundation.formula_guard import is_formula
from app.reports.formats.as_pdf import evidence_bytes
from app.reports.formats.as_xlsx import CELL_LENGTH, OPTIONS, number_format
from app.reports.formats.printable import Printable
from app.reports.formats.registry import XLSX
from app.reports.rules.pack import Pack
from app.reports.rules.pack_sheets import PackCell, PackSheet, about, sheets_of
from app.reports.sections.blocks import Number
from app.reports.sections.language import Language
from app.reports.sections.language import language as language_of

WIDTH, WIDE = 16, 60
READ_ALL = 0o644 << 16


@dataclass(frozen=True)
class PackedFiles:
    """A pack with the final reports of its people, each under the name of its file."""

    pack: Pack
    name: str
    reports: Sequence[tuple[str, Printable]]


@dataclass(frozen=True)
class PackFormat:
    """One format: how it is asked for, how it travels, and what writes it in a language."""

    name: str
    media_type: str
    suffix: str
    write: Callable[[PackedFiles, str, BinaryIO], None]


def write_xlsx(files: PackedFiles, language: str, target: BinaryIO) -> None:
    """What the pack is, then its sheets; typed cells, never a formula, no colour."""
    tell, pack = language_of(language), files.pack
    # Here, because most processes write no workbook.
    import xlsxwriter

    workbook = xlsxwriter.Workbook(target, OPTIONS)
    last = pack.span.last
    workbook.set_properties(
        {
            "title": f"{tell('Pack of an appraiser')}: {tell.period(pack.span.code)}",
            "author": pack.agency,
            "created": datetime(last.year, last.month, last.day, tzinfo=UTC),
        }
    )
    writer = SheetWriter(workbook)
    sheets = sheets_of(pack, tell)
    writer.cover(tell("About this pack"), list(_cover(pack, sheets, tell)))
    for sheet in sheets:
        writer.sheet(sheet)
    workbook.close()


def write_zip(files: PackedFiles, language: str, target: BinaryIO) -> None:
    """The workbook and the sheets of evidence in one archive."""
    dated = files.pack.span.last
    with ZipFile(target, "w", ZIP_DEFLATED) as archive:
        workbook = BytesIO()
        write_xlsx(files, language, workbook)
        archive.writestr(entry_of(f"{files.name}.xlsx", dated), workbook.getvalue())
        for name, report in files.reports:
            archive.writestr(entry_of(name, dated), evidence_bytes(report, language))


PACK_FORMATS: Mapping[str, PackFormat] = MappingProxyType(
    {
        each.name: each
        for each in (
            PackFormat("xlsx", XLSX, ".xlsx", write_xlsx),
            PackFormat("zip", "application/zip", ".zip", write_zip),
        )
    }
)


def _cover(pack: Pack, sheets: Sequence[PackSheet], tell: Language) -> Iterator[tuple[str, PackCell]]:
    yield tell("Pack of an appraiser"), tell.period(pack.span.code)
    yield from about(pack, tell)
    yield "", None
    yield tell("No predikat"), tell("A figure is one piece of evidence beside others; the appraiser decides.")
    yield tell("Sheets"), ", ".join(sheet.name for sheet in sheets)


def entry_of(name: str, dated: date) -> ZipInfo:
    """A file of the archive, dated by the period and not by the clock."""
    entry = ZipInfo(name, (dated.year, dated.month, dated.day, 0, 0, 0))
    entry.compress_type, entry.external_attr, entry.create_system = ZIP_DEFLATED, READ_ALL, 3
    return entry


class SheetWriter:
    """Writes sheets of one workbook."""

    def __init__(self, workbook: Any) -> None:
        self.workbook = workbook
        self.formats: dict[tuple[tuple[str, Any], ...], Any] = {}

    def cover(self, name: str, lines: Sequence[tuple[str, PackCell]]) -> None:
        """A sheet of names and values."""
        table = self._added(name)
        table.set_column(0, 0, WIDE // 2)
        table.set_column(1, 1, WIDE)
        for row, (title, value) in enumerate(lines):
            self._put(table, (row, 0), title, bold=True, valign="top")
            self._put(table, (row, 1), value, align="left", valign="top", text_wrap=True)

    def sheet(self, sheet: PackSheet) -> None:
        """A sheet of rows below their headings."""
        table = self._added(sheet.name)
        for place, column in enumerate(sheet.columns):
            table.set_column(place, place, WIDE if column.wide else WIDTH * (2 if place == 0 else 1))
            self._put(table, (0, place), column.title, bold=True, bottom=1, text_wrap=True, valign="bottom")
        for place, row in enumerate(sheet.rows, 1):
            for at, cell in enumerate(row):
                self._put(table, (place, at), cell, valign="top", text_wrap=isinstance(cell, str))
        table.freeze_panes(1, 1)
        table.repeat_rows(0)

    def _added(self, name: str) -> Any:
        table = self.workbook.add_worksheet(name)
        table.set_landscape()
        table.set_paper(9)
        table.fit_to_pages(1, 0)
        table.set_footer("&C&P / &N")
        return table

    def _put(self, table: Any, at: tuple[int, int], cell: PackCell, **looks: Any) -> None:
        if cell is None:
            return
        if isinstance(cell, Number):
            table.write_number(*at, float(cell.shown), self._format(num_format=number_format(cell), **looks))
            return
        # It is text in the file already; the mark keeps it text when somebody edits the cell.
        marked = {"quote_prefix": True} if is_formula(cell) else {}
        # The spreadsheet's own text format: a NIP that somebody edits stays text.
        table.write_string(*at, cell[:CELL_LENGTH], self._format(num_format=49, **looks, **marked))

    def _format(self, **looks: Any) -> Any:
        key = tuple(sorted(looks.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format(looks)
        return self.formats[key]
