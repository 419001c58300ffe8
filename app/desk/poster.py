"""The poster of an office, to download."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.desk.kiosks import Overseer
from app.desk.rendering import reader_of
from app.desk.requests import DeskRoute, Lang, principal_of
from app.directory.schemas import CodeText
from app.foundation.http.services import services_of
from app.instruments.schemas import InstrumentId
from app.intake.invitation.posters import poster, poster_pdf
from app.tickets.rules.slips import ASKED_UNNAMED

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Office = Annotated[CodeText, Query()]
Asked = Annotated[InstrumentId, Query()]
Kind = Annotated[Literal["pdf", "svg"], Query()]


@router.get("/desk/poster")
def poster_file(
    request: Request, found: Overseer, _: Lang, office: Office, kind: Kind = "pdf", instrument: Asked = ASKED_UNNAMED
) -> Response:
    """A sheet to hang up, or its QR code alone, of an office in reach."""
    services = services_of(request)
    with services.database.reading() as session:
        shown = poster(session, principal_of(found).reach, office, services.settings.public_url, instrument)
    content = poster_pdf(shown, reader_of(request).code) if kind == "pdf" else shown.svg().encode()
    name = "-".join(("poster", office, *(() if instrument == ASKED_UNNAMED else (instrument,))))
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.{kind}"',
        "Vary": "Accept-Language, Cookie",
    }
    return Response(content, media_type="application/pdf" if kind == "pdf" else "image/svg+xml", headers=headers)
