"""Prints the faults of a file for whoever mends it: row, column and what to change."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import typer
from rich.table import Table
from rich.text import Text

from app.cli.context import err, fail, print_table
from app.ratings.csv_import.csv_file import AnswersFile, FileFault, read_answers

LONGEST_TABLE = 1_000


def read_or_fail(file: Path, columns: Collection[str]) -> AnswersFile:
    """The named columns of a CSV file; where none of its rows can be read, the command ends with its faults."""
    with readable():
        return read_answers(file, columns)


@contextmanager
def readable() -> Iterator[None]:
    """End the command with the faults of a file of which no row can be read."""
    try:
        yield
    except FileFault as fault:
        show_faults(fault.faults)
        raise fail(faulty(fault.faults)) from None


def show_faults(faults: Sequence[tuple[int | None, str | None, str]]) -> None:
    """Print every fault, as a table or, where drawing one would take minutes, as lines with tabs."""
    rows = [("" if row is None else str(row), column or "", problem) for row, column, problem in faults]
    if len(rows) > LONGEST_TABLE:
        typer.echo("\n".join("\t".join(row) for row in rows), err=True)
    elif rows:
        table = Table("row", "column", "what to change")
        for row in rows:
            # Text, because a column's name may hold what rich takes for markup.
            table.add_row(*map(Text, row))
        print_table(table, err)


def faulty(faults: Sequence[object]) -> str:
    """The sentence with which a command ends that wrote nothing because of faults."""
    return f"{len(faults)} fault(s); nothing was written"
