"""One questionnaire: its questions with faces and words as citizens see them, in every language of the rating pages."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.desk.addresses import with_query
from app.desk.blocks import Links, Page, Questions, Section
from app.desk.crosswalk import beside
from app.desk.instruments import Administrator, origin_of
from app.desk.navigation import INSTRUMENTS
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, Lang
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.instruments.model import Instrument
from app.instruments.registry import instruments_of
from app.reports.sections.blocks import Facts, Number, Words
from app.reports.sections.language import Language
from app.web.form_preview import AskedForm, asked_form
from app.web.rating_files import LANGUAGES

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
InstrumentId = Annotated[str, Query(alias="id", max_length=40)]
Beside = Annotated[str | None, Query(alias="beside", max_length=40)]
Spoken = Annotated[str | None, Query(alias="in", max_length=8)]


@router.get("/desk/instrument")
def instrument(
    request: Request,
    found: Administrator,
    _: Lang,
    asked: InstrumentId,
    spoken: Spoken = None,
    other: Beside = None,
) -> Response:
    """The form that a questionnaire becomes, in one of the languages of the rating pages, and another beside it."""
    tell = reader_of(request)
    with services_of(request).database.reading() as session:
        known = instruments_of(session, found.agency_id)
    if asked not in known or (other is not None and other not in known):
        raise Problem("instrument-unknown")
    one = known[asked]
    form = asked_form(one, spoken if spoken is not None and spoken in LANGUAGES else tell.code)
    crosswalk = beside(one, known[other] if other is not None else None, known, tell)
    preview = Section((_note(form, tell), _languages(one, form, tell), Questions(form)), tell("As citizens see it"))
    page = Page(
        one.titles[tell.code],
        tell(
            "Questions: {n}, each with answers from {low} to {high}.", n=str(len(one.items)), low=one.low, high=one.high
        ),
        (
            Section((_facts(one, tell), Links(((tell("Questionnaires"), INSTRUMENTS.address),)))),
            *((crosswalk, preview) if other is not None else (preview, crosswalk)),
        ),
    )
    return respond(request, page, found)


def _facts(one: Instrument, tell: Language) -> Facts:
    bands = " · ".join(f"{band.grade} ≥ {tell.number(Number(band.lower, 2))}" for band in one.bands())
    return Facts(
        (
            (tell("Questionnaire"), one.id),
            (tell("Index"), f"{one.index_title[tell.code]} ({one.index_name})"),
            (tell("Grades"), bands),
            (tell("Origin"), origin_of(one, tell)),
            *(((tell("Source"), one.source[tell.code]),) if one.source else ()),
            ("SHA-256", one.digest),
        )
    )


def _note(form: AskedForm, tell: Language) -> Words:
    how = tell(
        "Kiosks and phones ask one question at a time, its answers as large buttons; then they show all answers, and "
        "offer a comment. Words and faces are the same here, and nothing can be pressed."
    )
    if any(each.language != form.language for each in form.questions):
        how = f"{how} {tell('This questionnaire has no words in the language chosen; it asks in Indonesian.')}"
    return Words(how)


def _languages(one: Instrument, form: AskedForm, tell: Language) -> Links:
    others = (each for each in LANGUAGES.items() if each[0] != form.language)
    return Links(
        tuple(
            (tell("In {language}", language=name), with_query("/desk/instrument", {"id": one.id, "in": code}))
            for code, name in others
        )
    )
