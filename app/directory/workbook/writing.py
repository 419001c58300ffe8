"""Writes the directory workbook: its sheets with the format of each column, and the sheet of instructions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import IO, Any, TypeAlias

from app.directory.tables import ZONES
from app.directory.workbook.columns import INSTRUCTIONS, SHEETS, WorkbookColumn

Written: TypeAlias = str | date | None
Line: TypeAlias = Sequence[Written]
# A sentence in Indonesian and in English.
Advice: TypeAlias = tuple[str, str]

OPTIONS = {
    # xlsxwriter would take a text that begins with = for a formula, and one with digits for a number.
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    # Its parts would otherwise lie in files of the system's temporary folder, NIPs and all.
    "in_memory": True,
}
# 49 is the spreadsheet's own text format.
NUMBER_FORMATS = {"text": 49, "zone": 49, "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"}
LAST_ROW = 1_048_575
WIDEST = 60

AGAIN: Advice = (
    "Berkas yang sama boleh diimpor berkali-kali. Baris yang dihapus dari berkas tetap ada di direktori.",
    "The same file may be imported again. What is deleted from the file stays in the directory.",
)


def write_workbook(file: IO[bytes], sheets: Mapping[str, Iterable[Line]], advice: Iterable[Advice]) -> None:
    """Write these rows of each sheet under its header, in the order of its columns, and the instructions last."""
    # Here, because most processes write no workbook.
    import xlsxwriter

    with xlsxwriter.Workbook(file, OPTIONS) as book:
        heading = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"})
        formats = {kind: book.add_format({"num_format": each}) for kind, each in NUMBER_FORMATS.items()}
        for name, columns in SHEETS.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(columns):
                _write_column(sheet, place, column, heading, formats[column.kind])
            cells = [formats[column.kind] for column in columns]
            for row, line in enumerate(sheets.get(name, ()), 1):
                _write_line(sheet, row, line, cells)
        _write_instructions(book, heading, advice)


def _write_column(sheet: Any, place: int, column: WorkbookColumn, heading: Any, cells: Any) -> None:
    # The format of the whole column keeps a NIP or a code typed later from becoming a number.
    sheet.set_column(place, place, 22, cells)
    sheet.write_string(0, place, column.name, heading)
    sheet.write_comment(0, place, f"{column.indonesian}\n\n{column.english}", {"x_scale": 2, "y_scale": 1.5})
    if column.kind == "zone":
        choice = {"validate": "list", "source": list(ZONES)}
        sheet.data_validation(1, place, LAST_ROW, place, choice)


def _write_line(sheet: Any, row: int, line: Line, formats: Sequence[Any]) -> None:
    for place, (value, cells) in enumerate(zip(line, formats, strict=True)):
        if isinstance(value, str):
            sheet.write_string(row, place, value, cells)
        elif value is not None:
            sheet.write_datetime(row, place, value, cells)


def _write_instructions(book: Any, heading: Any, advice: Iterable[Advice]) -> None:
    sheet = book.add_worksheet(INSTRUCTIONS)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 1, 14, wrapped)
    sheet.set_column(2, 3, WIDEST, wrapped)
    lines: list[tuple[str, str, str, str]] = [("", "", *each) for each in advice]
    for name, columns in SHEETS.items():
        lines += [(name, column.name, column.indonesian, column.english) for column in columns]
    sheet.write_row(0, 0, ("lembar / sheet", "kolom / column", "petunjuk", "instruction"), heading)
    for row, line in enumerate(lines, 1):
        sheet.write_row(row, 0, line)
