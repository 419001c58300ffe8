"""Writes the empty workbook for agencies to fill in; its examples import as they are."""

from collections.abc import Mapping
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, TypeAlias

import xlsxwriter

from app.directory.tables import ZONES
from app.directory.workbook.columns import INSTRUCTIONS, SHEETS, WorkbookColumn

Example: TypeAlias = tuple[str | date | datetime, ...]


def _moment(hour: int) -> datetime:
    """A local time on the day of the examples."""
    return datetime.combine(date(2026, 1, 5), time(hour))


EXAMPLES: Mapping[str, tuple[Example, ...]] = {
    "offices": (
        ("setda", "Sekretariat Daerah Contoh", "", "Asia/Makassar", "73.71"),
        ("disdukcapil", "Dinas Dukcapil Contoh", "setda", "Asia/Makassar", "73.71.01"),
    ),
    "services": (
        ("ktp-el", "Perekaman KTP-el", "kependudukan"),
        ("kk", "Penerbitan Kartu Keluarga", "kependudukan"),
    ),
    "counters": (
        ("disdukcapil", "loket-1", "Loket 1", "ktp-el;kk"),
        ("disdukcapil", "loket-2", "Loket 2", ""),
    ),
    "employees": (
        (
            "E001",
            "Pegawai Contoh",
            "199001012015011001",
            "Pranata Komputer",
            "III/b",
            "disdukcapil",
            date(2026, 1, 1),
            "",
        ),
        ("E002", "Petugas Contoh", "", "Petugas Layanan", "", "disdukcapil", date(2026, 1, 1), "E001"),
    ),
    "duties": (
        ("disdukcapil", "loket-1", "E001", _moment(8), _moment(12)),
        ("disdukcapil", "loket-1", "E002", _moment(12), _moment(16)),
    ),
}

# xlsxwriter would take a text that begins with = for a formula, and one with digits for a number.
OPTIONS = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
# 49 is the spreadsheet's own text format.
NUMBER_FORMATS = {"text": 49, "zone": 49, "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm"}
LAST_ROW = 1_048_575
WIDEST = 60

ADVICE = (
    (
        "Isi lembar lain; baris contoh diganti. Baris 1 (nama kolom) tidak diubah. Lembar boleh dihapus.",
        "Fill in the other sheets, replacing the examples. Leave row 1 alone. Sheets may be deleted.",
    ),
    (
        "Berkas yang sama boleh diimpor berkali-kali. Baris yang dihapus dari berkas tetap ada di direktori.",
        "The same file may be imported again. What is deleted from the file stays in the directory.",
    ),
)


def write_template(path: Path) -> None:
    """Write the template as XLSX to `path`, replacing what is there; raises OSError where that cannot be."""
    with path.open("wb") as file, xlsxwriter.Workbook(file, OPTIONS) as book:
        heading = book.add_format({"bold": True, "bottom": 1, "bg_color": "#E8EEF4"})
        formats = {kind: book.add_format({"num_format": each}) for kind, each in NUMBER_FORMATS.items()}
        for name, columns in SHEETS.items():
            sheet = book.add_worksheet(name)
            sheet.freeze_panes(1, 0)
            for place, column in enumerate(columns):
                _write_column(sheet, place, column, heading, formats[column.kind])
            for row, example in enumerate(EXAMPLES[name], 1):
                _write_example(sheet, row, example, [formats[column.kind] for column in columns])
        _write_instructions(book, heading)


def _write_column(sheet: Any, place: int, column: WorkbookColumn, heading: Any, cells: Any) -> None:
    # The format of the whole column keeps a NIP or a code typed later from becoming a number.
    sheet.set_column(place, place, 22, cells)
    sheet.write_string(0, place, column.name, heading)
    sheet.write_comment(0, place, f"{column.indonesian}\n\n{column.english}", {"x_scale": 2, "y_scale": 1.5})
    if column.kind == "zone":
        choice = {"validate": "list", "source": list(ZONES)}
        sheet.data_validation(1, place, LAST_ROW, place, choice)


def _write_example(sheet: Any, row: int, example: Example, formats: list[Any]) -> None:
    for place, (value, cells) in enumerate(zip(example, formats, strict=True)):
        if isinstance(value, str):
            sheet.write_string(row, place, value, cells)
        else:
            sheet.write_datetime(row, place, value, cells)


def _write_instructions(book: Any, heading: Any) -> None:
    sheet = book.add_worksheet(INSTRUCTIONS)
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 1, 14, wrapped)
    sheet.set_column(2, 3, WIDEST, wrapped)
    lines: list[tuple[str, str, str, str]] = [("", "", *each) for each in ADVICE]
    for name, columns in SHEETS.items():
        lines += [(name, column.name, column.indonesian, column.english) for column in columns]
    sheet.write_row(0, 0, ("lembar / sheet", "kolom / column", "petunjuk", "instruction"), heading)
    for row, line in enumerate(lines, 1):
        sheet.write_row(row, 0, line)
