"""Blocks as rows of plain cells, for formats in which every cell holds one value."""

from collections.abc import Sequence
from typing import TypeAlias

from app.reports.sections.blocks import (
    Block,
    Cell,
    Chart,
    Code,
    Column,
    Facts,
    Headline,
    Number,
    Range,
    Table,
    Words,
)
from app.reports.sections.language import Language

Flat: TypeAlias = str | Number | None


def as_table(chart: Chart) -> Table:
    """What a chart shows."""
    columns = [Column(chart.label_title, "text"), Column(chart.value_title), Column(chart.n_title)]
    rows: list[tuple[Cell, ...]] = [(point.label, point.value, point.n) for point in chart.points]
    if any(point.interval for point in chart.points):
        columns.append(Column(chart.interval_title, "range"))
        rows = [(*row, point.interval) for row, point in zip(rows, chart.points, strict=True)]
    return Table(chart.caption, tuple(columns), tuple(rows))


def limits_as_table(chart: Chart) -> Table:
    """The lines of a funnel: their n, the centre, and both ends of the inner and of the outer limits."""
    columns = (
        Column(chart.n_title),
        Column(chart.centre_title),
        Column(chart.inner_title, "range"),
        Column(chart.outer_title, "range"),
    )
    rows = tuple((limit.n, chart.centre, limit.inner, limit.outer) for limit in chart.limits)
    return Table(f"{chart.inner_title}, {chart.outer_title}", columns, rows)


def header(columns: Sequence[Column], tell: Language) -> list[str]:
    """The titles; a range has two."""
    return [
        title
        for column in columns
        for title in (ends(column.title, tell) if column.kind == "range" else (column.title,))
    ]


def row_of(columns: Sequence[Column], row: Sequence[Cell]) -> list[Flat]:
    """The cells of a row under that header."""
    return [
        flat
        for column, cell in zip(columns, row, strict=True)
        for flat in (_ends(cell) if column.kind == "range" else (_single(cell),))
    ]


def facts_of(block: Block, tell: Language) -> list[tuple[str, Flat]]:
    """A block that is no table as names and values."""
    match block:
        case Words(text, _, title):
            return [(title or "", text)]
        case Facts(items):
            return _items(items, tell)
        case Headline():
            grade = f"{block.grade} ({block.words})"
            return [(block.name, block.value), (tell("Grade (mutu)"), grade), *_items(block.beside, tell)]
        case Code(address):
            return [(tell("Verification address"), address)]
        case Table() | Chart():
            return []


def ends(title: str, tell: Language) -> tuple[str, str]:
    """The names of both ends of a range."""
    return f"{title}, {tell('lower end')}", f"{title}, {tell('upper end')}"


def _items(items: Sequence[tuple[str, Cell]], tell: Language) -> list[tuple[str, Flat]]:
    facts: list[tuple[str, Flat]] = []
    for name, cell in items:
        if isinstance(cell, Range):
            facts += zip(ends(name, tell), _ends(cell), strict=True)
        else:
            facts.append((name, cell))
    return facts


def _ends(cell: Cell) -> tuple[Number | None, Number | None]:
    return (cell.lower, cell.upper) if isinstance(cell, Range) else (None, None)


def _single(cell: Cell) -> Flat:
    assert not isinstance(cell, Range), "only the columns of ranges hold them"
    return cell
