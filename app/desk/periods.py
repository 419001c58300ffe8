"""Periods: which are closed and how far they are, and closing one; a single one is in `period.py`."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.closing import lifecycle
from app.closing.addressing import asked
from app.closing.progress import closings
from app.closing.tables import DRAFT, Period
from app.desk.account import proof_first
from app.desk.addresses import with_query
from app.desk.blocks import DeskBlock, Field, Form, LinkedTable, Links, Page, Section
from app.desk.faults import faults_of
from app.desk.instrument_choice import instrument_choices
from app.desk.navigation import PERIODS, REPORTS
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, having, principal_of, to, to_proof
from app.disclosure.reading import release_state, told_instruments
from app.disclosure.rules.calendar import LAST_ZONE, span_between
from app.foundation.http.services import services_of
from app.foundation.problem_codes import KINDS
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.instruments.model import Collected
from app.instruments.registry import instruments_of
from app.people.signed_in import SignedIn
from app.reports.sections.blocks import Column, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Closer = Annotated[SignedIn, Depends(having(PERIODS))]
# What a step may be refused with; everything else is no matter of the form.
REFUSED = frozenset(code for code, kind in KINDS.items() if kind.status in (404, 409, 422)) | {"about-oneself", "busy"}


@router.get("/desk/periods")
def periods(request: Request, found: Closer, _: Lang) -> Response:
    """Every closed period, and the form that closes one."""
    return _periods(request, found)


@router.post("/desk/periods/close")
def close(request: Request, found: Closer, sent: FormSent) -> Response:
    """Make the drafts of a period and open the reply window."""
    services = services_of(request)
    refuse_part(found)
    if not found.is_proven(services.now()):
        return to_proof(request, "periods")
    try:
        closed = lifecycle.close(
            services.database,
            principal_of(found).reach,
            asked(sent.get("period", "")),
            by=lifecycle.Method(sent.get("instrument", "")),
            now=services.now(),
            working_days=services.settings.reply_working_days,
        )
    except Problem as problem:
        if problem.code not in REFUSED:
            raise
        return _periods(request, found, problem, sent)
    return to(request, address_of(closed))


def refuse_part(found: SignedIn) -> None:
    """Only who answers for the whole agency closes and finalises. Raises `out-of-scope`."""
    if principal_of(found).office is not None:
        raise Problem("out-of-scope", what="the whole agency")


def address_of(period: Period) -> str:
    """The page of a closed period."""
    return with_query("/desk/period", {"code": period.code, "instrument": period.instrument})


def state_words(period: Period, tell: Language) -> str:
    """`draf, tanggapan sampai 25 November 2026`, or final."""
    if period.state == DRAFT:
        return tell("draft, replies until {day}", day=tell.day(period.replies_end_at.date().isoformat()))
    assert period.final_at is not None, "a constraint holds it"
    return tell("final since {day}", day=tell.day(period.final_at.astimezone(LAST_ZONE).date().isoformat()))


def _periods(request: Request, found: SignedIn, fault: Problem | None = None, sent: Sent | None = None) -> Response:
    services, tell, principal = services_of(request), reader_of(request), principal_of(found)
    with services.database.reading() as session:
        closed = closings(session, principal.reach)
        known, told = instruments_of(session, found.agency_id), told_instruments(session, found.agency_id)
        # Figures of what comes openly stand apart and are no matter of a period.
        closable = [known[each] for each in told if each in known and known[each].collected is not Collected.open]
        instruments = instrument_choices(closable, tell)
        newest = _newest(session, found.agency_id)
    blocks: list[DeskBlock] = [_table(closed, tell)] if closed else []
    sections = [Section(tuple(blocks))]
    if principal.office is not None:
        part = tell("Periods of the whole agency are closed and finalised by who answers for the whole agency.")
        sections.append(Section((Words(part), Links(((tell(REPORTS.text), REPORTS.address),)))))
    elif not instruments or newest is None:
        sections.append(Section((Words(tell("No figures are released so far; a period is closed after that.")),)))
    elif found.is_proven(services.now()):
        what = tell("Every employee, office and the agency get a draft; employees may reply until the window ends.")
        sections.append(Section((Words(what), _form(_open(newest, closed), instruments, tell)), tell("Close a period")))
    else:
        sections.append(proof_first(tell, "periods"))
    drafts = sum(each.state == DRAFT for each in closed)
    lead = tell("Periods closed: {n}, of these drafts: {drafts}.", n=str(len(closed)), drafts=str(drafts))
    if principal.office is not None and not closed:
        lead = tell("No period was closed for this office alone.")
    page = Page(
        tell("Periods"),
        lead,
        tuple(sections),
        faults=() if fault is None else faults_of(fault, tell),
        values=dict(sent or {}),
    )
    return respond(request, page, found, 200 if fault is None else fault.status)


def _newest(session: Session, agency_id: str) -> str | None:
    """The newest period that is released; None before there is one."""
    try:
        return span_between(*release_state(session, agency_id).newest_period).code
    except Problem as problem:
        if problem.code != "nothing-released":
            raise
        return None


def _open(newest: str, closed: list[Period]) -> str:
    """The newest period, unless it is closed already: then whoever closes another one names it."""
    return "" if newest in {each.code for each in closed} else newest


def _table(closed: list[Period], tell: Language) -> LinkedTable:
    titles = (tell("Period"), tell("Questionnaire"), tell("Revision"), tell("State"))
    rows = tuple(
        (tell.period(each.code), each.instrument, str(each.revision), state_words(each, tell)) for each in closed
    )
    table = Table(tell("Closed periods, the newest first"), tuple(Column(each, "text") for each in titles), rows)
    return LinkedTable(table, tuple(address_of(each) for each in closed))


def _form(newest: str, instruments: tuple[tuple[str, str], ...], tell: Language) -> Form:
    hint = tell("A month, quarter, semester or year: 2026-10, 2026-Q4, 2026-S2, 2026.")
    fields = (
        Field("period", tell("Period"), hint=hint, value=newest),
        Field("instrument", tell("Questionnaire"), "select", choices=instruments),
    )
    return Form("/desk/periods/close", tell("Close the period"), fields)
