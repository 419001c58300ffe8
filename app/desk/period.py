"""One closed period: replies and notes so far; finalising after the window, and the next revision from late ratings."""

from collections.abc import Callable
from functools import partial
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.closing import lifecycle
from app.closing.addressing import asked, newest
from app.closing.progress import Progress, progress_of
from app.closing.public.publishing import publish, withdraw
from app.closing.public.store import shown_of
from app.closing.tables import DRAFT, Period
from app.desk.account import proof_first
from app.desk.addresses import with_query
from app.desk.blocks import Field, Figure, Form, Links, Numbers, Page, Section
from app.desk.faults import faults_of
from app.desk.navigation import PERIODS, REPORTS
from app.desk.period_public import public_section
from app.desk.periods import REFUSED, Closer, address_of, refuse_part, state_words
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, principal_of, saved, to, to_proof
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.instruments.schemas import InstrumentId
from app.measures.schemas import PeriodCode
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Words
from app.reports.sections.language import Language
from app.reports.sections.results import count
from app.seals.keyring import signing_key

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Code = Annotated[PeriodCode, Query()]
ByInstrument = Annotated[InstrumentId, Query()]


@router.get("/desk/period")
def period(request: Request, found: Closer, _: Lang, code: Code, instrument: ByInstrument) -> Response:
    """How far the newest revision is, and the next step."""
    return _period(request, found, code, instrument)


@router.post("/desk/period/finalise")
def finalise(request: Request, found: Closer, sent: FormSent) -> Response:
    """Sign every report for ever."""
    services = services_of(request)
    refuse_part(found)
    code, instrument = sent.get("code", ""), sent.get("instrument", "")
    if not found.is_proven(services.now()):
        return to_proof(request, "period", code=code, instrument=instrument)
    try:
        key = signing_key(services.settings.signing_key_file)
        reach, now = principal_of(found).reach, services.now()
        done = lifecycle.finalise(services.database, reach, asked(code), instrument, key=key, now=now)
    except Problem as problem:
        if problem.code not in REFUSED:
            raise
        return _period(request, found, code, instrument, problem)
    return to(request, address_of(done))


@router.post("/desk/period/revise")
def revise(request: Request, found: Closer, sent: FormSent) -> Response:
    """Make the next revision from late ratings."""
    services = services_of(request)
    refuse_part(found)
    code, instrument = sent.get("code", ""), sent.get("instrument", "")
    if not found.is_proven(services.now()):
        return to_proof(request, "period", code=code, instrument=instrument)
    try:
        reach, days = principal_of(found).reach, services.settings.reply_working_days
        done = lifecycle.revise(
            services.database, reach, asked(code), instrument, now=services.now(), working_days=days
        )
    except Problem as problem:
        if problem.code not in REFUSED:
            raise
        return _period(request, found, code, instrument, problem)
    return to(request, address_of(done))


@router.post("/desk/period/publish")
def show(request: Request, found: Closer, sent: FormSent) -> Response:
    """Show the figures on the public page."""
    url = services_of(request).settings.public_url
    return _decide(request, found, sent, partial(publish, public_url=url))


@router.post("/desk/period/withdraw")
def hide(request: Request, found: Closer, sent: FormSent) -> Response:
    """Take the figures back from the public page."""
    return _decide(request, found, sent, withdraw)


def _decide(request: Request, found: SignedIn, sent: Sent, write: Callable[..., object]) -> Response:
    """Decide about the public page; what is refused is said on the period's page."""
    services = services_of(request)
    refuse_part(found)
    code, instrument = sent.get("code", ""), sent.get("instrument", "")
    if not found.is_proven(services.now()):
        return to_proof(request, "period", code=code, instrument=instrument)
    try:
        span = asked(code)
        with services.database.writing() as session:
            write(session, principal_of(found).reach, span, instrument, services.now())
    except Problem as problem:
        if problem.code not in REFUSED:
            raise
        return _period(request, found, code, instrument, problem)
    return saved(request, with_query("/desk/period", {"code": code, "instrument": instrument}))


def _period(request: Request, found: SignedIn, code: str, instrument: str, fault: Problem | None = None) -> Response:
    services, tell = services_of(request), reader_of(request)
    with services.database.reading() as session:
        stored = newest(session, principal_of(found).reach, asked(code), instrument)
        progress, shown = progress_of(session, stored), shown_of(session, stored)
    persons = tell("of {n} persons", n=str(progress.persons))
    of_them = tell("of them about persons: {n}", n=str(progress.persons))
    listed = with_query(REPORTS.address, {"period": code})
    numbers = Numbers(
        (
            Figure(tell("Reports"), count(progress.reports), of_them, listed),
            Figure(tell("Replies"), count(progress.replies), persons),
            Figure(tell("Notes"), count(progress.notes), persons),
        )
    )
    title = f"{tell.period(code)}, {instrument}, {tell('revision {n}', n=str(stored.revision))}"
    sections = [Section((numbers, *_revises(stored, tell))), *_next_step(request, found, progress, tell)]
    sections += public_section(request, found, stored, shown, tell)
    links = [(tell(PERIODS.text), PERIODS.address)]
    if stored.state == DRAFT and principal_of(found).office is None:
        slips = with_query("/desk/period/slips", {"code": stored.code, "instrument": stored.instrument})
        links.insert(0, (tell("Personal links on paper, for employees without an account"), slips))
    if stored.state != DRAFT:
        pack = {"period": stored.code, "instrument": stored.instrument, "lang": tell.code}
        links.insert(0, (tell("Evidence pack for PEKPPP (ZIP)"), with_query("/v1/evidence-pack", pack)))
    sections.append(Section((Links(tuple(links)),)))
    lead = state_words(stored, tell)
    page = Page(
        title,
        f"{lead[:1].upper()}{lead[1:]}.",
        tuple(sections),
        faults=() if fault is None else faults_of(fault, tell),
    )
    return respond(request, page, found, 200 if fault is None else fault.status)


def _revises(stored: Period, tell: Language) -> tuple[Words, ...]:
    """Beside the draft of a revision: what is signed stays so, and where it is said what changes."""
    if stored.state != DRAFT or stored.revision == 1:
        return ()
    former = str(stored.revision - 1)
    words = tell(
        "Revision {former} stays signed and valid until this draft is signed in its place. "
        "Each report says what late ratings changed.",
        former=former,
    )
    return (Words(words),)


def _next_step(request: Request, found: SignedIn, progress: Progress, tell: Language) -> tuple[Section, ...]:
    """What can be done now, in words, and the form for it."""
    services, stored = services_of(request), progress.period
    if principal_of(found).office is not None:
        return ()
    draft = stored.state == DRAFT
    if draft and not progress.may_finalise(services.now()):
        day = tell.day(stored.replies_end_at.date().isoformat())
        waits = tell("Employees may reply until {day}; after that the period can be finalised.", day=day)
        return (Section((Words(waits),), tell("Next step")),)
    if not found.is_proven(services.now()):
        return (proof_first(tell, "period", code=stored.code, instrument=stored.instrument),)
    fields = (
        Field("code", "", "hidden", value=stored.code),
        Field("instrument", "", "hidden", value=stored.instrument),
    )
    if draft:
        words = tell(
            "Every report is signed with its reply and its note, and never changes again. "
            "Late ratings can make a new revision."
        )
        form = Form("/desk/period/finalise", tell("Finalise and sign"), fields, tone="danger")
        return (Section((Words(words), form), tell("Next step")),)
    words = tell("If ten or more late ratings came in, a new revision names what they changed; it begins as a draft.")
    return (Section((Words(words), Form("/desk/period/revise", tell("Make a revision"), fields)), tell("Next step")),)
