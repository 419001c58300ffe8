"""The rows for appraisal systems as files: JSON, CSV and XLSX, written row by row.

No writer holds more than a row, so that a hundred thousand employees need no more memory than ten.
"""

import csv
import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from io import TextIOWrapper
from types import MappingProxyType
from typing import Any, BinaryIO

from app.foundation.csv_dialects import BOM, COMMA, POINT, CsvDialect
from app.foundation.formula_guard import guarded, is_formula
from app.reports.formats.as_xlsx import CELL_LENGTH, OPTIONS
from app.reports.formats.registry import XLSX
from app.reports.rules.appraisal_columns import AppraisalColumn, Cell, Row

WIDTH, NAME_WIDTH = 14, 28
WIDE = frozenset({"nip", "name", "position", "office_name", "appraiser_name", "channels", "report_id"})


@dataclass(frozen=True)
class Sheet:
    """What the file is: whose, of which period, dated on the period's last day, under which header."""

    agency: str
    period: str
    dated: date
    columns: tuple[AppraisalColumn, ...]


@dataclass(frozen=True)
class AppraisalFormat:
    """One format: how it is asked for, how it travels, and what writes it into a binary file."""

    name: str
    media_type: str
    suffix: str
    write: Callable[[Sheet, Iterable[Row], BinaryIO], None]


def write_json(sheet: Sheet, rows: Iterable[Row], target: BinaryIO) -> None:
    """`{"agency", "period", "items": [{column: cell}]}`."""
    head = json.dumps({"agency": sheet.agency, "period": sheet.period}, ensure_ascii=False)
    target.write(f'{head[:-1]}, "items": ['.encode())
    names = [column.name for column in sheet.columns]
    for place, row in enumerate(rows):
        item = json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False)
        target.write(f"{',' if place else ''}\n{item}".encode())
    target.write(b"]}")


def write_csv(sheet: Sheet, rows: Iterable[Row], target: BinaryIO, dialect: CsvDialect = POINT) -> None:
    """One line per row, with a byte order mark."""
    text = TextIOWrapper(target, "utf-8", newline="")
    text.write(BOM)
    writer = csv.writer(text, delimiter=dialect.delimiter)
    writer.writerow([column.name for column in sheet.columns])
    for row in rows:
        writer.writerow([_written(column, cell, dialect) for column, cell in zip(sheet.columns, row, strict=True)])
    # Otherwise the target would be closed with its wrapper.
    text.detach()


def write_xlsx(sheet: Sheet, rows: Iterable[Row], target: BinaryIO) -> None:
    """One sheet of typed cells, never a formula; a row leaves the memory when the next one begins."""
    # Here, because most processes write no workbook.
    import xlsxwriter

    workbook = xlsxwriter.Workbook(target, {**OPTIONS, "in_memory": False, "constant_memory": True})
    workbook.set_properties(
        {
            "title": f"{sheet.agency} {sheet.period}",
            "created": datetime(sheet.dated.year, sheet.dated.month, sheet.dated.day, tzinfo=UTC),
        }
    )
    table = workbook.add_worksheet("appraisals")
    heading = workbook.add_format({"bold": True, "bottom": 1})
    looks: dict[str | int, Any] = {}
    suspect = workbook.add_format({"quote_prefix": True})
    for place, column in enumerate(sheet.columns):
        table.set_column(place, place, NAME_WIDTH if column.name in WIDE else WIDTH)
        table.write_string(0, place, column.name, heading)
    last = 0
    for last, row in enumerate(rows, 1):
        for place, (column, cell) in enumerate(zip(sheet.columns, row, strict=True)):
            # It is text in the file already; the mark keeps it text when somebody edits the cell.
            if column.kind == "text" and is_formula(str(cell)):
                look = suspect
            else:
                form = _number_format(column, cell)
                look = looks[form] = looks.get(form) or workbook.add_format({"num_format": form})
            _put(table, (last, place), cell, column, look)
    table.freeze_panes(1, 2)
    table.autofilter(0, 0, last, len(sheet.columns) - 1)
    workbook.close()


APPRAISAL_FORMATS: Mapping[str, AppraisalFormat] = MappingProxyType(
    {
        each.name: each
        for each in (
            AppraisalFormat("json", "application/json", ".json", write_json),
            AppraisalFormat("csv", "text/csv", ".csv", write_csv),
            AppraisalFormat("csv-semicolon", "text/csv", ".csv", partial(write_csv, dialect=COMMA)),
            AppraisalFormat("xlsx", XLSX, ".xlsx", write_xlsx),
        )
    }
)


def _written(column: AppraisalColumn, cell: Cell, dialect: CsvDialect) -> Cell:
    if isinstance(cell, bool):
        return str(cell).lower()
    if column.kind == "text":
        return guarded(cell)
    # A negative number is a number; only texts are guarded.
    return None if cell is None else dialect.figure(str(cell))


def _put(table: Any, at: tuple[int, int], cell: Cell, column: AppraisalColumn, look: Any) -> None:
    if cell is None:
        return
    if isinstance(cell, bool):
        table.write_boolean(*at, cell)
    elif column.kind == "text":
        table.write_string(*at, str(cell)[:CELL_LENGTH], look)
    else:
        table.write_number(*at, float(cell), look)


def _number_format(column: AppraisalColumn, cell: Cell) -> str | int:
    """How a cell is shown: with the decimals that its figure has, one where a person has few ratings."""
    if column.kind in ("text", "flag"):
        # The spreadsheet's own text format: a NIP that somebody edits stays text.
        return 49
    decimals = str(cell).partition(".")[2] if column.kind == "official" else ""
    return "0.0###" if column.kind == "estimate" else f"0.{'0' * len(decimals)}".rstrip(".")
