"""`cermin instrument template|convert|add|list|show`: the questionnaires an agency may use."""

from pathlib import Path
from typing import Annotated

import typer
from rich.table import Column, Table
from rich.text import Text

from app.cli.context import actor, database, fail, out
from app.directory.catalogue_store import directory_version
from app.foundation.clock import system_clock
from app.foundation.storage.database import Session
from app.instruments.faults import InstrumentFault
from app.instruments.loading import shipped, template_text
from app.instruments.model import Instrument
from app.instruments.registry import add_own, instruments_of
from app.instruments.schemas import weight_text
from app.instruments.xlsform_reading import text_of_xlsform

instrument = typer.Typer(help="Questionnaires: the shipped ones and an agency's own.", no_args_is_help=True)

AgencyCode = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]


@instrument.command("add")
def add(
    agency: AgencyCode,
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE", exists=True, dir_okay=False, help="The questionnaire: a TOML file, or an XLSForm (.xlsx)."
        ),
    ],
) -> None:
    """Add an agency's own questionnaire; a version once added never changes."""
    with database() as db:
        try:
            source = _text_of(file)
            with db.writing() as session:
                present = _instruments_of(session, agency)
                added = add_own(session, agency, source, actor=actor(), now=system_clock())
        except InstrumentFault as fault:
            raise fail("\n".join(fault.faults)) from None
    _say(f"{added.id} is there already" if added.id in present else f"{added.id} added")


@instrument.command("convert")
def convert(
    file: Annotated[Path, typer.Argument(metavar="FILE.xlsx", exists=True, dir_okay=False, help="The XLSForm.")],
) -> None:
    """The file of a questionnaire from an XLSForm of select_one questions, to change index, weights or grades in it."""
    try:
        out.print(text_of_xlsform(file.read_bytes()), markup=False, highlight=False, soft_wrap=True, end="")
    except InstrumentFault as fault:
        raise fail("\n".join(fault.faults)) from None


@instrument.command("template")
def template() -> None:
    """A questionnaire to fill in, with a word on every part; docs/instruments.md says more."""
    out.print(template_text(), markup=False, highlight=False, soft_wrap=True, end="")


@instrument.command("list")
def list_instruments(agency: AgencyCode) -> None:
    """Every questionnaire the agency may use."""
    with database() as db, db.reading() as session:
        instruments = _instruments_of(session, agency)
    # An id is typed into other commands, so that none is cut.
    longest = max(map(len, instruments))
    table = Table(Column("id", min_width=longest), "index", "questions", "scale", "from", "title")
    for each in sorted(instruments.values(), key=lambda one: one.id):
        origin = "Cermin" if each.id in shipped() else "the agency"
        cells = (each.id, each.index_name, str(len(each.items)), _scale(each), origin, each.titles["en"])
        table.add_row(*map(Text, cells))
    out.print(table)


@instrument.command("show")
def show(
    agency: AgencyCode,
    instrument_id: Annotated[str, typer.Argument(metavar="ID", help="As `cermin instrument list` shows it.")],
) -> None:
    """One questionnaire: questions with their answers from the lowest score up, weights and grades."""
    with database() as db, db.reading() as session:
        instruments = _instruments_of(session, agency)
    if instrument_id not in instruments:
        raise fail(f"The agency has no instrument {instrument_id}; it has {', '.join(sorted(instruments))}.")
    found = instruments[instrument_id]
    _say(f"{found.id}: {found.titles['en']}")
    _say(f"{found.index_title['en']} ({found.index_name}), {_scale(found)}, SHA-256 {found.digest}")
    if found.source:
        _say(found.source["en"])
    out.print(_questions(found))
    for mode in found.weight_modes:
        weights = " ".join(weight_text(weight) for weight in found.weights(mode))
        _say(f"weights {mode}{_default(mode, found.default_mode)}: {weights}")
    for table in found.band_tables:
        bands = " · ".join(f"{band.grade} ≥ {band.lower} {band.words['en']}" for band in found.bands(table))
        _say(f"grades {table}{_default(table, found.default_bands)}: {bands}")


def _text_of(file: Path) -> str:
    if file.suffix.lower() == ".xlsx":
        return text_of_xlsform(file.read_bytes())
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError:
        raise fail(f"{file} is not a UTF-8 text.") from None


def _instruments_of(session: Session, agency: str) -> dict[str, Instrument]:
    if directory_version(session, agency) is None:
        raise fail(f"There is no agency {agency}.")
    return dict(instruments_of(session, agency))


def _questions(found: Instrument) -> Table:
    table = Table("item", "question", "answers", show_lines=True)
    for item in found.items:
        scored = enumerate(item.answers["en"], start=found.low)
        answers = "\n".join(f"{score} {words}" for score, words in scored)
        table.add_row(*map(Text, (item.code, item.question["en"], answers)))
    return table


def _scale(found: Instrument) -> str:
    return f"{found.low}–{found.high}"


def _default(name: str, default: str) -> str:
    return " (default)" if name == default else ""


def _say(sentence: str) -> None:
    out.print(sentence, markup=False, highlight=False, soft_wrap=True)
