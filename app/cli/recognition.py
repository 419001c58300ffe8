"""`cermin recognition` and `cermin training`: whose service is recognised, and where training helps offices first."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer
from pydantic import ValidationError
from rich.table import Table
from rich.text import Text

from app.access.principals import Reach
from app.cli.context import actor, database, fail, print_table
from app.directory.catalogue_store import directory_version
from app.foundation.http.problem_responses import validation_problem
from app.foundation.problems import Problem
from app.foundation.translations import translator
from app.measures.reading import MeasuresTable, read_measures
from app.measures.recognition import recognition_out, training_out
from app.measures.schemas import MeasuresQuery
from app.ratings.rules.selection import By

Shown = TypeVar("Shown")
Agency = Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")]
OfPeriod = Annotated[str, typer.Argument(metavar="PERIOD", help="2026-09, 2026-Q3, 2026-S2 or 2026.")]
OfOffice = Annotated[str | None, typer.Option(metavar="CODE", help="Only this office and those below it.")]
ByInstrument = Annotated[str, typer.Option(metavar="ID", help="Questionnaire.")]
REASONS = {"grade": "in the lower half of the grades", "peers": "lower than at the other offices"}


def recognition(agency: Agency, period: OfPeriod, office: OfOffice = None, instrument: ByInstrument = "ikl-1") -> None:
    """Show whose service is recognised in a period, by name: nobody comes first."""
    shown = _read(agency, period, office, instrument, By.employee, recognition_out)
    table = Table(title=f"Recognised in {shown.period} ({shown.instrument}): above the peers by more than chance")
    for heading in ("Name", "Code"):
        table.add_column(heading)
    for each in shown.rows:
        table.add_row(Text(each.name), Text(each.code))
    print_table(table)


def training(agency: Agency, period: OfPeriod, office: OfOffice = None, instrument: ByInstrument = "ikl-1") -> None:
    """Show where training helps the offices first, by question."""
    shown = _read(agency, period, office, instrument, By.office, training_out)
    table = Table(title=f"Training needs of offices in {shown.period} ({shown.instrument})")
    for heading in ("Office", "Question", "n", "Index", "95 % interval", "Why"):
        table.add_column(heading, justify="right" if heading in {"n", "Index"} else "left")
    for each in shown.rows:
        interval = f"{each.interval[0]}–{each.interval[1]}" if each.interval else "–"
        why = "; ".join(REASONS[reason] for reason in each.reasons)
        cells = (f"{each.office} {each.name}", each.title.en, str(each.n), each.index or "–", interval, why)
        table.add_row(*map(Text, cells))
    print_table(table)


def _read(
    agency: str, period: str, office: str | None, instrument: str, by: By, shown: Callable[[MeasuresTable], Shown]
) -> Shown:
    # The same model and function as for HTTP, so that both refuse and measure alike.
    try:
        query = MeasuresQuery(period=period, office=office, instrument=instrument)
        with database() as opened, opened.snapshot() as session:
            if directory_version(session, agency) is None:
                raise fail(f"There is no agency {agency}.")
            reach = Reach(agency, None, actor())
            return shown(
                read_measures(session, reach, by, office=query.office, period=query.period, instrument=query.instrument)
            )
    except ValidationError as error:
        raise fail(_sentence_of(validation_problem(error))) from None
    except Problem as problem:
        raise fail(_sentence_of(problem)) from None


def _sentence_of(problem: Problem) -> str:
    document = problem.document(translator("en"))
    lines = [f"{error['field']}: {error['message']}" for error in document.get("errors", ())]
    return "\n".join(lines or [document["detail"]])
