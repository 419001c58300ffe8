"""Instruments over HTTP, from which clients draw their forms; an administrator adds the agency's own."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request

from app.access.guard import EVERY_KIND, requires
from app.access.principals import OFFICE_READERS, KeyKind, Principal, Role
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of
from app.foundation.problems import FieldError, Problem
from app.foundation.translations import Phrase
from app.instruments.faults import InstrumentFault
from app.instruments.registry import add_own, check_own, instruments_of
from app.instruments.schemas import InstrumentIn, InstrumentOut, InstrumentPage, instrument_out, summary_of

router = APIRouter(prefix="/v1", tags=["instruments"])
# A text of 65,536 characters, each of which JSON may write in six bytes.
LIMITS = {"/v1/instruments": 400 * 1024}
MOST_ERRORS = 100
Administrator = Annotated[Principal, Depends(requires(KeyKind.admin, roles=(Role.administrator,), proof=True))]
DryRun = Annotated[bool, Query(description="Only say how the questionnaire would be, or what is wrong with it.")]
Anybody = Annotated[Principal, Depends(requires(*EVERY_KIND, roles=OFFICE_READERS))]


@router.get("/instruments", responses=problems())
def list_instruments(request: Request, principal: Anybody) -> InstrumentPage:
    """Every instrument the agency may use."""
    with services_of(request).database.reading() as session:
        instruments = instruments_of(session, principal.agency_id)
    return InstrumentPage(items=[summary_of(instruments[name]) for name in sorted(instruments)])


@router.get("/instruments/{instrument}", responses=problems(404, 422))
def show_instrument(request: Request, principal: Anybody, instrument: str) -> InstrumentOut:
    """One instrument with its questions, answers, weights and bands."""
    with services_of(request).database.reading() as session:
        instruments = instruments_of(session, principal.agency_id)
    if instrument not in instruments:
        raise Problem("instrument-unknown")
    return instrument_out(instruments[instrument])


@router.post("/instruments", responses=problems(400, 408, 413, 415, 422))
def add_instrument(
    request: Request, principal: Administrator, body: InstrumentIn, dry_run: DryRun = False
) -> InstrumentOut:
    """Add a questionnaire of the agency's own, which never changes then. The same again changes nothing."""
    if principal.office is not None:
        raise Problem("out-of-scope", what="the whole agency")
    services = services_of(request)
    try:
        if dry_run:
            with services.database.reading() as session:
                return instrument_out(check_own(session, principal.agency_id, body.source)[0])
        with services.database.writing() as session:
            added = add_own(session, principal.agency_id, body.source, actor=principal.actor, now=services.now())
    except InstrumentFault as wrong:
        raise refusal(wrong) from None
    return instrument_out(added)


def refusal(wrong: InstrumentFault) -> Problem:
    """The problem of a questionnaire with faults; of very many it names the first."""
    errors = [
        FieldError(fault.place, "questionnaire-fault", {"problem": Phrase(fault.text, fault.values)})
        for fault in wrong.found[:MOST_ERRORS]
    ]
    return Problem("questionnaire-refused", errors=errors, n=len(wrong.found))
