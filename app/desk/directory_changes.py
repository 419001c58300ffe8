"""What a workbook changes and what is wrong with it, as sentences, tables and rows of files."""

from collections.abc import Iterator, Sequence

from app.desk.blocks import Links, Section
from app.desk.directory import KINDS
from app.directory.faults import Fault, in_words
from app.directory.workbook.alteration import Alteration, Difference
from app.directory.workbook.columns import SHEETS
from app.directory.workbook.preview import Preview
from app.reports.sections.blocks import Cell, Column, Number, Table, Words
from app.reports.sections.language import Language

# As many as anybody reads; the file has all.
IN_A_TABLE = 25
KINDS_OF_CHANGE = {"new": "new", "changed": "changed", "ended": "ends"}


def sentences(preview: Preview, tell: Language) -> Iterator[str]:
    """What changes, a sentence for each kind of which something does."""
    for kind, counts in preview.counts.items():
        if counts.new or counts.changed:
            yield tell(
                "{kind}: {new} new, {changed} changed.",
                kind=KINDS[kind],
                new=tell.number(Number(counts.new)),
                changed=tell.number(Number(counts.changed)),
            )
    if preview.ended:
        yield tell("Postings that end, because somebody moves: {n}.", n=tell.number(Number(preview.ended)))


def counts_table(preview: Preview, tell: Language) -> Table:
    """How many rows of each sheet are new, changed, or as before."""
    titles = (tell("Sheet"), tell("New"), tell("Changed"), tell("As before"))
    rows = tuple(
        (tell(KINDS[kind]), Number(counts.new), Number(counts.changed), Number(counts.unchanged))
        for kind, counts in preview.counts.items()
    )
    columns = (Column(titles[0], "text"), *(Column(title) for title in titles[1:]))
    return Table(tell("Rows of the workbook"), columns, rows)


def tables(file: str, preview: Preview, tell: Language) -> Iterator[Section]:
    """What changes, a table for each kind of which something does, and all of it as a file."""
    for kind in KINDS:
        rows = [each for each in preview.alterations if each.sheet == kind]
        if rows:
            counts = preview.counts.get(kind)
            # Of very many changes not all rows are there, but all are counted.
            cut = counts is not None and len(preview.alterations) < preview.in_all
            n = counts.new + counts.changed if counts is not None and cut else len(rows)
            yield Section((_changes(rows, n, tell),), tell(KINDS[kind]))
    words = []
    if len(preview.alterations) < preview.in_all:
        words.append(Words(_cut(preview, tell)))
    yield Section((*words, Links(((tell("All these changes as a file (CSV)"), file),))))


def _cut(preview: Preview, tell: Language) -> str:
    shown, n = Number(len(preview.alterations)), Number(preview.in_all)
    return tell("The file has the first {shown} of {n} changes.", shown=tell.number(shown), n=tell.number(n))


def _changes(rows: Sequence[Alteration], in_all: int, tell: Language) -> Table:
    n = tell.number(Number(in_all))
    shown = rows[:IN_A_TABLE]
    whole = len(shown) == in_all
    how_many = tell("Changes: {n}", n=n) if whole else tell("The first {shown} of {n}", shown=str(len(shown)), n=n)
    # Its kind as well, so that whoever hears the tables' names can tell them apart.
    caption = f"{tell(KINDS[rows[0].sheet])} · {how_many}"
    titles = (tell("Code"), tell("Name"), tell("Change"), tell("What"))
    return Table(caption, tuple(Column(each, "text") for each in titles), tuple(_change(row, tell) for row in shown))


def _change(row: Alteration, tell: Language) -> tuple[Cell, ...]:
    what = "; ".join(_difference(each, tell) for each in row.differences)
    return (row.key, row.name, tell(KINDS_OF_CHANGE[row.kind]), what or None)


def _difference(difference: Difference, tell: Language) -> str:
    column, before, after = difference
    if after is None:
        return column
    return (
        f"{column}: {after or tell('nothing')}"
        if before is None
        else f"{column}: {before or tell('nothing')} → {after or tell('nothing')}"
    )


def change_titles(tell: Language) -> tuple[str, ...]:
    """The columns of the file of changes."""
    return tell("Sheet"), tell("Code"), tell("Name"), tell("Change"), tell("What")


def change_rows(preview: Preview, tell: Language) -> Iterator[tuple[Cell, ...]]:
    """The rows of that file."""
    for row in preview.alterations:
        yield (tell(KINDS[row.sheet]), *_change(row, tell))
    if len(preview.alterations) < preview.in_all:
        yield (None, None, None, None, _cut(preview, tell))


def fault_titles(tell: Language) -> tuple[str, ...]:
    """The columns of a table of faults."""
    return tell("Sheet"), tell("Row"), tell("Column"), tell("What is wrong"), tell("What belongs there")


def fault_rows(faults: Sequence[Fault], tell: Language) -> Iterator[tuple[Cell, ...]]:
    """Each fault where the spreadsheet shows it, with the instruction for its column."""
    instructions = {
        (sheet, column.name): column.indonesian if tell.code == "id" else column.english
        for sheet, columns in SHEETS.items()
        for column in columns
    }
    for fault in faults:
        row = None if fault.row is None else str(fault.row)
        instruction = instructions.get((fault.sheet, fault.column or ""))
        yield (fault.sheet, row, fault.column, in_words(fault.problem, tell), instruction)
