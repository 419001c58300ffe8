"""Instruments over HTTP, from which clients draw their forms."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request

from app.access.guard import EVERY_KIND, requires
from app.access.principals import OFFICE_READERS, Principal
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.instruments.registry import instruments_of
from app.instruments.schemas import InstrumentOut, InstrumentPage, instrument_out, summary_of

router = APIRouter(prefix="/v1", tags=["instruments"])
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
