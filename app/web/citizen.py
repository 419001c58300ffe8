"""`/t#CODE` and `/o/…`: the rating pages on a citizen's own phone. Browsers send a fragment to no server."""

from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.directory.listing_store import only_agency_with
from app.foundation.http.services import services_of
from app.foundation.storage.agency_scope import all_agencies
from app.foundation.storage.database import SQLAlchemyError
from app.integrity.door import IntegrityDoor
from app.web.pages import Lang, page
from app.web.rating_files import WORDS, languages_from, scripts

router = APIRouter(include_in_schema=False)
SCRIPTS = scripts("rating/", "citizen/")


@router.get("/t")
async def ticket(request: Request, _: Lang = None) -> HTMLResponse:
    """Rate with a ticket."""
    return _rate(request, None, None)


@router.get("/o/{office}")
def open_answer_here(request: Request, office: str, _: Lang = None) -> HTMLResponse:
    """Rate an office by its code alone, which works where only one agency has such an office."""
    database = services_of(request).database
    with all_agencies(), database.reading() as session:
        agency = only_agency_with(session, office)
    return _rate(request, agency, office)


@router.get("/o/{agency}/{office}")
def open_answer(request: Request, agency: str, office: str, _: Lang = None) -> HTMLResponse:
    """Rate an office without a ticket; the page itself asks the API whether there is such an office."""
    return _rate(request, agency, office)


def _rate(request: Request, agency: str | None, office: str | None) -> HTMLResponse:
    languages = languages_from(services_of(request).settings.language)
    values: dict[str, Any] = {
        "languages": languages,
        "words": WORDS,
        "scripts": SCRIPTS,
        "agency": agency,
        "office": office,
        "reports": _form_of_reports(request, agency, office),
    }
    return page(request, "rate.html", **values)


def _form_of_reports(request: Request, agency: str | None, office: str | None) -> str | None:
    """The address of the form for integrity reports about an office; None where the agency takes none."""
    if agency is None or office is None:
        return None
    try:
        taken = services_of(request).of(IntegrityDoor).is_open(agency)
    except SQLAlchemyError:
        # Whoever wants to rate gets the page, which waits for the service by itself.
        return None
    return f"/integrity/{quote(agency, safe='')}/{quote(office, safe='')}" if taken else None
