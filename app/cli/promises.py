"""`cermin promises`: how long services take at most, and what queue systems counted beside it, from tables."""

from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, TypeVar
from uuid import UUID

import typer
from pydantic import BaseModel
from rich.table import Table

from app.access.principals import KeyKind, Principal, Reach
from app.cli.context import actor, database, fail, out, print_table
from app.cli.faults import faulty, read_or_fail, show_faults
from app.desk.faults import faults_of, read
from app.directory.catalogue_cache import CatalogueCache
from app.directory.standards.counting import take_counts
from app.directory.standards.schemas import CountsIn, MonthCountsIn, PromiseQuery, TypedPromise
from app.directory.standards.setting import list_promises, put_promises
from app.directory.store import find_agency
from app.foundation.clock import system_clock
from app.foundation.problems import Problem
from app.foundation.storage.database import Database
from app.ratings.csv_import.csv_file import CsvFault
from app.reports.sections.language import language
from app.standards.rules.counts import TIMES

promises = typer.Typer(help="How long services take at most, and what was kept of it.", no_args_is_help=True)
AGENCY = typer.Argument(metavar="AGENCY", help="Code of the agency.")
FILE = typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, help="As spreadsheets save it.")
COLUMNS = ("service", "valid_from", "amount", "unit", "source")
STEPS = {"services": "services", "due": "steps_due", "done": "steps_done"}
COUNT_COLUMNS = ("office", "service", "month", *TIMES, *STEPS.values())
Sent = TypeVar("Sent", bound=BaseModel)
Cells = Mapping[str, str]


@promises.command("import")
def import_promises(agency: Annotated[str, AGENCY], file: Annotated[Path, FILE]) -> None:
    """Set promises from a CSV file: all rows, or none and every fault.

    Its columns are service, valid_from, amount, unit, source. `valid_from` is a month such as 2027-01, `unit` minutes,
    hours or working-days; where amount, unit and source are empty, nothing is promised from that month on.
    """

    def put(db: Database, sent: list[TypedPromise]) -> int:
        with db.writing() as session:
            return put_promises(session, Reach(agency, None, actor()), sent, system_clock())

    with database() as db:
        rows, changed = _imported(db, agency, file, COLUMNS, lambda cells: read(TypedPromise, cells), put)
    out.print(f"{rows} promises read, {changed} of them new or changed")


@promises.command("counts")
def import_counts(agency: Annotated[str, AGENCY], file: Annotated[Path, FILE]) -> None:
    """Take what queue systems counted of months from a CSV file: all rows, or none and every fault.

    Its columns are office, service, month, half, within, twice, more, services, steps_due, steps_done: how many were
    served within half of the promised time, all of it, twice it, and later; how many services there were, the steps of
    procedure that each has, and those done of all. What is not known stays empty.
    """

    def put(db: Database, sent: list[MonthCountsIn]) -> int:
        catalogues = CatalogueCache(db, system_clock, seconds=0, reach=timedelta(days=1))
        operator = Principal(agency, KeyKind.admin, UUID(int=0))
        # Rows of any number; the bound of a request is for the size of its body.
        return take_counts(db, catalogues, operator, CountsIn.model_construct(counts=sent), system_clock()).changed

    with database() as db:
        rows, changed = _imported(db, agency, file, COUNT_COLUMNS, _counts, put)
    out.print(f"{rows} counts of a month read, {changed} of them new or changed")


@promises.command("list")
def list_all(agency: Annotated[str, AGENCY]) -> None:
    """List what the agency promises, and what it promised before, by service and month."""
    table = Table(*COLUMNS)
    with database() as db, db.reading() as session:
        _require(agency, find_agency(session, agency))
        after: str | None = None
        while True:
            page = list_promises(session, agency, PromiseQuery(after=after, limit=1_000))
            for each in page.items:
                cells = (each.service, each.valid_from, each.amount, each.unit, each.source)
                table.add_row(*("" if cell is None else str(cell) for cell in cells))
            if page.next is None:
                break
            after = page.next
    print_table(table)


def _imported(
    db: Database,
    agency: str,
    file: Path,
    columns: tuple[str, ...],
    model_of: Callable[[Cells], Sent],
    put: Callable[[Database, list[Sent]], int],
) -> tuple[int, int]:
    """How many rows a file has and how many of them changed something; with a fault the command ends."""
    with db.reading() as session:
        _require(agency, find_agency(session, agency))
    rows = read_or_fail(file, columns)
    numbers: list[int] = []
    sent: list[Sent] = []
    faults: list[CsvFault] = list(rows.faults)
    for number, cells in _stripped(rows.lines, columns):
        try:
            sent.append(model_of(cells))
            numbers.append(number)
        except Problem as problem:
            faults += [CsvFault(number, _column(field), text) for field, text in faults_of(problem, language("en"))]
    changed = 0
    if not faults and sent:
        try:
            changed = put(db, sent)
        except Problem as problem:
            faults = [_at(field, text, numbers) for field, text in faults_of(problem, language("en"))]
    if faults:
        ordered: list[CsvFault] = sorted(faults, key=lambda fault: fault.row or 0)
        show_faults(ordered)
        raise fail(faulty(faults))
    return len(sent), changed


def _stripped(lines: Iterable[tuple[int, Cells]], columns: tuple[str, ...]) -> Iterable[tuple[int, Cells]]:
    for number, cells in lines:
        yield number, {name: cells[name].strip() for name in columns}


def _counts(cells: Cells) -> MonthCountsIn:
    times = {name: _number(cells[name]) for name in TIMES if cells[name]}
    steps = {name: _number(cells[column]) for name, column in STEPS.items() if cells[column]}
    place = {name: cells[name] for name in ("office", "service", "month")}
    return read(MonthCountsIn, {**place, "times": times, "steps": steps})


def _number(text: str) -> int | str:
    """The number; what is none stays what it is, and is refused with the other faults."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 12 else text


def _at(field: str | None, text: str, numbers: list[int]) -> CsvFault:
    """The fault of `promises.3.amount` at the row that the fourth one was read from."""
    _, place, *rest = (field or "").split(".", 2)
    return CsvFault(numbers[int(place)], _column(rest[0] if rest else None), text)


def _column(field: str | None) -> str | None:
    """The column in which `times.half` or `steps.due` stands."""
    if not field:
        return None
    part, _, name = field.partition(".")
    return (STEPS.get(name, name) if part == "steps" else name) or part


def _require(agency: str, found: object) -> None:
    if found is None:
        raise fail(f"There is no agency {agency}.")
