"""Replies of employees to their own drafts, who has read about them, and an appraiser's people, over HTTP."""

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from starlette.requests import Request

from app.access.guard import requires_person
from app.access.principals import Principal, Role
from app.access.readings import Covered, Readings
from app.closing.about_persons import may_reply, person_reports, reply_to, reply_to_own
from app.closing.persons.schemas import MemberOut, NewestReport, ReaderOut, ReadersOut, ReplyOut, TeamOut
from app.closing.persons.team import Member, members_of, own_people
from app.closing.schemas import WordsIn
from app.closing.tables import DRAFT
from app.foundation.http.openapi import SESSION_ALONE, problems
from app.foundation.http.services import services_of
from app.people.readers import readers_of

router = APIRouter(prefix="/v1", tags=["reports"])
Employee = Annotated[Principal, Depends(requires_person(Role.employee))]
Appraiser = Annotated[Principal, Depends(requires_person(Role.appraiser))]
Either = Annotated[Principal, Depends(requires_person(Role.employee, Role.appraiser))]
BODY = (400, 408, 413, 415, 422)


@router.get("/reports/{report_id}/reply", responses=problems(404, 422), openapi_extra=SESSION_ALONE)
def get_reply(request: Request, principal: Either, report_id: UUID) -> ReplyOut:
    """What the employee said to the draft, for that employee and the appraiser, and whether a reply is still taken."""
    services = services_of(request)
    with services.database.reading() as session:
        told, about = reply_to(session, principal, report_id, services.now())
    _leave_traces(request, principal, {about.unit: about.period})
    return ReplyOut(**told._asdict())


@router.post(
    "/reports/{report_id}/reply", status_code=204, responses=problems(*BODY, 404, 409), openapi_extra=SESSION_ALONE
)
def reply_to_draft(request: Request, principal: Employee, report_id: UUID, body: WordsIn) -> None:
    """Reply once to the own draft; the reply becomes part of the final report."""
    services = services_of(request)
    with services.database.writing() as session:
        reply_to_own(session, principal, report_id, body.text, services.now())


@router.get("/readers", responses=problems(422), openapi_extra=SESSION_ALONE)
def get_readers(request: Request, principal: Employee) -> ReadersOut:
    """Who has read figures about oneself within a year."""
    services = services_of(request)
    with services.database.reading() as session:
        found = readers_of(session, principal.agency_id, principal.employee or "", services.now())
    return ReadersOut(
        items=tuple(
            ReaderOut.model_validate(
                {
                    "at": each.at,
                    "by": each.by,
                    "what": each.what,
                    "period": each.period,
                    "from": each.first,
                    "to": each.last,
                    "name": found.names[each.actor],
                }
            )
            for each in found.readings
        )
    )


@router.get("/team", responses=problems(422), openapi_extra=SESSION_ALONE)
def get_team(request: Request, principal: Appraiser) -> TeamOut:
    """Whom one appraises, by name, with the newest report about each; of figures only what they may be used for."""
    services = services_of(request)
    with services.database.reading() as session:
        people = own_people(session, principal.agency_id, principal.employee)
        reports = person_reports(session, principal.agency_id, [each.code for each in people])
        members = members_of(session, principal.agency_id, people, reports)
    heads = (each.newest for each in members if each.newest is not None)
    _leave_traces(request, principal, {head.unit: head.period for head in heads})
    return TeamOut(items=tuple(_members(members, services.now())))


def _leave_traces(request: Request, principal: Principal, periods: dict[str, str]) -> None:
    """Whoever reads about others leaves a trace for each, before it is told."""
    covered = [
        Covered("report", employee=code, period=period)
        for code, period in periods.items()
        if code != principal.employee
    ]
    services_of(request).of(Readings).leave_traces(principal, covered)


def _members(members: Iterable[Member], now: datetime) -> Iterable[MemberOut]:
    for each in members:
        head, newest = each.newest, None
        if head is not None:
            awaited = "awaited" if may_reply(head, now, replied=False) else "none"
            newest = NewestReport.model_validate(
                {
                    "id": head.report_id,
                    "period": head.period,
                    "instrument": head.instrument,
                    "revision": head.revision,
                    "state": "draft" if head.state == DRAFT else "final",
                    "use": each.use,
                    "reply": "given" if each.replied else awaited,
                    "reply_until": head.replies_end_at,
                    "noted": each.noted,
                }
            )
        who = each.employee
        yield MemberOut(employee=who.code, name=who.name, position=who.position, newest=newest)
