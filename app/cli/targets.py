"""`cermin targets import`: what figures of offices and employees shall be, from a table."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

import typer

from app.access.principals import Reach
from app.cli.context import actor, database, fail, out
from app.cli.faults import faulty, read_or_fail, show_faults
from app.closing.targets.schemas import TypedTarget
from app.closing.targets.setting import put_targets
from app.desk.faults import faults_of, read
from app.directory.store import find_agency
from app.foundation.clock import system_clock
from app.foundation.problems import Problem
from app.ratings.csv_import.csv_file import CsvFault
from app.reports.sections.language import language

targets = typer.Typer(help="What figures shall be (SKP).", no_args_is_help=True)
COLUMNS = ("period", "instrument", "office", "employee", "figure", "value")


@targets.command("import")
def import_targets(
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")],
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, help="As spreadsheets save it.")
    ],
) -> None:
    """Set targets from a CSV file: all rows, or none and every fault.

    Its columns are period, instrument, office, employee, figure, value. A row is of an office or of an employee; an
    empty figure is the index, an empty instrument ikl-1, and an empty value takes the target away.
    """
    with database() as db:
        with db.reading() as session:
            if find_agency(session, agency) is None:
                raise fail(f"There is no agency {agency}.")
        rows = read_or_fail(file, COLUMNS)
        numbers, sent, found = _rows(rows.lines)
        faults = [*rows.faults, *found]
        changed = 0
        if not faults:
            try:
                with db.writing() as session:
                    changed = put_targets(session, Reach(agency, None, actor()), sent, system_clock())
            except Problem as problem:
                faults = [_at(field, text, numbers) for field, text in faults_of(problem, language("en"))]
        if faults:
            ordered: list[CsvFault] = sorted(faults, key=lambda fault: fault.row or 0)
            show_faults(ordered)
            raise fail(faulty(faults))
    out.print(f"{len(sent)} targets read, {changed} of them new, changed or taken away")


def _rows(lines: Iterable[tuple[int, Mapping[str, str]]]) -> tuple[list[int], list[TypedTarget], list[CsvFault]]:
    """The targets of the rows that have the right form with their numbers, and every fault of the others."""
    numbers: list[int] = []
    sent: list[TypedTarget] = []
    faults: list[CsvFault] = []
    for number, cells in lines:
        given = {name: cells[name].strip() for name in COLUMNS}
        try:
            sent.append(read(TypedTarget, given | {"value": given["value"].replace(",", ".")}))
            numbers.append(number)
        except Problem as problem:
            faults += [CsvFault(number, field or None, text) for field, text in faults_of(problem, language("en"))]
    return numbers, sent, faults


def _at(field: str | None, text: str, numbers: list[int]) -> CsvFault:
    """The fault of `targets.3.value` at the row that the fourth target was read from."""
    _, place, *column = (field or "").split(".")
    return CsvFault(numbers[int(place)], column[0] if column else None, text)
