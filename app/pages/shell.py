"""The shell of every page: its policy, its layout with header and language switch, and in which language it speaks."""

from typing import Any

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from starlette.requests import Request

from app.foundation.http.services import services_of
from app.foundation.translations import catalogues, negotiate
from app.pages.files import FOLDER

# No inline scripts: text that slipped through the escaping would still not run. No frames: no page can lay itself over.
POLICY = "default-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
LANGUAGE_COOKIE = "cermin_language"
# What a language calls itself.
LANGUAGES = {"id": "Bahasa Indonesia", "en": "English"}


def templates_of(package: str) -> Environment:
    """The templates of a room, which may extend the shell's own: `document.html`, and with a header `shell.html`."""
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(package), PackageLoader("app.pages")]),
        autoescape=True,
        # A misspelt value is an error in a test instead of an empty place on a page.
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Languages keep their order.
    environment.policies["json.dumps_kwargs"] = {"sort_keys": False}
    return environment


def language_of(request: Request) -> str:
    """The language in which this reader is spoken to: asked for, chosen before, accepted, or the installation's."""
    known = (request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE))
    chosen = next((code for code in known if code in catalogues()), None)
    return chosen or negotiate(request.headers.get("accept-language"), services_of(request).settings.language)


def base_of(request: Request) -> str:
    """The path under which people reach the service: what `CERMIN_PUBLIC_URL` has after the host."""
    return services_of(request).settings.base_path


def shell_values(request: Request, language: str, here: str | None) -> dict[str, Any]:
    """What the shell is drawn with; `here` is the page's own address, to which a language is appended, if any."""
    base = base_of(request)
    return {
        "language": language,
        "base": base,
        "folder": f"{base}{FOLDER}",
        "switch": LANGUAGES if here is not None else {},
        "here": f"{base}{here or ''}",
    }
