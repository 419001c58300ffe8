"""The welcome page and the page for replies; everything they need comes from this server."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.foundation.http.services import services_of
from app.pages import files
from app.web import citizen as rating
from app.web import integrity, kiosk, log_pages, public, verifying
from app.web.pages import Lang, page

router = APIRouter(include_in_schema=False)


@router.get("/")
async def welcome(request: Request, _: Lang = None) -> HTMLResponse:
    """What this is and where things are, in the reader's language."""
    return page(request, "welcome.html", here="/", address=_address(request))


@router.get("/r")
async def reply(request: Request, _: Lang = None) -> HTMLResponse:
    """The page of an employee's personal link: the own draft, and one reply to it."""
    return page(request, "reply.html")


def _address(request: Request) -> str:
    """The public address of this service, as far as it knows."""
    settings = services_of(request).settings
    return settings.public_url or str(request.base_url).rstrip("/")


# All routers of this room.
routers = (
    router,
    kiosk.router,
    rating.router,
    verifying.router,
    public.router,
    log_pages.router,
    integrity.router,
    files.router,
)
LONG_FORMS, UNCOUNTED = integrity.LONG_FORMS, integrity.UNCOUNTED
