"""Invitations over HTTP: what citizens' pages ask for without a key, and posters for those who hang them up."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from app.access.guard import anybody, requires
from app.access.guesses import LinkGuesses
from app.access.principals import KeyKind, Principal, Role
from app.devices.schemas import NamedOut
from app.foundation.http.content_negotiation import media_type_for
from app.foundation.http.etag import UNCHANGED, has_tag
from app.foundation.http.openapi import open_problems, problems
from app.foundation.http.services import address_of, services_of
from app.foundation.storage.agency_scope import enter_agency
from app.foundation.translations import negotiate
from app.instruments.schemas import InstrumentId
from app.intake.invitation import office_page as pages
from app.intake.invitation.posters import poster, poster_pdf
from app.intake.invitation.schemas import LookIn, OpenPageOut, PosterOut, TicketPageOut
from app.intake.invitation.ticket_lookup import TicketLookup
from app.tickets.rules.slips import ASKED_UNNAMED

router = APIRouter(prefix="/v1", tags=["inviting"])
PRINTERS = (KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin, KeyKind.queue)
Printer = Annotated[Principal, Depends(requires(*PRINTERS, roles=(Role.supervisor, Role.administrator)))]
Code = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,40}$")]
OPEN = [Depends(anybody)]
JSON, SVG, PDF = "application/json", "image/svg+xml", "application/pdf"
DRAWN: dict[int | str, dict[str, Any]] = {
    200: {"content": {media_type: {"schema": {"type": "string"}} for media_type in (SVG, PDF)}}
}


@router.get(
    "/open/{agency}/{office}",
    response_model=OpenPageOut,
    dependencies=OPEN,
    responses=UNCHANGED | open_problems(404, 429),
)
def get_open_page(request: Request, agency: Code, office: Code, instrument: InstrumentId = ASKED_UNNAMED) -> Response:
    """What the open page of an office shows, by a questionnaire. With If-None-Match, 304 while nothing changed."""
    services = services_of(request)
    guesses = services.of(LinkGuesses)
    enter_agency(agency)
    with guesses.attempt(address_of(request), f"{agency}/{office}"), services.database.reading() as session:
        page = pages.open_page(session, agency, office, instrument)
        headers = {"ETag": page.tag, "Cache-Control": "public, no-cache"}
        if has_tag(request, page.tag):
            return Response(status_code=304, headers=headers)
        body = pages.page_out(session, page)
    return Response(body.model_dump_json(), media_type="application/json", headers=headers)


@router.post("/tickets/look", dependencies=OPEN, responses=open_problems(400, 404, 408, 410, 413, 415, 429))
def look_at_ticket(request: Request, body: LookIn) -> TicketPageOut:
    """Whom and what a ticket is about, without spending it. The code is all the proof there is: send no key."""
    tickets = services_of(request).of(TicketLookup)
    return tickets.look_up(body.ticket, body.instrument, address_of(request))


@router.get("/offices/{office}/poster", response_model=PosterOut, responses=DRAWN | problems(404, 406, 409))
def get_poster(
    request: Request, principal: Printer, office: Code, instrument: InstrumentId = ASKED_UNNAMED
) -> Response:
    """The poster that leads citizens to the open page of this office, by a questionnaire.

    By `Accept`: JSON with the address and its QR code, the code alone (SVG), or a sheet of A4 to hang up (PDF), whose
    words follow `Accept-Language`.
    """
    services = services_of(request)
    settings = services.settings
    media_type = media_type_for(request, (JSON, SVG, PDF))
    with services.database.reading() as session:
        shown = poster(session, principal.reach, office, settings.public_url, instrument)
    language = negotiate(request.headers.get("accept-language"), settings.language)
    content: str | bytes
    match media_type:
        case "image/svg+xml":
            content = shown.svg()
        case "application/pdf":
            content = poster_pdf(shown, language)
        case _:
            named = NamedOut(code=office, name=shown.office)
            out = PosterOut(agency=shown.agency, office=named, address=shown.address, qr=shown.svg())
            content = out.model_dump_json()
    return Response(content, media_type=media_type, headers={"Vary": "Accept, Accept-Language"})
