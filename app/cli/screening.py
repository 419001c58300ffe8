"""`cermin screen run|list|release|confirm|hours`."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Annotated, get_args
from uuid import UUID

import typer
from rich.progress import track
from rich.table import Table
from rich.text import Text

from app.access.principals import Reach
from app.cli.context import actor, database, err, fail, out, print_table, settings
from app.directory.catalogue_store import directory_version
from app.directory.listing_store import office_parents
from app.directory.reach import require_office
from app.foundation.clock import system_clock
from app.foundation.problems import Problem
from app.foundation.storage.database import Database, Session
from app.foundation.translations import translator
from app.screening import decisions as deciding
from app.screening.decisions import CONFIRMED, RELEASED
from app.screening.opening_record import list_openings, opening_in, put_opening
from app.screening.rules.opening_hours import DAYS as DAY_NAMES
from app.screening.rules.opening_hours import read_week
from app.screening.run import run_agency, usual_order
from app.screening.schemas import DecisionIn, FindingOut, FindingQuery, Standing

screen = typer.Typer(help="Screening: what it doubts and what is decided.", no_args_is_help=True)

AgencyCode = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
FindingId = Annotated[UUID, typer.Argument(metavar="FINDING", help="Id, as `cermin screen list` shows it.")]
Note = Annotated[str, typer.Option(help="Why it is decided so; one line, kept with the finding.")]
DAYS = ["%Y-%m-%d"]
PAGE = 1_000


@screen.command("run")
def run(
    agency: AgencyCode,
    day: Annotated[datetime | None, typer.Option(formats=DAYS, metavar="2026-11-24", help="This day only.")] = None,
    since: Annotated[
        datetime | None, typer.Option(formats=DAYS, metavar="2026-11-01", help="From this day up to yesterday.")
    ] = None,
) -> None:
    """Look at the ratings now, as the service does every night; again changes nothing."""
    if day is not None and since is not None:
        raise fail("Name a day, or the first of several, but not both.")
    first = since if day is None else day
    now = system_clock()
    what = usual_order(
        now,
        actor(),
        settings().trace_days,
        first=None if first is None else first.date(),
        last=None if day is None else day.date(),
    )
    # A day that is not over would be screened on half of its ratings.
    if what.span.first > what.span.last:
        raise fail("The days asked for are not over yet.")
    with database() as db:
        _check_agency(db, agency)
        found = run_agency(db, agency, what, track=_tracked)
    assert found is not None, "nobody takes a run at the terminal over"
    out.print(f"{found.findings} findings hold {found.held} ratings; {found.noted} noted")
    if found.failed:
        raise fail(f"{found.failed} offices could not be looked at to the end; run it again.")


@screen.command("list")
def list_findings(
    agency: AgencyCode,
    office: Annotated[str | None, typer.Option(help="Findings at this office alone.")] = None,
    standing: Annotated[str | None, typer.Option(help="held, noted, released or confirmed.")] = None,
) -> None:
    """What was found, oldest first."""
    if standing not in (None, *get_args(Standing)):
        raise fail("A finding is held, noted, released or confirmed.")
    table = Table(*("id", "reason", "office", "employee", "from", "days", "hour", "n", "numbers", "standing", "note"))
    with database() as db:
        _check_agency(db, agency)
        with db.reading() as session:
            try:
                for found in _all(session, agency, {"office": office, "standing": standing, "limit": PAGE}):
                    table.add_row(*map(Text, _cells(found)))
            except Problem as problem:
                raise fail(_sentence_of(problem)) from None
            except ValueError:
                raise fail("A code has letters, digits and hyphens, at most 40.") from None
    print_table(table)


@screen.command("release")
def release(agency: AgencyCode, finding: FindingId, note: Note) -> None:
    """Let the ratings of a finding count again, for good."""
    _decide(agency, finding, RELEASED, note)


@screen.command("confirm")
def confirm(agency: AgencyCode, finding: FindingId, note: Note) -> None:
    """Keep the ratings of a finding out of every figure, for good."""
    _decide(agency, finding, CONFIRMED, note)


@screen.command("hours")
def hours(
    agency: AgencyCode,
    office: Annotated[str | None, typer.Argument(metavar="[OFFICE]", help="Code of the office.")] = None,
    week: Annotated[
        str | None,
        typer.Argument(metavar='["Mon-Fri 08:00-16:00, Sat 08:00-12:00"]', help="Days left out are closed."),
    ] = None,
) -> None:
    """Tell when an office is open, from today on: kiosk ratings outside are then doubted.

    Without a week the hours are shown, of one office or of all.
    """
    if office is None or week is None:
        _show_hours(agency, office)
        return
    try:
        opening = opening_in(read_week(week))
    except ValueError as fault:
        raise fail(f"{str(fault).capitalize()}.") from None
    with database() as db:
        _check_agency(db, agency)
        try:
            with db.writing() as session:
                kept = put_opening(session, Reach(agency, None, actor()), office, opening, system_clock())
        except Problem as problem:
            raise fail(_sentence_of(problem)) from None
    out.print(f"{office}: {len(kept.hours)} days a week, since {kept.since}")


def _show_hours(agency: str, office: str | None) -> None:
    table = Table("office", "open", "since")
    with database() as db:
        _check_agency(db, agency)
        reach = Reach(agency, None, actor())
        try:
            with db.reading() as session:
                if office is not None:
                    require_office(session, reach, office)
                offices = [office] if office is not None else sorted(office_parents(session, agency))
                found = list_openings(session, reach, offices)
        except Problem as problem:
            raise fail(_sentence_of(problem)) from None
    for code, each in found.items():
        days = ", ".join(f"{DAY_NAMES[day.weekday].capitalize()} {day.opens}-{day.closes}" for day in each.hours)
        table.add_row(code, days or "not known", "" if each.since is None else each.since.isoformat())
    print_table(table)


def _all(session: Session, agency: str, asked: Mapping[str, object]) -> Iterator[FindingOut]:
    """All findings asked for, read page by page."""
    after = None
    while True:
        query = FindingQuery.model_validate({**asked, "after": after})
        page = deciding.list_findings(session, Reach(agency, None, actor()), query)
        yield from page.items
        after = page.next
        if after is None:
            return


def _decide(agency: str, finding: UUID, standing: str, note: str) -> None:
    try:
        decision = DecisionIn(note=note)
    except ValueError:
        raise fail("A note is one line of 1 to 500 readable characters.") from None
    with database() as db:
        _check_agency(db, agency)
        try:
            with db.writing() as session:
                reach = Reach(agency, None, actor())
                found = deciding.decide(session, reach, finding, standing, decision.note, system_clock())
        except Problem as problem:
            raise fail(_sentence_of(problem)) from None
    out.print(f"finding {found.id} {found.standing}, {found.n} ratings")


def _tracked(offices: Iterable[tuple[str, str]]) -> Iterable[tuple[str, str]]:
    return track(list(offices), "screening", console=err, transient=True)


def _check_agency(db: Database, agency: str) -> None:
    with db.reading() as session:
        if directory_version(session, agency) is None:
            raise fail(f"There is no agency {agency}.")


def _sentence_of(problem: Problem) -> str:
    return str(problem.document(translator("en"))["detail"])


def _cells(found: FindingOut) -> tuple[str, ...]:
    return (
        str(found.id),
        found.reason,
        found.office,
        found.employee or "",
        found.first.isoformat(),
        str(found.days),
        "" if found.hour is None else f"{found.hour:02}:00",
        str(found.n),
        ", ".join(f"{name} {value:g}" for name, value in found.evidence.items()),
        found.standing,
        found.note or "",
    )
