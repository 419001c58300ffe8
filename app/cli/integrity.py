"""`cermin integrity …`: settings, integrity reports on their way, and the keys that they are sealed to."""

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Annotated, TypeAlias
from uuid import UUID

import typer
from pydantic import ValidationError
from rich.table import Table

from app.access.principals import Reach
from app.cli import integrity_keys
from app.cli.context import actor, database, fail, out, print_table, secret
from app.cli.integrity_step import problems_as_sentences, step
from app.directory.agency_marks import AgencyMarks
from app.foundation.clock import system_clock
from app.foundation.private_files import PRIVATE_FILE
from app.foundation.secret import derive
from app.foundation.storage.database import Database, Session
from app.foundation.translations import translator
from app.integrity import handing_over
from app.integrity.door import PEPPER, IntegrityDoor
from app.integrity.rules.kinds import ReportKind, ReportRecipient, ReportState
from app.integrity.schemas import (
    IntegrityReportIn,
    IntegrityReportOut,
    IntegrityReportQuery,
    IntegritySettingsIn,
)
from app.integrity.settings import get_settings, put_settings

integrity = typer.Typer(help="Integrity reports: received, handed over, erased.", no_args_is_help=True)
integrity.command("key-make")(integrity_keys.key_make)
integrity.command("key-add")(integrity_keys.key_add)
# One thumbprint of sixty-four begins with a hyphen, and is no option.
BY_THUMBPRINT = {"ignore_unknown_options": True}
integrity.command("key-challenge", context_settings=BY_THUMBPRINT)(integrity_keys.key_challenge)
integrity.command("key-prove", context_settings=BY_THUMBPRINT)(integrity_keys.key_prove)
integrity.command("key-retire", context_settings=BY_THUMBPRINT)(integrity_keys.key_retire)
integrity.command("key-list")(integrity_keys.key_list)
integrity.command("open")(integrity_keys.open_file)

AgencyCode = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
ReportId = Annotated[UUID, typer.Argument(metavar="REPORT", help="Id, as `cermin integrity list` shows it.")]
HERE = "the terminal"
# More bytes than the longest report has.
LONGEST_INPUT = 32_000
Verb: TypeAlias = Callable[[Session, Reach, UUID, datetime], IntegrityReportOut]


@integrity.command("settings")
def change_settings(
    agency: AgencyCode,
    opened: Annotated[bool | None, typer.Option("--open/--closed", help="Whether reports are taken.")] = None,
    retention_days: Annotated[int | None, typer.Option(help="How long what was confirmed is kept.")] = None,
    inspectorate: Annotated[str | None, typer.Option(help="What the inspectorate is called; empty for none.")] = None,
) -> None:
    """Show the settings, or change those that are named."""
    given = {"open": opened, "retention_days": retention_days}
    with step(agency) as (session, now):
        found = get_settings(session, _reach(agency))
        kept = found.model_dump(exclude={"taking"}) | {name: each for name, each in given.items() if each is not None}
        if inspectorate is not None:
            kept["inspectorate"] = inspectorate.strip() or None
        try:
            asked = IntegritySettingsIn.model_validate(kept)
        except ValidationError as error:
            raise fail("; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in error.errors())) from None
        if given != {"open": None, "retention_days": None} or inspectorate is not None:
            found = put_settings(session, _reach(agency), asked, now)
    out.print(f"{'open' if found.open else 'closed'}; reports are {'taken' if found.taking else 'not taken'} now")
    out.print(f"what was confirmed is kept for {found.retention_days} days", highlight=False)
    out.print(f"inspectorate: {found.inspectorate or 'none'}", markup=False, highlight=False)


@integrity.command("list")
def list_all(
    agency: AgencyCode,
    state: Annotated[ReportState | None, typer.Option(help="Only reports in this state.")] = None,
) -> None:
    """The reports of the agency, the oldest first, without what they say."""
    table = Table("report", "office", "kind", "recipient", "received", "hand over by", "state", "erasable from")
    after: str | None = None
    with step(agency) as (session, now):
        while True:
            query = IntegrityReportQuery(state=state, after=after, limit=500)
            page = handing_over.list_reports(session, _reach(agency), query, now)
            for each in page.items:
                due = f"{each.forward_by} (due)" if each.due else str(each.forward_by)
                cells = (each.office, each.kind, each.recipient, str(each.received_on), due, each.state)
                table.add_row(str(each.id), *cells, str(each.erasable_from or ""))
            if (after := page.next) is None:
                break
    print_table(table)


@integrity.command("hand-over")
def hand_over(
    agency: AgencyCode,
    report: ReportId,
    file: Annotated[Path, typer.Argument(metavar="FILE", help="Where it goes (0600). Nothing is overwritten.")],
) -> None:
    """Write the file by which a report is handed over (Open311 GeoReport v2), its words sealed."""
    with step(agency) as (session, now):
        found = handing_over.hand_over(session, _reach(agency), report, now)
        try:
            with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE_FILE), "w") as handle:
                json.dump([each.model_dump(mode="json") for each in found.requests], handle, indent=1)
        except FileExistsError:
            raise fail(f"{file} is there already.") from None
        except OSError as error:
            raise fail(f"{file} cannot be written: {error.strerror}.") from None
    out.print(f"written to {file}", markup=False, highlight=False, soft_wrap=True)


@integrity.command("forward")
def forward(agency: AgencyCode, report: ReportId) -> None:
    """Note that a report was handed over; webhooks that ask for it by name are told its address."""
    _stepped(agency, report, handing_over.forward)


@integrity.command("confirm")
def confirm(agency: AgencyCode, report: ReportId) -> None:
    """Note that the receiver has confirmed a report."""
    _stepped(agency, report, handing_over.confirm)


@integrity.command("erase")
def erase(
    agency: AgencyCode,
    report: Annotated[UUID | None, typer.Argument(metavar="[REPORT]", help="Only this one.")] = None,
    due: Annotated[bool, typer.Option("--due", help="All that were confirmed and whose time is over.")] = False,
) -> None:
    """Erase what confirmed reports say, once the agency's time for it is over; receipts stay good."""
    if (report is None) != due:
        raise fail("Name a report, or say --due.")
    if report is not None:
        _stepped(agency, report, handing_over.erase)
        return
    with step(agency) as (session, now):
        erased = handing_over.erase_due(session, _reach(agency), now)
    out.print(f"{erased} reports erased")


@integrity.command("send")
def send(
    agency: AgencyCode,
    office: Annotated[str, typer.Argument(metavar="OFFICE", help="Code of the office.")],
    kind: Annotated[ReportKind, typer.Argument(metavar="KIND", help="One of the Ombudsman's kinds.")],
    recipient: Annotated[ReportRecipient, typer.Option(help="Who shall open it.")] = ReportRecipient.agency,
) -> None:
    """Send a report that came on paper: its words from standard input. Prints the receipt for whoever brought it."""
    try:
        words = typer.get_binary_stream("stdin").read(LONGEST_INPUT).decode()
    except UnicodeDecodeError:
        raise fail("The words are not UTF-8 text.") from None
    try:
        sent = IntegrityReportIn(agency=agency, office=office, kind=kind, recipient=recipient, text=words)
    except ValidationError as error:
        faults = error.errors(include_input=False)
        raise fail("; ".join(f"{each['loc'][-1]}: {each['msg']}" for each in faults)) from None
    with problems_as_sentences(), database() as db:
        given = _door(db).take(sent, HERE)
    typer.echo(given.receipt)


@integrity.command("receipt")
def receipt(code: Annotated[str, typer.Option(prompt="The receipt", help="Its code.")]) -> None:
    """Tell by a receipt what became of a report."""
    with problems_as_sentences(), database() as db:
        found = _door(db).receipt(code, HERE, translator("en"))
    out.print(f"{found.kind}, received on {found.received_on}: {found.state}", highlight=False)
    out.print(found.words, highlight=False)


def _stepped(agency: str, report: UUID, verb: Verb) -> None:
    with step(agency) as (session, now):
        found = verb(session, _reach(agency), report, now)
    out.print(f"report {found.id}: {found.state}", highlight=False)


def _door(db: Database) -> IntegrityDoor:
    return IntegrityDoor(db, AgencyMarks(), derive(secret(), PEPPER), system_clock)


def _reach(agency: str) -> Reach:
    return Reach(agency, None, actor())
