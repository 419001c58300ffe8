"""`cermin import`: answers given before the service was there, or on paper."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import typer
from rich.progress import Progress
from rich.table import Table

from app.cli.context import actor, database, err, fail, out, secret
from app.cli.faults import faulty, read_or_fail, show_faults
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
from app.ratings.csv_import.importing import ImportCounts, Track, propose, store_answers
from app.ratings.csv_import.past_answers import FileColumn, Form
from app.ratings.keys import KeyMaker
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
        str,
        typer.Option(metavar="COLUMN=ITEM,…", help="Column of each question: u1=PERSYARATAN,u2=PROSEDUR,…"),
    ],
    time: Annotated[
        str,
        typer.Option(metavar="COLUMN", help="When: 2020-07-15 13:54:00 (office time), with offset, or a day."),
    ],
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
        str,
        typer.Option(metavar="COLUMN=ATTRIBUTE,…", help=f"About the respondent: {', '.join(PROFILE_CODES)}."),
    ] = "",
    skip_faulty: Annotated[
        bool, typer.Option("--skip-faulty", help="Import the good rows; the faulty ones are still listed.")
    ] = False,
) -> None:
    """Import past answers from a CSV file: all rows, or none and every fault.

    One file may hold a whole agency: office, service, channel and employee can be columns.
    Importing a file again adds nothing, and a longer file adds only its new rows. Rows with the same time
    and the same answers are counted as often as ONE file holds them, so do not spread such rows over files.
    In the end the agency's figures are released.
    """
    now = system_clock()
    with database() as db:
        keys, known = row_keys(db), known_codes(db, agency, now)
        questionnaire = named("instrument", instrument, known.instruments)
        form = Form(
            office=_own("office", office, office_column, known.catalogue.offices),
            service=_own("service", service, service_column, {code: code for code in known.catalogue.services}),
            instrument=questionnaire,
            channel=_own("channel", channel or (None if channel_column else "import"), channel_column, CHANNELS),
            time=column_name(time),
            answers=_questions(columns, questionnaire),
            employee=None if employee_column is None else column_name(employee_column),
            profile=_attributes(profile),
        )
        with Progress(console=err) as progress:
            answers = read_or_fail(file, form.columns)
            proposal = propose(answers, form, known, keys, now, _tracked(progress))
        show_faults(proposal.faults)
        if proposal.faults and not skip_faulty:
            raise fail(faulty(proposal.faults))
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


def named(kind: str, code: str, known: Mapping[str, One]) -> One:
    """What the code names; where it names nothing, the command ends with the codes there are."""
    if code not in known:
        raise fail(f"--{kind}: the agency has no {kind} {code}; it has {', '.join(sorted(known))}.")
    return known[code]


def _own(kind: str, code: str | None, column: str | None, known: Mapping[str, One]) -> One | FileColumn:
    """What all rows share, or the column in which each row has its own."""
    if code is not None and column is None:
        return named(kind, code, known)
    if column is not None and code is None:
        return FileColumn(column_name(column))
    raise fail(f"Say --{kind} CODE, or --{kind}-column COLUMN where each row has its own; one of them.")


def _questions(columns: str, instrument: Instrument) -> Mapping[str, str]:
    """The item by column; every question needs one."""
    # A question left out would silently count as skipped.
    pairs = _pairs("--columns", columns, instrument.codes)
    missing = [code for code in instrument.codes if code not in pairs.values()]
    if missing:
        raise fail(f"--columns: name a column for {', '.join(missing)}, too.")
    return pairs


def _attributes(profile: str) -> Mapping[str, str]:
    return _pairs("--profile", profile, PROFILE_CODES) if profile else {}


def _pairs(option: str, text: str, targets: Collection[str]) -> Mapping[str, str]:
    """`u1=PROSEDUR,u2=WAKTU` as column → target, each of them once."""
    pairs: dict[str, str] = {}
    for part in text.split(","):
        column, _, target = (word.strip() for word in part.rpartition("="))
        if target not in targets:
            raise fail(f"{option}: {part.strip()!r} does not say COLUMN=one of {', '.join(targets)}.")
        if column_name(column) in pairs or target in pairs.values():
            raise fail(f"{option}: {part.strip()!r} names a column or {target} for the second time.")
        pairs[column_name(column)] = target
    return pairs


def _tracked(progress: Progress) -> Track:
    def track(items: Sequence[One], what: str, /) -> Iterable[One]:
        return progress.track(items, description=what)

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
            f"{counts.differing} of those already there are stored with other questions, another profile or "
            "another channel; a stored rating never changes.",
            style="red",
        )
