"""`/t#CODE` and `/o/…`: the pages on a citizen's own phone. No server sees the fragment with the code."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.web.files import LANGUAGES
from app.web.pages import page

router = APIRouter(include_in_schema=False)
Lang = Annotated[str | None, Query(max_length=8)]


@router.get("/t")
async def ticket(request: Request, lang: Lang = None) -> HTMLResponse:
    """Rate with a ticket."""
    return page(request, "rate.html", lang, languages=LANGUAGES, agency=None, office=None)


@router.get("/o/{agency}/{office}")
async def open_answer(request: Request, agency: str, office: str, lang: Lang = None) -> HTMLResponse:
    """Rate an office without a ticket; whether there is such an office the page asks itself."""
    return page(request, "rate.html", lang, languages=LANGUAGES, agency=agency, office=office)
