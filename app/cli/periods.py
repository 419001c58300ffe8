"""`cermin period list|close|note|…|finalise|publish|withdraw|revise`: from an open period to the public page."""

import csv
import os
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table

from app.access.principals import Reach
from app.cli.context import actor, database, fail, out, print_table, settings
from app.closing import lifecycle, notes, replies, store
from app.closing.addressing import asked
from app.closing.public import publishing
from app.closing.slips import draw_slips, last_reply_day, slips_pdf
from app.closing.survey import plans as skm_plans
from app.closing.survey.schemas import SurveyFile
from app.closing.tables import Period
from app.directory.catalogue_store import directory_version
from app.directory.listing_store import office_parents
from app.foundation.clock import system_clock
from app.foundation.csv_dialects import BOM, dialect_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Database, Session
from app.foundation.translations import translator
from app.reports.sections.language import language
from app.seals.keyring import signing_key

period = typer.Typer(help="Closing periods: draft, replies, final, revisions.", no_args_is_help=True)

AgencyCode = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
PeriodCode = Annotated[str, typer.Argument(metavar="PERIOD", help="2026-09, 2026-Q3, 2026-S2 or 2026.")]
ClosedBy = Annotated[
    str | None, typer.Option("--instrument", help="The one it is or was closed by; left out, the only one.")
]
Root = Annotated[str | None, typer.Option("--office", help="Only this office and those below it.")]


@period.command("list")
def list_periods(agency_id: AgencyCode) -> None:
    """Every revision of every closed period."""
    with _step(agency_id, None) as (session, _):
        periods = store.periods_of(session, agency_id)
    table = Table("period", "office", "revision", "state", "instrument", "reply until", "final at")
    for each in periods:
        final = "" if each.final_at is None else f"{each.final_at:%Y-%m-%d %H:%M} UTC"
        until = f"{each.replies_end_at:%Y-%m-%d %H:%M} UTC"
        table.add_row(each.code, each.root, str(each.revision), each.state, each.instrument, until, final)
    print_table(table)


@period.command()
def close(
    agency_id: AgencyCode,
    code: PeriodCode,
    root: Root = None,
    instrument: Annotated[str, typer.Option(help="Measured by this instrument.")] = "ikl-1",
    weights: Annotated[str | None, typer.Option(metavar="MODE", help="Weight mode, such as 0.33.")] = None,
    bands: Annotated[str | None, typer.Option(metavar="TABLE", help="Band table, such as 2017.")] = None,
) -> None:
    """Compute the drafts of a period that is over, and open the reply window."""
    with _agency(agency_id, root) as (opened, reach):
        closed = lifecycle.close(
            opened,
            reach,
            asked(code),
            by=lifecycle.Method(instrument, weights, bands),
            now=system_clock(),
            working_days=settings().reply_working_days,
        )
        _print_outcome(opened, closed)


@period.command()
def note(
    agency_id: AgencyCode,
    code: PeriodCode,
    employee: Annotated[str, typer.Argument(metavar="EMPLOYEE", help="Code of the employee.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="The supervisor's words.")],
    root: Root = None,
    instrument: ClosedBy = None,
) -> None:
    """Put a supervisor's words beside an employee's draft."""
    with _step(agency_id, root) as (session, reach):
        notes.note(session, reach, asked(code), instrument, employee=employee, text=text, now=system_clock())
    out.print("noted")


@period.command()
def reply(
    agency_id: AgencyCode,
    code: PeriodCode,
    employee: Annotated[str, typer.Argument(metavar="EMPLOYEE", help="Code of the employee.")],
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What the employee handed in.")],
    root: Root = None,
    instrument: ClosedBy = None,
) -> None:
    """Enter the reply that an employee handed in on paper; once, within the window."""
    with _step(agency_id, root) as (session, reach):
        replies.enter(session, reach, code, instrument, employee=employee, text=text, now=system_clock())
    out.print("reply kept")


@period.command()
def invite(
    agency_id: AgencyCode,
    code: PeriodCode,
    file: Annotated[
        Path, typer.Option("--out", help="CSV or PDF file to write; readable by you alone, never overwritten.")
    ],
    root: Root = None,
    instrument: ClosedBy = None,
) -> None:
    """Write a personal link for every employee of the draft; links given before end.

    A file that ends in .pdf becomes sheets of slips to be cut apart, for the employees without an account.
    """
    # The file comes first: if it cannot be written, no link that was given before has been replaced.
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise fail(f"{file} cannot be written: {error.strerror}. Nothing was changed.") from None
    try:
        with os.fdopen(descriptor, "wb") as handle, _step(agency_id, root) as (session, reach):
            if file.suffix.lower() == ".pdf":
                n, content = _slips(session, reach, code, instrument)
            else:
                n, content = _links(session, reach, code, instrument)
            handle.write(content)
            # The links are on disk before those given earlier end.
            handle.flush()
            os.fsync(handle.fileno())
    except BaseException:
        file.unlink(missing_ok=True)
        raise
    out.print(f"{n} links written to {file}", markup=False, highlight=False)


@period.command()
def plan(
    agency_id: AgencyCode,
    code: PeriodCode,
    file: Annotated[Path, typer.Argument(metavar="FILE.toml", exists=True, dir_okay=False)],
    root: Root = None,
    instrument: ClosedBy = None,
) -> None:
    """Read the plan that follows a period, and where it was published; each list in the file replaces the one before.

    Each table `follow_up` has element, problem, action, due_on, owner, and status, done_on, note, proof_address,
    proof_sha256; each table `publication` has medium, published_on, address.
    """
    survey = _survey_file(file)
    with _step(agency_id, root) as (session, reach):
        about, now = skm_plans.Planned(asked(code), None, instrument), system_clock()
        # A list that the file leaves out stays as it is; an empty one removes what was there.
        if survey.follow_up is not None:
            skm_plans.put_follow_ups(session, reach, about, survey.follow_up, now)
        if survey.publication is not None:
            skm_plans.put_publications(session, reach, about, survey.publication, now)
    sentence = f"{len(survey.follow_up or ())} actions and {len(survey.publication or ())} publications kept"
    out.print(sentence, markup=False, highlight=False)


@period.command()
def finalise(agency_id: AgencyCode, code: PeriodCode, root: Root = None, instrument: ClosedBy = None) -> None:
    """After the reply window: sign every report, for ever."""
    key = signing_key(settings().signing_key_file)
    with _agency(agency_id, root) as (opened, reach):
        final = lifecycle.finalise(opened, reach, asked(code), instrument, key=key, now=system_clock())
        _print_outcome(opened, final)


@period.command()
def revise(agency_id: AgencyCode, code: PeriodCode, root: Root = None, instrument: ClosedBy = None) -> None:
    """Make the next revision of a final period from late ratings."""
    days = settings().reply_working_days
    with _agency(agency_id, root) as (opened, reach):
        now = system_clock()
        _print_outcome(opened, lifecycle.revise(opened, reach, asked(code), instrument, now=now, working_days=days))


@period.command()
def publish(agency_id: AgencyCode, code: PeriodCode, root: Root = None, instrument: ClosedBy = None) -> None:
    """Show the figures of a final period on the public page, and record that as a publication."""
    url = settings().public_url
    with _step(agency_id, root) as (session, reach):
        page = publishing.publish(session, reach, asked(code), instrument, system_clock(), url)
    sentence = f"{page.period} revision {page.revision} is shown at {page.address}"
    out.print(sentence, markup=False, highlight=False)


@period.command()
def withdraw(agency_id: AgencyCode, code: PeriodCode, root: Root = None, instrument: ClosedBy = None) -> None:
    """Take the figures of a period back from the public page."""
    with _step(agency_id, root) as (session, reach):
        publishing.withdraw(session, reach, asked(code), instrument, system_clock())
    out.print("not shown any more")


def _links(session: Session, reach: Reach, code: str, instrument: str | None) -> tuple[int, bytes]:
    """New links for everybody, as a table: how many, and the CSV file."""
    tokens = replies.invite(session, reach, code, instrument, system_clock())
    text = StringIO(newline="")
    writer = csv.writer(text, delimiter=dialect_of(settings().language).delimiter)
    # The token stands in the fragment, which browsers send to no server, so it is in no log.
    address = f"{settings().public_url}/r#" if settings().public_url else ""
    writer.writerow(("employee", "link" if address else "token"))
    writer.writerows((employee, f"{address}{token}") for employee, token in tokens.items())
    return len(tokens), f"{BOM}{text.getvalue()}".encode()


def _slips(session: Session, reach: Reach, code: str, instrument: str | None) -> tuple[int, bytes]:
    """New links for those without an account, as slips: how many, and the PDF."""
    drawn, made = draw_slips(session, reach, code, instrument, settings().public_url)
    tell = language(settings().language)
    words = {"period": tell.period(made.period.code), "day": tell.day(last_reply_day(made.period))}
    sheets = slips_pdf(made, tell.code, words)
    replies.keep_links(session, reach, drawn, system_clock())
    return len(made.items), sheets


def _survey_file(file: Path) -> SurveyFile:
    """The plan and the publications of the file; a fault ends the command, every one with its place."""
    try:
        return SurveyFile.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise fail(f"{file} cannot be read: {error}. Nothing was changed.") from None
    except ValidationError as error:
        faults = [f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors(include_input=False)]
        raise fail("\n".join([*faults, "Nothing was changed."])) from None


@contextmanager
def _agency(agency_id: str, root: str | None) -> Iterator[tuple[Database, Reach]]:
    """The database, and the agency and office to act on; a refusal ends the command with its sentence."""
    translate = translator("en")
    try:
        with database() as opened:
            with opened.reading() as session:
                if directory_version(session, agency_id) is None:
                    raise fail(f"There is no agency {agency_id}.")
                if root is not None and root not in office_parents(session, agency_id):
                    raise fail(f"The agency has no office {root}.")
            yield opened, Reach(agency_id, root, actor())
    except Problem as problem:
        raise fail(problem.document(translate)["detail"]) from None


@contextmanager
def _step(agency_id: str, root: str | None) -> Iterator[tuple[Session, Reach]]:
    """As `_agency`, with a session in one transaction: a refusal leaves nothing behind."""
    with _agency(agency_id, root) as (opened, reach), opened.writing() as session:
        yield session, reach


def _print_outcome(opened: Database, closed: Period) -> None:
    with opened.reading() as session:
        reports = len(store.reports_of(session, closed))
    until = "" if closed.state == "final" else f"; employees may reply until {closed.replies_end_at:%Y-%m-%d %H:%M} UTC"
    sentence = f"{closed.code} revision {closed.revision} is {closed.state}: {reports} reports{until}"
    out.print(sentence, markup=False, highlight=False)
