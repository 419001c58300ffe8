"""The report as CSV (RFC 4180) for a spreadsheet: one line per figure, safe to open."""

import csv
from collections.abc import Iterable
from functools import partial
from io import StringIO

from app.foundation.csv_dialects import BOM, COMMA, POINT, CsvDialect
from app.foundation.formula_guard import guarded
from app.reports.formats.flat import Flat, as_table, facts_of, header, row_of
from app.reports.formats.printable import Printable
from app.reports.sections.blocks import Block, Chart, Number, Section, Table, View
from app.reports.sections.language import Language
from app.reports.sections.language import language as language_of
from app.reports.sections.view import view

# Section, table, row, column, value.
CsvLine = tuple[str, str, str, str, Flat]


def csv_bytes(report: Printable, language: str = "id", dialect: CsvDialect = POINT) -> bytes:
    """Section, table, row, column and value of every cell, a cell without a figure empty."""
    tell, shown = language_of(language), view(report, language)
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=dialect.delimiter)
    writer.writerow([tell(title) for title in ("Section", "Table", "Row", "Column", "Value")])
    for *place, value in _lines(shown, tell):
        writer.writerow([*map(guarded, place), written(value, dialect)])
    return (BOM + text.getvalue()).encode()


def _lines(shown: View, tell: Language) -> Iterable[CsvLine]:
    yield shown.title, "", "", "", shown.subject
    if shown.warning:
        yield shown.title, "", shown.mark or "", "", shown.warning
    for section in shown.sections:
        for block in section.blocks:
            yield from _of_block(section, block, tell)


def _of_block(section: Section, block: Block, tell: Language) -> Iterable[CsvLine]:
    if isinstance(block, Chart):
        block = as_table(block)
    if not isinstance(block, Table):
        for name, value in facts_of(block, tell):
            yield section.title, "", name, "", value
        return
    titles = header(block.columns, tell)
    for row in block.rows:
        first, *rest = row_of(block.columns, row)
        for title, cell in zip(titles[1:], rest, strict=True):
            yield section.title, block.caption, str(first), title, cell
    if block.note:
        yield section.title, block.caption, "", "", block.note


def written(value: Flat, dialect: CsvDialect) -> str | int | float | None:
    """A cell as it stands in the file; a text that a spreadsheet would run is guarded."""
    if not isinstance(value, Number):
        return guarded(value)
    # A negative number is a number; only texts are guarded.
    return dialect.figure(str(value.shown))


semicolon_bytes = partial(csv_bytes, dialect=COMMA)
