"""`cermin index`: the figures an agency can pull over HTTP, as a table on the terminal."""

from typing import Annotated

import typer
from pydantic import ValidationError
from rich.table import Table
from rich.text import Text

from app.access.principals import Reach
from app.cli.context import actor, database, fail, print_table, settings
from app.directory.catalogue_store import directory_version
from app.foundation.clock import system_clock
from app.foundation.http.problem_responses import validation_problem
from app.foundation.problems import Problem
from app.foundation.translations import translator
from app.indices.presenting import table_out
from app.indices.query import IndexQuery
from app.indices.reading import read_indices
from app.indices.rules.figures import MUCH_INCOMPLETE, Group, IndexRow, IndexTable
from app.indices.schemas import IndexOut, IndexRowOut
from app.ratings.rules.selection import By

ABSENT = "–"


def index(
    agency: Annotated[str, typer.Argument(help="Code of the agency.")],
    office: Annotated[str | None, typer.Option(metavar="CODE", help="Only this office.")] = None,
    include_children: Annotated[bool, typer.Option("--include-children", help="Also the offices below it.")] = False,
    service: Annotated[str | None, typer.Option(metavar="CODE", help="Only this service.")] = None,
    employee: Annotated[str | None, typer.Option(metavar="CODE", help="Only this person.")] = None,
    channel: Annotated[str | None, typer.Option(metavar="CHANNEL", help="kiosk, mobile, web or import.")] = None,
    instrument: Annotated[str, typer.Option(metavar="ID", help="Questionnaire.")] = "ikl-1",
    first: Annotated[
        str | None,
        typer.Option("--from", metavar="YYYY-MM-DD", help="First day of a month; default: newest period."),
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", metavar="YYYY-MM-DD", help="Last day of a month; default: newest period."),
    ] = None,
    by: Annotated[
        str | None, typer.Option(metavar="|".join(By), help="One row for each instead of one for all.")
    ] = None,
    weights: Annotated[str | None, typer.Option(metavar="MODE", help="Weight mode, such as 0.33.")] = None,
    bands: Annotated[str | None, typer.Option(metavar="TABLE", help="Band table, such as 2017.")] = None,
) -> None:
    """Show the index of an agency: exact figures, grades and 95 % intervals."""
    asked = {
        "office": office,
        "include": "children" if include_children else None,
        "service": service,
        "employee": employee,
        "channel": channel,
        "instrument": instrument,
        "from": first,
        "to": last,
        "by": by,
        "weights": weights,
        "bands": bands,
    }
    print_table(_terminal_table(_read(agency, {name: value for name, value in asked.items() if value is not None})))


def _read(agency: str, asked: dict[str, str]) -> IndexTable:
    # The same model and function as for HTTP, so that both refuse and count alike.
    try:
        query = IndexQuery.model_validate(asked)
        with database() as opened, opened.reading() as session:
            if directory_version(session, agency) is None:
                raise fail(f"There is no agency {agency}.")
            return read_indices(
                session,
                Reach(agency, None, actor()),
                query,
                now=system_clock(),
                longest_days=settings().longest_period_days,
            )
    except ValidationError as error:
        raise fail(_sentence_of(validation_problem(error))) from None
    except Problem as problem:
        raise fail(_sentence_of(problem)) from None


def _sentence_of(problem: Problem) -> str:
    """The problem as a sentence, or as one line for each wrong option."""
    document = problem.document(translator("en"))
    lines = [f"--{error['field']}: {error['message']}" for error in document.get("errors", ())]
    return "\n".join(lines or [document["detail"]])


def _terminal_table(table: IndexTable) -> Table:
    shown, instrument = table_out(table), table.scoring.instrument
    drawn = Table(
        title=f"{instrument.index_title['en']} ({instrument.index_name}) {table.agency_id}, "
        f"{table.period.first} to {table.period.last}",
        caption=f"{instrument.id}, weights {table.scoring.mode}, grades {table.scoring.bands}",
    )
    drawn.add_column("Group")
    for heading in ("n", "Held", "Open", *(f"Mean {item.title['en']}" for item in instrument.items)):
        drawn.add_column(heading, justify="right")
    for heading in (instrument.index_name, "Grade", "Performance", "95 % interval"):
        drawn.add_column(heading)
    for source, row in zip(table.rows, shown.rows, strict=True):
        drawn.add_row(*map(Text, _cells(source, row)))
    return drawn


def _cells(source: IndexRow, row: IndexRowOut) -> list[str]:
    counts = [ABSENT if count is None else str(count) for count in (row.n, row.held, row.open and row.open.n)]
    means = [dimension.mean or ABSENT for dimension in row.dimensions]
    return [_group(source.group), *counts, *means, *_index(row.index, row)]


def _group(group: Group | None) -> str:
    if group is None:
        return "All"
    return f"{group.value} {group.name}" if group.name else group.value


def _index(index: IndexOut | None, row: IndexRowOut) -> list[str]:
    if row.suppressed:
        return [ABSENT, ABSENT, "not shown", ABSENT]
    if index is None:
        return [ABSENT] * 4
    interval = f"{index.interval.lower}–{index.interval.upper}" if index.interval else ABSENT
    incomplete = row.incomplete_percent or 0
    doubt = f" ({incomplete} % of sheets not known to be complete)" if incomplete > MUCH_INCOMPLETE else ""
    return [index.value, index.grade, index.words.en, interval + doubt]
