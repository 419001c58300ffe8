"""Draws the pages for integrity reports: in citizens' languages, kept by nobody, with no cookie and no script."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.pages.files import FOLDER
from app.pages.refusals import PageRoute
from app.pages.shell import POLICY, base_of
from app.web.integrity_words import CATALOGUES, IntegrityWords, language_for, languages_from
from app.web.pages import templates

# Sent by every answer, though the service's own headers say the same: these pages hang on it.
HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": POLICY,
    "Referrer-Policy": "no-referrer",
    "Vary": "Accept-Language",
}
# What is said of a refusal: title and sentence; of any other that the service is disturbed.
REFUSALS: Mapping[str, tuple[str, str]] = {
    "integrity-closed": ("closed_title", "closed"),
    "cross-site": ("elsewhere_title", "elsewhere"),
    "body-too-large": ("faults", "too_large"),
    "unsupported-media-type": ("unreadable_title", "unreadable"),
    "invalid-request": ("unreadable_title", "unreadable"),
}
OWN_SITES = (None, "same-origin", "none")


class CitizenRoute(PageRoute):
    """A route whose refusals are pages in citizens' words."""

    @staticmethod
    def refusal(request: Request, problem: Problem) -> Response:
        """The problem as a page for citizens."""
        return told(request, problem)


def refuse_other_sites(request: Request) -> None:
    """Raise `cross-site` for a form that a page of another site sent.

    There is no sign-in that it could abuse; but any site could have its visitors flood an auditor from as many
    addresses as it has visitors. Under `no-referrer` browsers say no origin; older ones do not say this, either.
    """
    if request.headers.get("sec-fetch-site") not in OWN_SITES:
        raise Problem("cross-site")


def code_of(request: Request) -> str:
    """The language in which this reader is spoken to."""
    settings = services_of(request).settings
    return language_for(request.query_params.get("lang"), request.headers.get("accept-language"), settings.language)


def words_of(request: Request) -> IntegrityWords:
    """The words of the reader's language."""
    return CATALOGUES[code_of(request)]


def drawn(request: Request, name: str, here: str | None, status: int = 200, **values: Any) -> HTMLResponse:
    """A page; one that can be come back to, `here`, offers its other languages."""
    code, base = code_of(request), base_of(request)
    text = templates.get_template(name).render(
        language=code,
        languages=languages_from(services_of(request).settings.language),
        words=CATALOGUES[code].words,
        base=base,
        folder=f"{base}{FOLDER}",
        here=here,
        **values,
    )
    return HTMLResponse(text, status, headers=HEADERS | {"Content-Language": code})


def told(request: Request, problem: Problem) -> Response:
    """A refusal as a page."""
    words = words_of(request).words
    title, sentence = REFUSALS.get(problem.code, ("disturbed_title", "disturbed"))
    # What was sent from elsewhere, or by no form, can be sent from here: the form stands at the address that it was
    # sent to.
    can_be_sent = problem.code == "cross-site" or title == "unreadable_title"
    way = f"{base_of(request)}{quote(request.scope['path'])}" if can_be_sent else None
    values = {"title": words[title], "sentence": words[sentence], "way": way}
    response = drawn(request, "integrity_words.html", None, problem.status, **values)
    response.headers.update(problem.headers)
    return response
