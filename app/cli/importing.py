"""`cermin import`: answers given before the service was there, or on paper."""

from collections.abc import Iterable, Iterator, Mapping, Sized
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer
from rich.progress import Progress
from rich.table import Table

from app.cli.context import actor, database, err, fail, out, secret
from app.cli.faults import faulty, readable, show_faults
from app.cli.naming import attributes_of, labels_of, questions_of
from app.cli.releasing import make_release, say
from app.directory.catalogue_cache import read_catalogue
from app.foundation.clock import system_clock
from app.foundation.csv_records import column_name
from app.foundation.startup_errors import StartupError
from app.foundation.storage.database import Database, SQLAlchemyError
from app.foundation.storage.installation import claim_secret
from app.instruments.model import Instrument
from app.instruments.registry import instruments_of
from app.ratings.csv_import.cells import CHANNELS as CHANNEL_CODES
from app.ratings.csv_import.cells import PROFILE_CODES
from app.ratings.csv_import.csv_file import open_answers
from app.ratings.csv_import.former import Foreseen, foresee
from app.ratings.csv_import.importing import ImportCounts, propose, store_answers
from app.ratings.csv_import.moments import checked_format
from app.ratings.csv_import.past_answers import FileColumn, Form
from app.ratings.csv_import.store import StoredSheets
from app.ratings.csv_import.storing import Track
from app.ratings.keys import KeyMaker
from app.ratings.sealed_store import sealed_through
from app.ratings.validation import KnownCodes

One = TypeVar("One")
Channel = Literal["import", "kiosk", "mobile", "web"]
CHANNELS = {channel: channel for channel in CHANNEL_CODES}


def import_answers(
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")],
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, help="As spreadsheets and surveys save it."),
    ],
    instrument: Annotated[str, typer.Option(metavar="ID", help="Questionnaire that was answered.")],
    columns: Annotated[
        list[str],
        typer.Option(metavar="COLUMN=ITEM,…", help="Column of each question; repeatable, or @FILE.csv."),
    ],
    time: Annotated[
        str,
        typer.Option(metavar="COLUMN", help="When: 2020-07-15 13:54:00 (office time), with offset, or a day."),
    ],
    time_format: Annotated[
        str | None, typer.Option(metavar="FORMAT", help="dmy or mdy for 15/07/2020; or a pattern: %d.%m.%Y %H:%M.")
    ] = None,
    labels: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL=SCORE,…", help="What words stand for: Cepat=3,A4=4,… or @FILE.csv; repeatable."),
    ] = None,
    id_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="The survey tool's own id of an answer: _uuid, KEY, id.")
    ] = None,
    office: Annotated[str | None, typer.Option(metavar="CODE", help="Office where it was answered.")] = None,
    office_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Or each row's own.")] = None,
    service: Annotated[str | None, typer.Option(metavar="CODE", help="Service it was answered about.")] = None,
    service_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Or each row's own.")] = None,
    channel: Annotated[Channel | None, typer.Option(help="`import` (left out) where it is not known.")] = None,
    channel_column: Annotated[str | None, typer.Option(metavar="COLUMN", help="Or each row's own.")] = None,
    employee_column: Annotated[
        str | None, typer.Option(metavar="COLUMN", help="Code of the employee who is rated.")
    ] = None,
    profile: Annotated[
        list[str] | None,
        typer.Option(metavar="COLUMN=ATTRIBUTE,…", help=f"About the respondent: {', '.join(PROFILE_CODES)}."),
    ] = None,
    skip_faulty: Annotated[
        bool, typer.Option("--skip-faulty", help="Import the good rows; the faulty ones are still listed.")
    ] = False,
    beside: Annotated[
        bool, typer.Option("--beside", help="Other people's answers of days of which a file was imported before.")
    ] = False,
) -> None:
    """Import past answers from a CSV file: all rows, or none and every fault.

    One file may hold a whole agency: office, service, channel and employee can be columns.
    Importing a file again adds nothing, however it was saved, and a longer file adds only its new rows. Rows with
    the same minute and the same answers are counted as often as ONE file holds them, so do not spread such rows over
    files; with --id-column each counts by its own id. In the end the agency's figures are released.
    """
    now = system_clock()
    with database() as db:
        keys, known = row_keys(db), known_codes(db, agency, now)
        questionnaire = importable(named("instrument", instrument, known.instruments))
        form = Form(
            office=_own("office", office, office_column, known.catalogue.offices),
            service=_own("service", service, service_column, {code: code for code in known.catalogue.services}),
            instrument=questionnaire,
            channel=_own("channel", channel or (None if channel_column else "import"), channel_column, CHANNELS),
            time=column_name(time),
            answers=questions_of(columns, questionnaire),
            employee=None if employee_column is None else column_name(employee_column),
            profile=attributes_of(profile or ()),
            own_id=None if id_column is None else column_name(id_column),
            time_format=None if time_format is None else _time_format(time_format),
            labels=labels_of(labels or (), questionnaire),
        )
        with Progress(console=err) as progress, readable():
            answers = open_answers(file, form.columns)
            stored = StoredSheets(db, agency)
            proposal = propose(answers, form, known, keys, now, _tracked(progress), stored, sealed_month(db, agency))
        show_faults(proposal.faults)
        if proposal.faults and not skip_faulty:
            raise fail(faulty(proposal.faults))
        _tell(foresee(db, proposal), beside=beside)
        with Progress(console=err) as progress, _interruptible():
            counts = store_answers(db, proposal, actor=actor(), now=now, track=_tracked(progress))
        released = make_release(db, agency, now)
    _sum_up(counts)
    say(released)


def row_keys(db: Database) -> KeyMaker:
    """The maker of row keys, under the secret that this database was filled with."""
    # With another secret every row would get another key, and a repeated import would count it twice.
    try:
        claim_secret(db, secret())
    except StartupError as error:
        raise fail(str(error)) from None
    return KeyMaker.of(secret())


def known_codes(db: Database, agency: str, now: datetime) -> KnownCodes:
    """The agency's directory and questionnaires; without the agency the command ends."""
    # Who was on duty matters only to a device, so no duty is read.
    catalogue = read_catalogue(db, agency, now)
    if catalogue is None:
        raise fail(f"There is no agency {agency}.")
    with db.reading() as session:
        return KnownCodes(catalogue, instruments_of(session, agency))


def sealed_month(db: Database, agency: str) -> str | None:
    """The last month that nothing joins any more, because its ratings are past their retention."""
    with db.reading() as session:
        return sealed_through(session, agency)


def named(kind: str, code: str, known: Mapping[str, One]) -> One:
    """What the code names; where it names nothing, the command ends with the codes there are."""
    if code not in known:
        raise fail(f"--{kind}: the agency has no {kind} {code}; it has {', '.join(sorted(known))}.")
    return known[code]


def importable(instrument: Instrument) -> Instrument:
    """The questionnaire; one that is answered with a ticket only, or openly only, ends the command."""
    if not instrument.takes(None):
        raise fail(
            f"--instrument: {instrument.id} is answered one way only ({instrument.collected}); import no answers."
        )
    return instrument


def _own(kind: str, code: str | None, column: str | None, known: Mapping[str, One]) -> One | FileColumn:
    """What all rows share, or the column in which each row has its own."""
    if code is not None and column is None:
        return named(kind, code, known)
    if column is not None and code is None:
        return FileColumn(column_name(column))
    raise fail(f"Say --{kind} CODE, or --{kind}-column COLUMN where each row has its own; one of them.")


def _time_format(text: str) -> str:
    try:
        return checked_format(text)
    except ValueError as error:
        raise fail(f"--time-format: {error}.") from None


def _tell(foreseen: Foreseen, *, beside: bool) -> None:
    """Say what is stored already, before anything is written; end where rows would count twice."""
    if foreseen.there:
        words = f"{foreseen.there} of {foreseen.there + foreseen.new} rows are stored already, {foreseen.new} are new."
        err.print(words, highlight=False)
    if foreseen.refusal is not None:
        raise fail(f"{foreseen.refusal} Nothing was written.")
    if foreseen.overlap is not None and not beside:
        raise fail(f"{foreseen.overlap} Nothing was written.")


def _tracked(progress: Progress) -> Track:
    def track(items: Iterable[One], what: str, /) -> Iterable[One]:
        # Of a file that is being read nobody knows how long it is.
        return progress.track(items, description=what, total=len(items) if isinstance(items, Sized) else None)

    return track


@contextmanager
def _interruptible() -> Iterator[None]:
    """End with a sentence if the database gives up; what is stored by then stays, and a repetition skips it."""
    try:
        yield
    except SQLAlchemyError as error:
        # The error's own text may hold values of rows, so only its kind is shown.
        raise fail(
            f"The database gave up ({type(error).__name__}). What was stored before stays; run the same "
            "command again, nothing is counted twice."
        ) from None


def _sum_up(counts: ImportCounts) -> None:
    table = Table("read", "stored", "already there", "faulty")
    table.add_row(*map(str, (counts.read, counts.stored, counts.there, counts.faulty)))
    out.print(table)
    if counts.differing:
        err.print(
            f"{counts.differing} of those already there are stored with another profile, another channel or (by their "
            "id) other answers; a stored rating never changes.",
            style="red",
        )
