"""`cermin poster`."""

from pathlib import Path
from typing import Annotated

import typer

from app.access.principals import Reach
from app.cli.context import actor, database, fail, settings
from app.directory.catalogue_store import directory_version
from app.foundation.problems import Problem
from app.foundation.translations import translator
from app.intake.invitation.posters import poster as drawn_poster


def poster(
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")],
    office: Annotated[str, typer.Argument(metavar="OFFICE", help="Code of the office.")],
    file: Annotated[Path, typer.Option("--out", metavar="FILE.svg", help="Where to write it.")] = Path("poster.svg"),
) -> None:
    """Draw the QR code of an office's open page, to be hung up; needs CERMIN_PUBLIC_URL."""
    with database() as db:
        try:
            with db.reading() as session:
                if directory_version(session, agency) is None:
                    raise fail(f"There is no agency {agency}.")
                svg = drawn_poster(session, Reach(agency, None, actor()), office, settings().public_url)
        except Problem as problem:
            raise fail(str(problem.document(translator("en"))["detail"])) from None
    try:
        file.write_text(svg, "utf-8")
    except OSError as error:
        raise fail(f"{file} cannot be written: {error.strerror}.") from None
    typer.echo(str(file))
