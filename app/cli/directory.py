"""`cermin agency|office|service|counter|employee add …`, `cermin agency list|period|rename`."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from app.cli.context import actor, database, err, fail, out, print_table
from app.directory import register
from app.directory.catalogue_store import agencies
from app.directory.faults import DirectoryFault
from app.directory.rules.agency_periods import PERIODS, period_called
from app.foundation.clock import system_clock
from app.foundation.storage.database import Session
from app.instruments.registry import add_shipped

agency = typer.Typer(help="Agencies, the tenants of this installation.", no_args_is_help=True)
office = typer.Typer(help="Places of service.", no_args_is_help=True)
service = typer.Typer(help="Kinds of service.", no_args_is_help=True)
counter = typer.Typer(help="Counters of an office.", no_args_is_help=True)
employee = typer.Typer(help="The people who are rated.", no_args_is_help=True)

AgencyCode = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
OfficeCode = Annotated[str, typer.Argument(metavar="OFFICE", help="Code of the office.")]
NewCode = Annotated[str, typer.Argument(metavar="CODE", help="The new code; it never changes.")]
Name = Annotated[str, typer.Argument(metavar="NAME", help="The name people read.")]


@agency.command("add")
def add_agency(code: NewCode, name: Name) -> None:
    """Add an agency."""
    with changing() as session:
        register.add_agency(session, code=code, name=name, actor=actor(), now=system_clock())
        # In the same transaction: no agency exists for which the digests of its instruments are not recorded.
        add_shipped(session, code, system_clock())
    say(f"agency {code} added")
    err.print(f"Next: cermin person invite {code} NAME --role administrator", markup=False, highlight=False)


@agency.command("list")
def list_agencies() -> None:
    """Every agency of this installation, and by which period its figures are told."""
    table = Table("code", "name", "told by", "added")
    with database() as db, db.reading() as session:
        for each in agencies(session):
            told_by = period_called(each.period_months)
            # Text, because a name may hold what rich takes for markup.
            table.add_row(*map(Text, (each.agency_id, each.name, told_by, f"{each.created_at:%Y-%m-%d}")))
    print_table(table)


@agency.command("period")
def set_period(
    agency_id: AgencyCode,
    period: Annotated[str, typer.Argument(metavar="quarter|month", help="By which figures are told.")],
) -> None:
    """Set by which period an agency's figures are told; what is told stays as it is."""
    if period not in PERIODS:
        raise fail("A period is quarter or month.")
    with changing() as session:
        register.set_period(session, agency_id=agency_id, months=PERIODS[period], actor=actor(), now=system_clock())
    say(f"figures of {agency_id} are told by {period}")


@agency.command("rename")
def rename_agency(agency_id: AgencyCode, name: Name) -> None:
    """Give an agency another name; its code never changes."""
    with changing() as session:
        register.rename_agency(session, agency_id=agency_id, name=name, actor=actor(), now=system_clock())
    say(f"{agency_id} is called {name}")


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
    with changing() as session:
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
    say(f"office {code} added")


@service.command("add")
def add_service(
    agency_id: AgencyCode,
    code: NewCode,
    name: Name,
    family: Annotated[str | None, typer.Option(help="People are compared only within a family.")] = None,
) -> None:
    """Add a service."""
    with changing() as session:
        register.add_service(
            session,
            agency_id=agency_id,
            code=code,
            name=name,
            family=family,
            actor=actor(),
            now=system_clock(),
        )
    say(f"service {code} added")


@counter.command("add")
def add_counter(
    agency_id: AgencyCode,
    office_code: OfficeCode,
    code: NewCode,
    name: Name,
    services: Annotated[str, typer.Option(help="Codes of its services, a,b; none: every service.")] = "",
) -> None:
    """Add a counter to an office."""
    with changing() as session:
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
    say(f"counter {office_code}/{code} added")


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
    with changing() as session:
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
    say(f"employee {code} added")


@contextmanager
def changing() -> Iterator[Session]:
    """A session in one transaction; a fault ends the command with status 1 and leaves nothing behind."""
    with telling(), database() as opened, opened.writing() as session:
        yield session


@contextmanager
def telling() -> Iterator[None]:
    """End the command with status 1 and the sentence of a fault of the directory."""
    try:
        yield
    except DirectoryFault as fault:
        raise fail(str(fault)) from None


def say(sentence: str) -> None:
    out.print(sentence, markup=False, highlight=False)
