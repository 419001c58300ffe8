"""`cermin directory import|export|template`: the whole directory from a workbook, and as one."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from app.cli.context import actor, database, err, fail, out
from app.cli.directory import AgencyCode, changing, say, telling
from app.directory.faults import WorkbookFault
from app.directory.workbook.changes import ChangeCounts
from app.directory.workbook.exporting import export_directory
from app.directory.workbook.files import read_workbook
from app.directory.workbook.importing import import_directory
from app.directory.workbook.proposal import propose
from app.directory.workbook.template import write_template
from app.foundation.clock import system_clock
from app.foundation.private_files import make_file

NewFile = Annotated[Path, typer.Argument(metavar="FILE.xlsx", help="Where to write it; must end in .xlsx.")]

directory = typer.Typer(help="The whole directory from a workbook, and as one.", no_args_is_help=True)


@directory.command("import")
def import_file(
    agency_id: AgencyCode,
    file: Annotated[Path, typer.Argument(help="An XLSX workbook, a CSV file or a folder of CSV files.")],
) -> None:
    """Import a workbook: all of it, or nothing and every fault."""
    now = system_clock()
    proposal = propose(read_workbook(file), now.date())
    with changing() as session:
        try:
            counts = import_directory(session, proposal, agency_id=agency_id, actor=actor(), now=now)
        except WorkbookFault as fault:
            err.print(_faults_table(fault))
            raise
    out.print(_counts_table(counts))
    if not any(each.new or each.changed for each in counts.values()):
        say("the directory already says all of this; nothing was changed")


@directory.command("export")
def export_file(agency_id: AgencyCode, file: NewFile) -> None:
    """Write the directory as the workbook that `import` reads; it names persons with their NIP."""
    with _writing(file), database() as db, telling():
        exported = export_directory(db, agency_id=agency_id, actor=actor(), now=system_clock())
        # Readable for nobody else: it holds NIPs.
        make_file(file)
        file.write_bytes(exported.content)
    table = Table("sheet", "rows")
    for sheet, rows in exported.counts.items():
        table.add_row(sheet, str(rows))
    out.print(table)
    if exported.left_out is not None:
        say(f"duties until {exported.left_out} are left out, being too many; they stay in the directory")
    say(f"{file} written")


@directory.command("template")
def template(file: NewFile) -> None:
    """Write the workbook to fill in, with examples and instructions."""
    with _writing(file):
        write_template(file)
    say(f"{file} written")


@contextmanager
def _writing(file: Path) -> Iterator[None]:
    """End with a sentence where this file is no new workbook, or cannot be written."""
    if file.suffix.lower() != ".xlsx":
        raise fail(f"{file} must end in .xlsx")
    if file.exists():
        raise fail(f"{file} exists already; it is not replaced")
    try:
        yield
    except OSError as error:
        raise fail(f"{file} cannot be written: {error.strerror}") from None


def _faults_table(fault: WorkbookFault) -> Table:
    table = Table("sheet", "row", "column", "problem")
    for each in fault.faults:
        cells = (each.sheet, "" if each.row is None else str(each.row), each.column or "", each.problem)
        # Text, because a problem or a file's name may hold what rich takes for markup.
        table.add_row(*map(Text, cells))
    return table


def _counts_table(counts: Mapping[str, ChangeCounts]) -> Table:
    table = Table("sheet", "new", "changed", "unchanged")
    for sheet, each in counts.items():
        table.add_row(sheet, *map(str, each))
    return table
