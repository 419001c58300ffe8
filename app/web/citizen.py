"""`/t#CODE` and `/o/…`: the pages on a citizen's own phone. No server sees the fragment with the code."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.directory.listing_store import only_agency_with
from app.foundation.http.services import services_of
from app.web.files import LANGUAGES, scripts
from app.web.pages import page

router = APIRouter(include_in_schema=False)
Lang = Annotated[str | None, Query(max_length=8)]
SCRIPTS = scripts("rating/", "citizen/")


@router.get("/t")
async def ticket(request: Request, lang: Lang = None) -> HTMLResponse:
    """Rate with a ticket."""
    return _rate(request, lang, None, None)


@router.get("/o/{office}")
def open_answer_here(request: Request, office: str, lang: Lang = None) -> HTMLResponse:
    """The same where one agency only has an office of this code."""
    database = services_of(request).database
    with database.reading() as session:
        agency = only_agency_with(session, office)
    return _rate(request, lang, agency, office)


@router.get("/o/{agency}/{office}")
async def open_answer(request: Request, agency: str, office: str, lang: Lang = None) -> HTMLResponse:
    """Rate an office without a ticket; whether there is such an office the page asks itself."""
    return _rate(request, lang, agency, office)


def _rate(request: Request, lang: str | None, agency: str | None, office: str | None) -> HTMLResponse:
    return page(request, "rate.html", lang, languages=LANGUAGES, scripts=SCRIPTS, agency=agency, office=office)
