"""Tickets over HTTP: queue systems issue and arm, whoever holds a code rates, readers see the counts."""

from base64 import b64encode
from typing import Annotated

from anyio.to_thread import run_sync
from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.access.guard import requires
from app.access.principals import KeyKind, Principal
from app.foundation.http.fast_path import PreparedResponse, fast_path_route
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of
from app.foundation.translations import negotiate, translator
from app.tickets.issuing import IssuedTickets, TicketIssuer
from app.tickets.printing import slips_pdf
from app.tickets.rules import slips
from app.tickets.schemas import ArmsIn, ArmsOut, IssuedTicketsOut, TicketOut, TicketsIn

queues = requires(KeyKind.queue, KeyKind.admin)
Queue = Annotated[Principal, Depends(queues)]
BODY = (400, 408, 413, 415)
# 200 services that happened, with the longest codes, written with indents.
LIMITS = {"/v1/tickets": 4 * 1_024, "/v1/tickets/arm": 128 * 1_024}

router = APIRouter(prefix="/v1", tags=["tickets"])
queue_router = APIRouter(prefix="/v1", tags=["tickets"], route_class=fast_path_route(queues, LIMITS, {}))


@queue_router.post("/tickets", status_code=201, response_model=IssuedTicketsOut, responses=problems(*BODY))
async def post_tickets(request: Request, principal: Queue, asked: TicketsIn) -> Response:
    """Issue tickets at arrival. Their codes are shown once; the address carries them in its fragment."""
    services = services_of(request)
    issuer = services.of(TicketIssuer)
    clock = services.clock
    issued = await run_sync(issuer.issue, principal, asked, clock())
    body = await run_sync(_issued_out, request, asked, issued)
    return PreparedResponse(body.model_dump_json().encode(), 201)


@queue_router.post("/tickets/arm", response_model=ArmsOut, responses=problems(*BODY))
async def post_arm(request: Request, principal: Queue, asked: ArmsIn) -> Response:
    """Tell which services happened: only then can their tickets be spent. Sending again changes nothing."""
    services = services_of(request)
    issuer = services.of(TicketIssuer)
    clock = services.clock
    results = await run_sync(issuer.arm, principal, asked, clock())
    return PreparedResponse(ArmsOut(results=tuple(results)).model_dump_json().encode(), 200)


def _issued_out(request: Request, asked: TicketsIn, issued: IssuedTickets) -> IssuedTicketsOut:
    settings = services_of(request).settings
    language = negotiate(request.headers.get("accept-language"), settings.language)
    translate = translator(language)
    tickets = []
    for code in issued.codes:
        where = slips.address(settings.public_url, code, asked.instrument)
        tickets.append(
            TicketOut(
                code=code,
                address=where,
                text=slips.slip(code, where, issued.expires_on, translate),
                qr=slips.qr_code(where, asked.qr) if where and asked.qr else None,
            )
        )
    paper = b64encode(slips_pdf(tickets, language)).decode() if asked.slips else None
    return IssuedTicketsOut(expires_on=issued.expires_on, tickets=tuple(tickets), slips=paper)
