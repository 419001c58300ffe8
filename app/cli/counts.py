"""`cermin counts import`: past results of which only counts are known, not who gave which answers together."""

from pathlib import Path
from typing import Annotated

import typer

from app.cli.context import actor, database, fail, out
from app.cli.faults import faulty, read_or_fail, show_faults
from app.cli.importing import importable, known_codes, named, row_keys, sealed_month
from app.cli.releasing import make_release, say
from app.foundation.clock import system_clock
from app.ratings.csv_import.counts import columns_of, differing, propose_counts, store_counts

counts = typer.Typer(help="Past results of which only counts are known.", no_args_is_help=True)


@counts.callback()
def family() -> None:
    """Past results of which only counts are known."""


@counts.command("import")
def import_counts(
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")],
    file: Annotated[
        Path,
        typer.Argument(metavar="FILE.csv", exists=True, dir_okay=False, help="As spreadsheets and surveys save it."),
    ],
    instrument: Annotated[str, typer.Option(metavar="ID", help="Questionnaire that was answered.")],
) -> None:
    """Import how often each answer was given to each question, by office, service and month: all rows, or none.

    The columns are office, service, month, question, and one for each answer, such as 1, 2, 3 and 4. Such results have
    an index, but no interval of it: that needs to know which answers were given together. Importing a file again adds
    nothing; other counts for what was imported are refused. In the end the agency's figures are released.
    """
    now = system_clock()
    with database() as db:
        keys, known = row_keys(db), known_codes(db, agency, now)
        questionnaire = importable(named("instrument", instrument, known.instruments))
        read = read_or_fail(file, columns_of(questionnaire))
        proposal = propose_counts(read, questionnaire, known.catalogue, keys, now, sealed_month(db, agency))
        if proposal.faults:
            show_faults(proposal.faults)
            raise fail(faulty(proposal.faults))
        if differing(db, proposal):
            raise fail("Other counts of the same office, service and month were imported before; they never change.")
        imported = store_counts(db, proposal, actor=actor(), now=now)
        released = make_release(db, agency, now)
    out.print(f"{imported.groups} groups of counts read, {imported.stored} of {imported.sheets} sheets new")
    say(released)
