"""`cermin report AGENCY KIND PERIOD`: a whole period's reports as files."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from app.cli.context import database, err, fail, out, settings
from app.directory.catalogue_store import directory_version
from app.foundation.problems import Problem
from app.foundation.translations import translator
from app.reports.formats.registry import FORMATS
from app.reports.lifecycle import asked
from app.reports.printing import file_name, printable
from app.reports.store import periods_of, reports_of
from app.reports.tables import Report


class ReportKind(StrEnum):
    """Whom or what the reports are about."""

    employee = "employee"
    office = "office"
    agency = "agency"


def report(
    agency_id: Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")],
    kind: Annotated[ReportKind, typer.Argument(help="Whom the reports are about.")],
    period: Annotated[str, typer.Argument(metavar="PERIOD", help="2026-09, 2026-Q3, 2026-S2 or 2026; closed.")],
    folder: Annotated[Path, typer.Option("--out", metavar="DIR", help="Where to write them; made if need be.")],
    form: Annotated[str, typer.Option("--format", help=", ".join(FORMATS))] = "pdf",
    unit: Annotated[str | None, typer.Option(help="Code of one employee or office only.")] = None,
    revision: Annotated[int | None, typer.Option(min=1, help="Left out: the newest.")] = None,
    language: Annotated[str | None, typer.Option(help="id or en (CERMIN_LANGUAGE).")] = None,
) -> None:
    """Write the reports of a closed period into a folder, one file each; drafts are marked as such."""
    if form not in FORMATS:
        raise fail(f"There is no format {form}; there are {', '.join(FORMATS)}.")
    if language not in (None, "id", "en"):
        raise fail("Reports are written in id or en.")
    found = [each for each in _reports(agency_id, period, revision) if each.kind == kind and unit in (None, each.unit)]
    if not found:
        raise fail("There is no such report.")
    written = FORMATS[form]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with Progress(console=err) as progress:
            for each in progress.track(found, description="reports"):
                content = written.write(printable(each, settings().public_url), language or settings().language)
                (folder / file_name(each, written)).write_bytes(content)
    except OSError as error:
        raise fail(f"{error.filename} cannot be written: {error.strerror}.") from None
    out.print(f"{len(found)} reports written to {folder}", markup=False, highlight=False)


def _reports(agency_id: str, period: str, revision: int | None) -> list[Report]:
    """The reports of one revision, under every root for which the period was closed."""
    translate = translator(settings().language)
    with database() as opened, opened.reading() as session:
        if directory_version(session, agency_id) is None:
            raise fail(f"There is no agency {agency_id}.")
        try:
            span = asked(period)
        except Problem as problem:
            raise fail(problem.document(translate)["detail"]) from None
        closed = [each for each in periods_of(session, agency_id, span.code) if revision in (None, each.revision)]
        newest = {each.root: each for each in closed}
        return [each for chosen in newest.values() for each in reports_of(session, chosen)]
