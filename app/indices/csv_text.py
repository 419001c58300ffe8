"""The table of indices as CSV (RFC 4180): one line per row, flat, safe to open in a spreadsheet."""

import csv
from collections.abc import Mapping, Sequence
from io import StringIO
from typing import TypeAlias

from app.foundation.csv_dialects import BOM, POINT, CsvDialect
from app.foundation.formula_guard import guarded
from app.indices.presenting import table_out
from app.indices.rules.figures import Group, IndexTable
from app.indices.schemas import DimensionOut, IndexOut, IndexRowOut, IndexTableOut

# The last word of every column that holds a figure; no text's column ends in one of them.
FIGURES = frozenset({"mean", "index", "lower", "upper", "confidence", "coverage", "percent", "open"})
Cells: TypeAlias = Mapping[str, str | int | float | None]

SHARED = (
    "agency",
    "instrument",
    "version",
    "digest",
    "index_name",
    "weights",
    "bands",
    "from",
    "to",
    "by",
    "release",
    "released_at",
)
ROW = ("group", "name", "state", "n", "waiting", "held", "suppressed")
DIMENSION = ("n", "mean", "index", "grade", "lower", "upper")
# No item's column can have one of these names, for theirs all end in an underscore and a word of the above.
INDEX = ("index", "grade", "words_id", "words_en", "confidence", "lower", "upper", "complete_sheets")
INCOMPLETE = "incomplete_percent"
# Counts that are in no figure: open answers, and the tickets of the same offices and days.
BESIDE = ("open", "mean_open", "index_open", "tickets_issued", "tickets_armed", "tickets_spent", "tickets_coverage")


def csv_text(table: IndexTable, dialect: CsvDialect = POINT) -> str:
    """A byte order mark, the header and one line per row; a cell is empty where the JSON has null."""
    out = table_out(table)
    text = StringIO(newline="")
    text.write(BOM)
    writer = csv.DictWriter(text, columns(table.scoring.instrument.codes), delimiter=dialect.delimiter)
    writer.writeheader()
    for source, row in zip(table.rows, out.rows, strict=True):
        line = {**_shared(out), **_row(source.group, row), **_index(row.index), **_beside(row)}
        line[INCOMPLETE] = row.incomplete_percent
        for dimension in row.dimensions:
            line |= _dimension(dimension)
        writer.writerow({name: _written(name, cell, dialect) for name, cell in line.items()})
    return text.getvalue()


def _written(name: str, cell: str | int | float | None, dialect: CsvDialect) -> str | int | float | None:
    """A cell as the file holds it: of texts, one that begins with = would be run as a formula by a spreadsheet."""
    if isinstance(cell, float) or (cell is not None and name.rpartition("_")[2] in FIGURES):
        return dialect.figure(str(cell))
    return guarded(cell)


def columns(codes: Sequence[str]) -> list[str]:
    """The header for an instrument with these items."""
    of_items = [f"{code}_{part}" for code in codes for part in DIMENSION]
    return [*SHARED, *ROW, *of_items, *INDEX, INCOMPLETE, *BESIDE]


def _shared(table: IndexTableOut) -> Cells:
    cells = (
        table.agency,
        table.instrument,
        table.version,
        table.digest,
        table.index_name,
        table.weights,
        table.bands,
        table.first.isoformat(),
        table.last.isoformat(),
        table.by,
        table.release,
        table.released_at.isoformat(),
    )
    return dict(zip(SHARED, cells, strict=True))


def _row(group: Group | None, row: IndexRowOut) -> Cells:
    value, name = (group.value, group.name) if group else (None, None)
    return dict(
        zip(ROW, (value, name, row.state, row.n, row.waiting, row.held, str(row.suppressed).lower()), strict=True)
    )


def _beside(row: IndexRowOut) -> Cells:
    opened, tickets = row.open, row.tickets
    cells = (
        *((opened.n, opened.mean, opened.index) if opened else (None,) * 3),
        *((tickets.issued, tickets.armed, tickets.spent, tickets.coverage) if tickets else (None,) * 4),
    )
    return dict(zip(BESIDE, cells, strict=True))


def _dimension(dimension: DimensionOut) -> Cells:
    lower, upper = dimension.interval or (None, None)
    cells = (dimension.n, dimension.mean, dimension.index, dimension.grade, lower, upper)
    return {f"{dimension.code}_{part}": cell for part, cell in zip(DIMENSION, cells, strict=True)}


def _index(index: IndexOut | None) -> Cells:
    if index is None:
        return {}
    graded = (index.value, index.grade, index.words.id, index.words.en)
    interval = index.interval
    ends = (interval.confidence, interval.lower, interval.upper, interval.n) if interval else (None,) * 4
    return dict(zip(INDEX, (*graded, *ends), strict=True))
