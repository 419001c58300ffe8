"""The welcome page. Everything it needs comes from this server, so it works without the internet."""

from importlib import resources
from typing import Annotated, Any

from fastapi import APIRouter, Query
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.foundation.translations import catalogues, negotiate, translator

router = APIRouter(include_in_schema=False)
templates = Environment(
    loader=PackageLoader("app.web"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"


@router.get("/")
async def welcome(request: Request, lang: Annotated[str | None, Query(max_length=8)] = None) -> HTMLResponse:
    """What this is and where things are, in the reader's language."""
    return _page(request, "welcome.html", lang, languages=sorted(catalogues()), base=str(request.base_url).rstrip("/"))


@router.get("/r")
async def reply(request: Request, lang: Annotated[str | None, Query(max_length=8)] = None) -> HTMLResponse:
    """Where an employee's personal link leads: the own draft, and one reply."""
    return _page(request, "reply.html", lang)


def _page(request: Request, name: str, lang: str | None, **values: Any) -> HTMLResponse:
    default = request.app.state.language
    wanted = request.headers.get("accept-language")
    language = lang if lang is not None and lang in catalogues() else negotiate(wanted, default)
    page = templates.get_template(name).render(_=translator(language), language=language, **values)
    return HTMLResponse(
        page,
        headers={
            "Content-Language": language,
            "Content-Security-Policy": POLICY,
            "Vary": "Accept-Language",
        },
    )


@router.get("/static/cermin.css")
async def stylesheet() -> Response:
    """The one stylesheet."""
    css = resources.files("app.web").joinpath("static/cermin.css").read_text("utf-8")
    return Response(css, media_type="text/css", headers={"Cache-Control": "public, max-age=3600"})


@router.get("/static/cermin.svg")
async def icon() -> Response:
    """The sign of the pages in a browser's tab."""
    drawn = resources.files("app.web").joinpath("static/cermin.svg").read_text("utf-8")
    return Response(drawn, media_type="image/svg+xml", headers={"Cache-Control": "public, max-age=3600"})


@router.get("/static/reply.js")
async def reply_script() -> Response:
    """The script of the page for replies."""
    script = resources.files("app.web").joinpath("static/reply.js").read_text("utf-8")
    return Response(script, media_type="text/javascript", headers={"Cache-Control": "public, max-age=3600"})
