"""Persons over HTTP: who may sign in, inviting, roles, sessions; and the audit trail.

What gives somebody a way in takes no key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request

from app.access.guard import reads, requires, requires_person
from app.access.principals import KeyKind, Principal, Role
from app.foundation.http.openapi import SESSION_ALONE, problems
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.people import store
from app.people.faults import PeopleFault
from app.people.granting import Asked, grant, granter_of, may_see_sessions, revoke
from app.people.inviting import Invitation, Invited, invite, invite_again
from app.people.listing import grant_out, list_persons, one_person, require_grant, require_person
from app.people.rules.lifetimes import LINK
from app.people.schemas import (
    GrantIn,
    GrantOut,
    InvitationOut,
    InviteIn,
    PersonOut,
    PersonPage,
    PersonQuery,
    SessionsEnded,
    SessionsOut,
    TrailPage,
    TrailQuery,
)
from app.people.signing_out import sessions_of, sign_out_everywhere
from app.people.trail import read_trail

router = APIRouter(prefix="/v1", tags=["persons"])
trail_router = APIRouter(prefix="/v1", tags=["audit"])
ROLES = (Role.administrator,)
Admin = Annotated[Principal, Depends(requires(KeyKind.admin, roles=ROLES))]
Changer = Annotated[Principal, Depends(requires(KeyKind.admin, roles=ROLES, proof=True))]
# A key proves nothing about who holds it: nobody could be kept from giving oneself a role.
Inviter = Annotated[Principal, Depends(requires_person(*ROLES, proof=True))]
BODY = (400, 408, 413, 415, 422)
Auditor = Annotated[Principal, Depends(reads(KeyKind.auditor, KeyKind.admin, roles=(Role.auditor,)))]


@router.get("/persons", responses=problems(422))
def get_persons(request: Request, principal: Admin, query: Annotated[PersonQuery, Query()]) -> PersonPage:
    """Everybody of the agency who may sign in, by sign-in name, with the roles in force."""
    services = services_of(request)
    with services.database.reading() as session:
        return list_persons(session, principal.agency_id, query, services.now())


@router.get("/persons/{person_id}", responses=problems(404, 422))
def get_person(request: Request, principal: Admin, person_id: UUID) -> PersonOut:
    """One of them."""
    services = services_of(request)
    with services.database.reading() as session:
        found = require_person(store.find_person(session, principal.agency_id, person_id))
        return one_person(session, principal.agency_id, found, services.now())


@router.post("/persons", status_code=201, responses=problems(*BODY), openapi_extra=SESSION_ALONE)
def invite_person(request: Request, principal: Inviter, body: InviteIn) -> InvitationOut:
    """Add a person with a first role, and tell the one-time link this once; it works for three days."""
    invitation = Invitation(body.name, body.login, body.employee)
    with _changing(request) as session:
        by, now = granter_of(principal), services_of(request).now()
        invited = invite(session, principal.agency_id, invitation, Asked(body.role, body.office), by, now)
        return _invitation(request, session, invited)


@router.post(
    "/persons/{person_id}/link",
    status_code=201,
    responses=problems(404, 422),
    openapi_extra=SESSION_ALONE,
)
def renew_link(request: Request, principal: Inviter, person_id: UUID) -> InvitationOut:
    """A new link for somebody who has not come in so far; the one before no longer works."""
    with _changing(request) as session:
        whom = require_person(store.find_person(session, principal.agency_id, person_id))
        by, now = granter_of(principal), services_of(request).now()
        return _invitation(request, session, invite_again(session, whom, by, now, reset=False))


@router.post(
    "/persons/{person_id}/roles",
    status_code=201,
    responses=problems(*BODY, 404),
    openapi_extra=SESSION_ALONE,
)
def give_role(request: Request, principal: Inviter, person_id: UUID, body: GrantIn) -> GrantOut:
    """Give somebody one more role; nobody gives one to oneself, and auditors have no part in what they audit."""
    with _changing(request) as session:
        whom = require_person(store.find_person(session, principal.agency_id, person_id))
        by, now = granter_of(principal), services_of(request).now()
        return grant_out(grant(session, whom, Asked(body.role, body.office), by, now))


@router.post("/persons/{person_id}/roles/{grant_id}/revoke", status_code=204, responses=problems(404, 422))
def take_role(request: Request, principal: Changer, person_id: UUID, grant_id: UUID) -> None:
    """Take a role away, at once, also where the person is signed in; again changes nothing."""
    with _changing(request) as session:
        whom = require_person(store.find_person(session, principal.agency_id, person_id))
        row = require_grant(session, whom, grant_id)
        if row.revoked_at is None:
            revoke(session, principal.agency_id, grant_id, granter_of(principal), services_of(request).now())


@router.get("/persons/{person_id}/sessions", responses=problems(403, 404, 422))
def get_sessions(request: Request, principal: Admin, person_id: UUID) -> SessionsOut:
    """In which browsers somebody in reach is signed in, and since when; never what was done there."""
    services = services_of(request)
    with services.database.reading() as session:
        whom = require_person(store.find_person(session, principal.agency_id, person_id))
        if not may_see_sessions(session, whom, granter_of(principal)):
            raise Problem("out-of-scope", what="this person")
        return sessions_of(session, whom, services.now())


@router.post("/persons/{person_id}/sessions/end", responses=problems(404, 422))
def end_sessions(request: Request, principal: Changer, person_id: UUID) -> SessionsEnded:
    """Sign somebody out everywhere, at once; the roles stay."""
    with _changing(request) as session:
        whom = require_person(store.find_person(session, principal.agency_id, person_id))
        by, now = granter_of(principal), services_of(request).now()
        return SessionsEnded(ended=sign_out_everywhere(session, whom, by, now))


@trail_router.get("/audit", responses=problems(404, 422, 429))
def get_trail(request: Request, principal: Auditor, query: Annotated[TrailQuery, Query()]) -> TrailPage:
    """What was done and who did it, the newest first; of a key for some offices what names these offices."""
    with services_of(request).database.reading() as session:
        return read_trail(session, principal.reach, query)


@contextmanager
def _changing(request: Request) -> Iterator[Session]:
    """A transaction; what is refused in it is told as a problem."""
    try:
        with services_of(request).database.writing() as session:
            yield session
    except PeopleFault as fault:
        raise fault.as_problem() from None


def _invitation(request: Request, session: Session, invited: Invited) -> InvitationOut:
    services = services_of(request)
    public_url = services.settings.public_url
    return InvitationOut(
        person=one_person(session, invited.person.agency_id, invited.person, services.now()),
        code=invited.code,
        address=None if public_url is None else f"{public_url}/sign-in/link#{invited.code}",
        expires_at=services.now() + LINK,
    )
