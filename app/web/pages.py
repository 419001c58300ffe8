"""Renders the pages that everybody may see, in the reader's language."""

from typing import Annotated, Any

from fastapi import Query
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.foundation.translations import translator
from app.pages.shell import POLICY, language_of, shell_values, templates_of

templates = templates_of("app.web")
# The language that a page is asked for; which one it then speaks, the shell says. Whatever is no language that it knows
# is the reader's own.
Lang = Annotated[str | None, Query(alias="lang")]


def page(
    request: Request,
    name: str,
    *,
    language: str | None = None,
    here: str | None = None,
    status: int = 200,
    **values: Any,
) -> HTMLResponse:
    """The page in this language, or in the reader's; one that has an address of its own, `here`, offers the others."""
    language = language or language_of(request)
    shell = shell_values(request, language, None if here is None else f"{here}?lang=")
    text = templates.get_template(name).render(_=translator(language), **shell, **values)
    headers = {"Content-Language": language, "Content-Security-Policy": POLICY, "Vary": "Accept-Language, Cookie"}
    return HTMLResponse(text, status, headers=headers)
