"""`/p/{agency}`: what an agency decided to show everybody, as pages and as open data, with no key and no script."""

from collections.abc import Callable
from re import fullmatch
from typing import Annotated, Any

from fastapi import APIRouter, HTTPException, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.guesses import LinkGuesses
from app.closing.public.reading import Choice, PublicPage, public_page
from app.foundation.http.etag import has_tag, tag_of
from app.foundation.http.services import address_of, services_of
from app.foundation.problems import Problem
from app.pages.shell import language_of
from app.reports.sections.language import language
from app.web.pages import Lang, page
from app.web.public_badge import badge
from app.web.public_files import as_csv, as_dcat, as_json
from app.web.public_words import closing_words

router = APIRouter(include_in_schema=False)
Period = Annotated[str | None, Query(max_length=10)]
Instrument = Annotated[str | None, Query(max_length=40)]
# A picture loads nothing, whatever stands in it.
DRAWING = "default-src 'none'"
A_CODE = r"[A-Za-z0-9-]{1,40}"


@router.get("/p/{agency}")
def agency_page(
    request: Request, agency: str, period: Period = None, instrument: Instrument = None, _: Lang = None
) -> Response:
    """The agency and its offices: the newest period that is shown of each questionnaire, or the one asked for."""
    found = read(request, agency, Choice(None, period, instrument))
    return drawn(request, "public.html", found, f"/p/{agency}")


@router.get("/p/{agency}/data.csv")
def data_csv(request: Request, agency: str, period: Period = None, instrument: Instrument = None) -> Response:
    """The same as a table."""
    return _data(request, agency, Choice(None, period, instrument), as_csv, "text/csv; charset=utf-8")


@router.get("/p/{agency}/data.json")
def data_json(request: Request, agency: str, period: Period = None, instrument: Instrument = None) -> Response:
    """The same as JSON, with the figures as they were signed."""
    return _data(request, agency, Choice(None, period, instrument), as_json, "application/json")


@router.get("/p/{agency}/data.jsonld")
def data_dcat(request: Request, agency: str, period: Period = None, instrument: Instrument = None) -> Response:
    """Its description in DCAT, for catalogues of open data."""

    def written(found: PublicPage) -> str:
        return as_dcat(found, f"{_host(request)}/p/{agency}")

    return _data(request, agency, Choice(None, period, instrument), written, "application/ld+json")


@router.get("/p/{agency}/{office}")
def office_page(
    request: Request,
    agency: str,
    office: str,
    period: Period = None,
    instrument: Instrument = None,
    _: Lang = None,
) -> Response:
    """One office."""
    found = read(request, agency, Choice(office, period, instrument))
    return drawn(request, "public_office.html", found, f"/p/{agency}/{office}", office=office)


@router.get("/p/{agency}/{office}/screen")
def screen(
    request: Request,
    agency: str,
    office: str,
    period: Period = None,
    instrument: Instrument = None,
    _: Lang = None,
) -> Response:
    """One office for a screen in its hall: large, and kept up to date by itself."""
    found = read(request, agency, Choice(office, period, instrument))
    return drawn(request, "public_screen.html", found, f"/p/{agency}/{office}/screen", office=office)


@router.get("/p/{agency}/{office}/badge.svg")
def badge_svg(
    request: Request,
    agency: str,
    office: str,
    period: Period = None,
    instrument: Instrument = None,
    _: Lang = None,
) -> Response:
    """One office's newest index as a picture for other sites. Raises `instrument-ambiguous` where there are several."""
    found, code = read(request, agency, Choice(office, period, instrument)), language_of(request)
    choices = sorted({each.head.instrument for each in found.closings})
    if len(choices) > 1:
        raise Problem("instrument-ambiguous", choices=", ".join(choices))
    picture = badge(closing_words(found.closings[0], language(code)), office, code)
    headers = {"Content-Language": code, "Content-Security-Policy": DRAWING, "Vary": "Accept-Language, Cookie"}
    return tagged(request, Response(picture, media_type="image/svg+xml", headers=headers))


def read(request: Request, agency: str, choice: Choice) -> PublicPage:
    """What is asked for. What is not shown is answered like what there is not (404)."""
    services = services_of(request)
    try:
        for code in (agency, choice.office, choice.period, choice.instrument):
            if code is not None and not fullmatch(A_CODE, code):
                raise Problem("report-unknown")
        guesses = services.of(LinkGuesses)
        # By all that is asked for: who asks in vain for one office shuts nobody out from the others.
        asked = f"{request.scope['path']} {choice.period} {choice.instrument}"
        with guesses.attempt(address_of(request), asked), services.database.reading() as session:
            return public_page(session, agency, choice)
    except Problem as problem:
        if problem.code != "report-unknown":
            raise
        raise HTTPException(404) from None


def drawn(request: Request, template: str, found: PublicPage, here: str, **values: Any) -> Response:
    """A page of it, with its tag."""
    tell = language(language_of(request))
    closings = tuple(closing_words(each, tell) for each in found.closings)
    shown = {(each.code, each.instrument) for each in found.all}
    at_hand = {(each.code, each.instrument) for each in closings}
    earlier = sorted(shown - at_hand, reverse=True)
    answer = page(
        request,
        template,
        here=here,
        agency=found.agency,
        agency_name=found.closings[0].figures["agency"]["name"],
        closings=closings,
        others=tuple((code, instrument, tell.period(code)) for code, instrument in earlier),
        host=_host(request),
        **values,
    )
    return tagged(request, answer)


def tagged(request: Request, answer: Response) -> Response:
    """The answer with its tag: kept by whoever has it, and asked about each time, since it may be taken back."""
    headers = {"ETag": tag_of(bytes(answer.body).decode()), "Cache-Control": "public, no-cache"}
    if has_tag(request, headers["ETag"]):
        vary = {name: answer.headers[name] for name in ("vary",) if name in answer.headers}
        return Response(status_code=304, headers=headers | vary)
    answer.headers.update(headers)
    return answer


def _data(
    request: Request, agency: str, choice: Choice, write: Callable[[PublicPage], str], media_type: str
) -> Response:
    return tagged(request, Response(write(read(request, agency, choice)), media_type=media_type))


def _host(request: Request) -> str:
    """The public address of this service, as far as it knows."""
    return services_of(request).settings.public_url or str(request.base_url).rstrip("/")
