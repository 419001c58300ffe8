"""The decision about the public page over HTTP: show a final period, or take it back."""

from fastapi import APIRouter
from starlette.requests import Request

from app.closing.addressing import asked
from app.closing.public.publishing import publish, withdraw
from app.closing.public.schemas import PublicPageOut
from app.closing.routes import ByInstrument, Closer, Code, require_whole
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of

router = APIRouter(prefix="/v1", tags=["reports"])


@router.post("/periods/{code}/publish", responses=problems(404, 409, 422))
def publish_period(request: Request, principal: Closer, code: Code, query: ByInstrument) -> PublicPageOut:
    """Show the figures of the newest final revision on the public page, and record that as a publication."""
    require_whole(principal)
    services = services_of(request)
    span, now = asked(code), services.now()
    with services.database.writing() as session:
        return publish(session, principal.reach, span, query.instrument, now, services.settings.public_url)


@router.post("/periods/{code}/withdraw", status_code=204, responses=problems(404, 409, 422))
def withdraw_period(request: Request, principal: Closer, code: Code, query: ByInstrument) -> None:
    """Take the figures of a period back from the public page, and its record from the publications."""
    require_whole(principal)
    services = services_of(request)
    with services.database.writing() as session:
        withdraw(session, principal.reach, asked(code), query.instrument, services.now())
