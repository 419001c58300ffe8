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
# Languages keep their order.
templates.policies["json.dumps_kwargs"] = {"sort_keys": False}
# Languages keep their order.
templates.policies["json.dumps_kwargs"] = {"sort_keys": False}
# No inline scripts: text that slipped through the escaping would still not run. No frames: no page can lay itself over.
POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"


def page(request: Request, name: str, lang: str | None, *, status: int = 200, **values: Any) -> HTMLResponse:
    """The page in the language asked for, accepted, or the installation's own."""
    settings = services_of(request).settings
    wanted = request.headers.get("accept-language")
    language = lang if lang is not None and lang in catalogues() else negotiate(wanted, settings.language)
    base = settings.base_path
    text = templates.get_template(name).render(
        _=translator(language), language=language, base=base, folder=f"{base}{FOLDER}", **values
    )
    return HTMLResponse(
        text,
        status,
        headers={
            "Content-Language": language,
            "Content-Security-Policy": POLICY,
            "Vary": "Accept-Language",
        },
    )
