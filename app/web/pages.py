"""Renders pages in the reader's language, under a policy that lets them load nothing from elsewhere."""

from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.foundation.http.services import services_of
from app.foundation.translations import catalogues, negotiate, translator
from app.web.files import FOLDER

templates = Environment(
    loader=PackageLoader("app.web"),
    autoescape=True,
    # A misspelt value is an error in a test instead of an empty place on a page.
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
# No inline scripts: text that slipped through the escaping would still not run. No frames: no page can lay itself over.
POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"


def page(request: Request, name: str, lang: str | None, **values: Any) -> HTMLResponse:
    """The page in the language asked for, accepted, or the installation's own."""
    default = services_of(request).settings.language
    wanted = request.headers.get("accept-language")
    language = lang if lang is not None and lang in catalogues() else negotiate(wanted, default)
    text = templates.get_template(name).render(_=translator(language), language=language, folder=FOLDER, **values)
    return HTMLResponse(
        text,
        headers={
            "Content-Language": language,
            "Content-Security-Policy": POLICY,
            "Vary": "Accept-Language",
        },
    )
