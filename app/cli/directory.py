"""`cermin agency|office|service|counter|employee add …` and `cermin directory import|template …`."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from app.cli.context import actor, database, err, fail, out
from app.directory import register
from app.directory.faults import DirectoryFault, WorkbookFault
from app.directory.workbook.changes import ChangeCounts
from app.directory.workbook.files import read_workbook
from app.directory.workbook.importing import import_directory
from app.directory.workbook.proposal import propose
from app.directory.workbook.template import write_template
from app.foundation.clock import system_clock
from app.foundation.storage.database import Session
from app.instruments.registry import add_shipped

agency = typer.Typer(help="Agencies, the tenants of this installation.", no_args_is_help=True)
office = typer.Typer(help="Places of service.", no_args_is_help=True)
service = typer.Typer(help="Kinds of service.", no_args_is_help=True)
counter = typer.Typer(help="Counters of an office.", no_args_is_help=True)
employee = typer.Typer(help="The people who are rated.", no_args_is_help=True)
directory = typer.Typer(help="The whole directory from a workbook.", no_args_is_help=True)

AgencyCode = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
OfficeCode = Annotated[str, typer.Argument(metavar="OFFICE", help="Code of the office.")]
PERIODS = {"quarter": 3, "month": 1}
NewCode = Annotated[str, typer.Argument(metavar="CODE", help="The new code; it never changes.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name people read.")]


@agency.command("add")
def add_agency(code: NewCode, name: Name) -> None:
    """Add an agency."""
    with _changing() as session:
        register.add_agency(session, code=code, name=name, actor=actor(), now=system_clock())
        # In the same transaction: no agency exists for which the digests of its instruments are not recorded.
        add_shipped(session, code, system_clock())
    _say(f"agency {code} added")


@agency.command("period")
def set_period(
    agency_id: AgencyCode,
    period: Annotated[str, typer.Argument(metavar="quarter|month", help="By which figures are told.")],
) -> None:
    """Set by which period an agency's figures are told; what is told stays as it is."""
    if period not in PERIODS:
        raise fail("A period is quarter or month.")
    with _changing() as session:
        register.set_period(session, agency_id=agency_id, months=PERIODS[period], actor=actor(), now=system_clock())
    _say(f"figures of {agency_id} are told by {period}")


@office.command("add")
def add_office(
    agency_id: AgencyCode,
    code: NewCode,
    name: Name,
    timezone: Annotated[str, typer.Option(help="Asia/Jakarta, Asia/Makassar, Asia/Jayapura (WIB, WITA, WIT).")],
    parent: Annotated[str | None, typer.Option(help="Code of the office above it.")] = None,
    region_code: Annotated[str | None, typer.Option(help="The interior ministry's PP.KK.CC.DDDD.")] = None,
) -> None:
    """Add an office."""
    with _changing() as session:
        register.add_office(
            session,
            agency_id=agency_id,
            code=code,
            name=name,
            timezone=timezone,
            parent=parent,
            region_code=region_code,
            actor=actor(),
            now=system_clock(),
        )
    _say(f"office {code} added")


@service.command("add")
def add_service(
    agency_id: AgencyCode,
    code: NewCode,
    name: Name,
    family: Annotated[str | None, typer.Option(help="People are compared only within a family.")] = None,
) -> None:
    """Add a service."""
    with _changing() as session:
        register.add_service(
            session,
            agency_id=agency_id,
            code=code,
            name=name,
            family=family,
            actor=actor(),
            now=system_clock(),
        )
    _say(f"service {code} added")


@counter.command("add")
def add_counter(
    agency_id: AgencyCode,
    office_code: OfficeCode,
    code: NewCode,
    name: Name,
    services: Annotated[str, typer.Option(help="Codes of its services, a,b; none: every service.")] = "",
) -> None:
    """Add a counter to an office."""
    with _changing() as session:
        register.add_counter(
            session,
            agency_id=agency_id,
            office=office_code,
            code=code,
            name=name,
            services=[each.strip() for each in services.split(",") if each.strip()],
            actor=actor(),
            now=system_clock(),
        )
    _say(f"counter {office_code}/{code} added")


@employee.command("add")
def add_employee(
    agency_id: AgencyCode,
    code: NewCode,
    name: Name,
    office_code: Annotated[str, typer.Option("--office", help="Code of the office of the posting.")],
    posted_from: Annotated[
        datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day there (today).")
    ] = None,
    nip: Annotated[str | None, typer.Option(help="18 digits; masked for all who may not see it.")] = None,
    position: Annotated[str | None, typer.Option(help="Jabatan.")] = None,
    grade: Annotated[str | None, typer.Option(help="Pangkat/golongan.")] = None,
    appraiser: Annotated[str | None, typer.Option(help="Code of the employee who appraises (pejabat penilai).")] = None,
) -> None:
    """Add an employee, posted at an office."""
    with _changing() as session:
        register.add_employee(
            session,
            agency_id=agency_id,
            code=code,
            name=name,
            office=office_code,
            posted_from=posted_from.date() if posted_from else None,
            nip=nip,
            position=position,
            grade=grade,
            appraiser=appraiser,
            actor=actor(),
            now=system_clock(),
        )
    _say(f"employee {code} added")


@directory.command("import")
def import_file(
    agency_id: AgencyCode,
    file: Annotated[Path, typer.Argument(help="An XLSX workbook, a CSV file or a folder of CSV files.")],
) -> None:
    """Import a workbook: all of it, or nothing and every fault."""
    now = system_clock()
    proposal = propose(read_workbook(file), now.date())
    with _changing() as session:
        counts = import_directory(session, proposal, agency_id=agency_id, actor=actor(), now=now)
    out.print(_counts_table(counts))
    if not any(each.new or each.changed for each in counts.values()):
        _say("the directory already says all of this; nothing was changed")


@directory.command("template")
def template(file: Annotated[Path, typer.Argument(help="Where to write it; must end in .xlsx.")]) -> None:
    """Write the workbook to fill in, with examples and instructions."""
    if file.suffix.lower() != ".xlsx":
        raise fail(f"{file} must end in .xlsx")
    if file.exists():
        raise fail(f"{file} exists already; it is not replaced")
    try:
        write_template(file)
    except OSError as error:
        raise fail(f"{file} cannot be written: {error.strerror}") from None
    _say(f"{file} written")


@contextmanager
def _changing() -> Iterator[Session]:
    """A session in one transaction; a fault ends the command with status 1 and leaves nothing behind."""
    try:
        with database() as opened, opened.writing() as session:
            yield session
    except WorkbookFault as fault:
        err.print(_faults_table(fault))
        raise fail(str(fault)) from None
    except DirectoryFault as fault:
        raise fail(str(fault)) from None


def _say(sentence: str) -> None:
    out.print(sentence, markup=False, highlight=False)


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
