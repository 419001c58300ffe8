"""Screening over HTTP: findings, an auditor's decisions on them, and opening hours."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request

from app.access.guard import reads, requires
from app.access.principals import OVERSEERS, KeyKind, Principal, Role
from app.access.readings import Covered, Readings
from app.directory.schemas import CodeText, PageQuery
from app.foundation.http.openapi import problems
from app.foundation.http.services import services_of
from app.screening import decisions as deciding
from app.screening import opening_record as opening
from app.screening.decisions import CONFIRMED, RELEASED
from app.screening.schemas import DecisionIn, FindingOut, FindingPage, FindingQuery, OpeningIn, OpeningOut, OpeningPage

router = APIRouter(prefix="/v1", tags=["screening"])
Overseer = Annotated[Principal, Depends(reads(KeyKind.supervisor, KeyKind.auditor, KeyKind.admin, roles=OVERSEERS))]
Auditor = Annotated[Principal, Depends(requires(KeyKind.auditor, roles=(Role.auditor,), proof=True))]
READERS = (KeyKind.reader, KeyKind.supervisor, KeyKind.auditor, KeyKind.admin)
Reader = Annotated[Principal, Depends(requires(*READERS, roles=(Role.auditor, Role.administrator)))]
Admin = Annotated[Principal, Depends(requires(KeyKind.admin, roles=(Role.administrator,), proof=True))]
BODY = (400, 408, 413, 415, 422)


@router.get("/findings", responses=problems(404, 422, 429))
def get_findings(request: Request, principal: Overseer, query: Annotated[FindingQuery, Query()]) -> FindingPage:
    """What screening found at the offices this key reaches, in the order in which it was raised."""
    services = services_of(request)
    with services.database.reading() as session:
        page = deciding.list_findings(session, principal.reach, query)
    covered = Covered("findings", office=query.office or principal.office, first=query.first, last=query.last)
    services.of(Readings).leave_trace(principal, covered)
    return page


@router.get("/findings/{finding_id}", responses=problems(404, 422, 429))
def get_finding(request: Request, principal: Overseer, finding_id: UUID) -> FindingOut:
    """One finding with the numbers that raised it."""
    services = services_of(request)
    with services.database.reading() as session:
        finding = deciding.get_finding(session, principal.reach, finding_id)
    covered = Covered("findings", finding.employee, finding.office)
    services.of(Readings).leave_trace(principal, covered)
    return finding


@router.post("/findings/{finding_id}/release", responses=problems(404, 409, *BODY))
def release_finding(request: Request, principal: Auditor, finding_id: UUID, body: DecisionIn) -> FindingOut:
    """Let the sheets count again, at once and for good. The same again changes nothing; otherwise decided: 409."""
    return _decide(request, principal, finding_id, RELEASED, body)


@router.post("/findings/{finding_id}/confirm", responses=problems(404, 409, *BODY))
def confirm_finding(request: Request, principal: Auditor, finding_id: UUID, body: DecisionIn) -> FindingOut:
    """Keep the sheets out of every figure for good; they stay stored and are shown as held."""
    return _decide(request, principal, finding_id, CONFIRMED, body)


@router.get("/offices/{office}/opening", responses=problems(404, 422))
def get_opening(request: Request, principal: Reader, office: CodeText) -> OpeningOut:
    """When the office is open, as far as anybody has said."""
    with services_of(request).database.reading() as session:
        return opening.get_opening(session, principal.reach, office)


@router.get("/opening", responses=problems(422))
def get_openings(request: Request, principal: Reader, query: Annotated[PageQuery, Query()]) -> OpeningPage:
    """When the offices in reach are open, by code, as far as anybody has said."""
    with services_of(request).database.reading() as session:
        return opening.page_of_openings(session, principal.reach, query)


@router.put("/offices/{office}/opening", responses=problems(404, *BODY))
def put_opening(request: Request, principal: Admin, office: CodeText, body: OpeningIn) -> OpeningOut:
    """Tell when the office is open, from today on; screening then holds kiosk ratings given while it is closed."""
    services = services_of(request)
    with services.database.writing() as session:
        return opening.put_opening(session, principal.reach, office, body, services.now())


def _decide(request: Request, principal: Principal, finding_id: UUID, standing: str, body: DecisionIn) -> FindingOut:
    services = services_of(request)
    with services.database.writing() as session:
        return deciding.decide(session, principal.reach, finding_id, standing, body.note, services.now())
