"""`cermin volumes import`: how many people were served, from a queue system that cannot post it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import actor, database, fail, out
from app.cli.faults import faulty, read_or_fail, show_faults
from app.directory.catalogue_cache import read_catalogue
from app.directory.faults import Fault
from app.directory.volumes.csv_rows import COLUMNS, read_volumes
from app.directory.volumes.intake import store_volumes
from app.foundation.clock import system_clock
from app.ratings.csv_import.csv_file import CsvFault

volumes = typer.Typer(help="How many people were served.", no_args_is_help=True)


@volumes.command("import")
def import_volumes(
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")],
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, help="As spreadsheets and surveys save it."),
    ],
) -> None:
    """Import served volumes from a CSV file: all rows, or none and every fault.

    Its columns are office, service, employee, date, served, offered; employee and offered may be empty.
    A number replaces the one before, so importing a file again changes nothing.
    """
    now = system_clock()
    with database() as db:
        catalogue = read_catalogue(db, agency, now)
        if catalogue is None:
            raise fail(f"There is no agency {agency}.")
        rows = read_or_fail(file, COLUMNS)
        read, found = read_volumes(rows.lines, catalogue, now)
        if faults := _by_row(rows.faults, found):
            show_faults(faults)
            raise fail(faulty(faults))
        with db.writing() as session:
            changed = store_volumes(session, agency, read, actor=actor(), now=now)
    out.print(f"{len(read)} volumes read, {changed} of them new or changed")


def _by_row(ragged: Sequence[CsvFault], found: Sequence[Fault]) -> list[CsvFault]:
    """All faults in the order of their rows."""
    faults = [*ragged, *(CsvFault(each.row, each.column, each.problem) for each in found)]
    return sorted(faults, key=lambda fault: fault.row or 0)
