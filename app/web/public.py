"""`/p/{agency}`: what an agency decided to show everybody, as pages and as open data, with no key and no script."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from re import fullmatch
from typing import Annotated

from fastapi import APIRouter, HTTPException, Query
from starlette.requests import Request
from starlette.responses import Response

from app.access.guesses import LinkGuesses
from app.closing.public.reading import Choice, PublicPage, all_shown, public_page
from app.foundation.http.etag import has_tag, tag_of
from app.foundation.http.services import address_of, services_of
from app.foundation.problems import Problem
from app.foundation.storage.agency_scope import enter_agency
from app.pages.shell import language_of
from app.reports.sections.language import language
from app.web.pages import Lang, page
from app.web.public_answers import PublicAnswers, Question, Written
from app.web.public_badge import badge
from app.web.public_files import as_csv, as_dcat, as_json
from app.web.public_words import closing_words

router = APIRouter(include_in_schema=False)
# What could be no code is looked for nowhere: it is a page that is not there.
Period = Annotated[str | None, Query()]
Instrument = Annotated[str | None, Query()]
# A picture loads nothing, whatever stands in it.
DRAWING = "default-src 'none'"
A_CODE = r"[A-Za-z0-9-]{1,40}"
Write = Callable[[PublicPage], Response]


@router.get("/p/{agency}")
def agency_page(
    request: Request, agency: str, period: Period = None, instrument: Instrument = None, _: Lang = None
) -> Response:
    """The agency and its offices: the newest period that is shown of each questionnaire, or the one asked for."""
    return _page(request, "public.html", agency, Choice(None, period, instrument), f"/p/{agency}")


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
    return _page(request, "public_office.html", agency, Choice(office, period, instrument), f"/p/{agency}/{office}")


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
    choice = Choice(office, period, instrument)
    return _page(request, "public_screen.html", agency, choice, f"/p/{agency}/{office}/screen")


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
    code = language_of(request)

    def drawn(found: PublicPage) -> Response:
        choices = sorted({each.head.instrument for each in found.closings})
        if len(choices) > 1:
            raise Problem("instrument-ambiguous", choices=", ".join(choices))
        picture = badge(closing_words(found.closings[0], language(code), office), office, code)
        headers = {"Content-Language": code, "Content-Security-Policy": DRAWING, "Vary": "Accept-Language, Cookie"}
        return Response(picture, media_type="image/svg+xml", headers=headers)

    return answered(request, agency, Choice(office, period, instrument), drawn, code)


def answered(request: Request, agency: str, choice: Choice, write: Write, spoken: str) -> Response:
    """The answer with its tag, written anew only where it was not lately.

    Whoever has it keeps it, and asks about it each time, since it may be taken back. What is not shown is answered
    like what there is not (404). `spoken` is the language, empty where there is none.
    """
    services = services_of(request)
    answers = services.of(PublicAnswers)
    enter_agency(agency)
    with _looked_up(request, agency, choice), services.database.reading() as session:
        heads = all_shown(session, agency)
        question = Question(agency, heads, request.scope["path"], choice, spoken, _host(request))
        written = answers.find(question)
        found = public_page(session, agency, choice, heads) if written is None else None
    if found is not None:
        written = _written(write(found))
        answers.keep(question, written, len(written.body))
    assert written is not None, "it was kept, or it has been written"
    if has_tag(request, written.headers["etag"]):
        kept = ("etag", "cache-control", "vary")
        return Response(
            status_code=304, headers={name: written.headers[name] for name in kept if name in written.headers}
        )
    return Response(written.body, headers=dict(written.headers))


@contextmanager
def _looked_up(request: Request, agency: str, choice: Choice) -> Iterator[None]:
    """What is looked for within it: one of many attempts, and a page that is not there where nothing is shown."""
    try:
        for code in (agency, choice.office, choice.period, choice.instrument):
            if code is not None and not fullmatch(A_CODE, code):
                raise Problem("report-unknown")
        # By all that is asked for: who asks in vain for one office shuts nobody out from the others.
        asked = f"{request.scope['path']} {choice.period} {choice.instrument}"
        with services_of(request).of(LinkGuesses).attempt(address_of(request), asked):
            yield
    except Problem as problem:
        if problem.code != "report-unknown":
            raise
        raise HTTPException(404) from None


def _written(answer: Response) -> Written:
    body = bytes(answer.body)
    tag = {"etag": tag_of(body.decode()), "cache-control": "public, no-cache"}
    return Written(body, {name: value for name, value in answer.headers.items() if name != "content-length"} | tag)


def _page(request: Request, template: str, agency: str, choice: Choice, here: str) -> Response:
    code = language_of(request)

    def drawn(found: PublicPage) -> Response:
        tell = language(code)
        closings = tuple(closing_words(each, tell, choice.office) for each in found.closings)
        shown = {(each.code, each.instrument) for each in found.all}
        at_hand = {(each.code, each.instrument) for each in closings}
        earlier = sorted(shown - at_hand, reverse=True)
        return page(
            request,
            template,
            here=here,
            agency=agency,
            office=choice.office,
            agency_name=found.closings[0].figures["agency"]["name"],
            closings=closings,
            others=tuple((period, by, tell.period(period)) for period, by in earlier),
            host=_host(request),
        )

    return answered(request, agency, choice, drawn, code)


def _data(
    request: Request, agency: str, choice: Choice, write: Callable[[PublicPage], str], media_type: str
) -> Response:
    return answered(request, agency, choice, lambda found: Response(write(found), media_type=media_type), "")


def _host(request: Request) -> str:
    """The public address of this service, as far as it knows."""
    return services_of(request).settings.public_url or str(request.base_url).rstrip("/")
