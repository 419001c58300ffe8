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
from app.intake.invitation.posters import poster_pdf


def poster(
    agency: Annotated[str, typer.Argument(metavar="AGENCY", help="Code of the agency.")],
    office: Annotated[str, typer.Argument(metavar="OFFICE", help="Code of the office.")],
    file: Annotated[
        Path, typer.Option("--out", metavar="FILE.pdf|.svg", help="Where to write it; .svg: the QR code alone.")
    ] = Path("poster.pdf"),
    instrument: Annotated[
        str | None, typer.Option(help="The questionnaire that the page asks; left out, ikl-1.")
    ] = None,
    language: Annotated[str | None, typer.Option(help="id or en; left out, CERMIN_LANGUAGE.")] = None,
) -> None:
    """Draw an office's poster, a sheet of A4, whose QR code leads to its open page; needs CERMIN_PUBLIC_URL."""
    if language not in (None, "id", "en"):
        raise fail("Posters are written in id or en.")
    with database() as db:
        try:
            with db.reading() as session:
                if directory_version(session, agency) is None:
                    raise fail(f"There is no agency {agency}.")
                shown = drawn_poster(session, Reach(agency, None, actor()), office, settings().public_url, instrument)
        except Problem as problem:
            document = problem.document(translator("en"))
            wrong = [each["message"] for each in document.get("errors", ())]
            raise fail(" ".join(wrong) or str(document["detail"])) from None
    try:
        if file.suffix.lower() == ".svg":
            file.write_text(shown.svg(), "utf-8")
        else:
            file.write_bytes(poster_pdf(shown, language or settings().language))
    except OSError as error:
        raise fail(f"{file} cannot be written: {error.strerror}.") from None
    typer.echo(str(file))
