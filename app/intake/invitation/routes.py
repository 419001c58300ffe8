"""Invitations over HTTP: what citizens' pages ask for without a key, and posters for those who hang them up."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path
from starlette.requests import Request
from starlette.responses import Response

from app.access.guard import anybody, requires
from app.access.guesses import LinkGuesses
from app.access.principals import KeyKind, Principal
from app.foundation.http.etag import UNCHANGED, has_tag
from app.foundation.http.openapi import open_problems, problems
from app.foundation.http.services import address_of, services_of
from app.intake.invitation import office_page as pages
from app.intake.invitation.posters import poster
from app.intake.invitation.schemas import LookIn, OpenPageOut, TicketPageOut
from app.intake.invitation.ticket_lookup import TicketLookup

router = APIRouter(prefix="/v1", tags=["inviting"])
PRINTERS = (KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin, KeyKind.queue)
Printer = Annotated[Principal, Depends(requires(*PRINTERS))]
Code = Annotated[str, Path(pattern="^[A-Za-z0-9-]{1,40}$")]
OPEN = [Depends(anybody)]
SVG: dict[int | str, dict[str, Any]] = {200: {"content": {"image/svg+xml": {"schema": {"type": "string"}}}}}


@router.get(
    "/open/{agency}/{office}",
    response_model=OpenPageOut,
    dependencies=OPEN,
    responses=UNCHANGED | open_problems(404, 429),
)
def get_open_page(request: Request, agency: Code, office: Code) -> Response:
    """What the open page of an office shows. With If-None-Match, 304 while nothing changed."""
    services = services_of(request)
    guesses = services.of(LinkGuesses)
    with guesses.attempt(address_of(request), f"{agency}/{office}"), services.database.reading() as session:
        page = pages.open_page(session, agency, office)
        headers = {"ETag": page.tag, "Cache-Control": "public, no-cache"}
        if has_tag(request, page.tag):
            return Response(status_code=304, headers=headers)
        body = pages.page_out(session, page)
    return Response(body.model_dump_json(), media_type="application/json", headers=headers)


@router.post("/tickets/look", dependencies=OPEN, responses=open_problems(400, 408, 410, 413, 415, 429))
def look_at_ticket(request: Request, body: LookIn) -> TicketPageOut:
    """Whom and what a ticket is about, without spending it. The code is all the proof there is: send no key."""
    tickets = services_of(request).of(TicketLookup)
    return tickets.look_up(body.ticket, address_of(request))


@router.get("/offices/{office}/poster", response_class=Response, responses=SVG | problems(404, 409))
def get_poster(request: Request, principal: Printer, office: Code) -> Response:
    """A QR code (SVG) that leads citizens to the open page of this office."""
    services = services_of(request)
    settings = services.settings
    with services.database.reading() as session:
        drawn = poster(session, principal.reach, office, settings.public_url)
    return Response(drawn, media_type="image/svg+xml")
