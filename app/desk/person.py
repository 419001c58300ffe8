"""One person: roles, giving one, taking one away, a new link for who has not come in."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.desk.account import proof_first, role_words
from app.desk.blocks import DeskBlock, Field, Form, LinkedTable, Links, Page, Section
from app.desk.moments import day_words, moment_cell
from app.desk.navigation import PEOPLE
from app.desk.offices import office_choices
from app.desk.people import (
    Administrator,
    asked_role,
    granter,
    places_of_grants,
    ready,
    role_fields,
    state_words,
)
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, as_id, principal_of, saved, to_proof
from app.foundation.http.services import services_of
from app.foundation.problems import Problem
from app.people import store
from app.people.faults import PeopleFault
from app.people.granting import grant, may_see_sessions, revoke
from app.people.inviting import invite_again
from app.people.listing import listed, require_person
from app.people.schemas import SessionOut
from app.people.signed_in import SignedIn
from app.people.signing_out import sessions_of, sign_out_everywhere
from app.people.tables import Grant, Person
from app.reports.sections.blocks import Column, Facts, Table, Words
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Id = Annotated[UUID, Query(alias="id")]
GrantId = Annotated[UUID, Query(alias="grant")]
GONE = "This role was taken away already."


@router.get("/desk/person")
def person(request: Request, found: Administrator, _: Lang, person_id: Id) -> Response:
    """What somebody was granted, and the forms that change it."""
    return _person(request, found, person_id)


@router.post("/desk/person/grant")
def give_role(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Give somebody one more role."""
    services, person_id = services_of(request), as_id(sent.get("person", ""))
    if not found.is_proven(services.now()):
        return to_proof(request, "person", id=person_id)
    try:
        with services.database.writing() as session:
            whom = require_person(store.find_person(session, found.agency_id, person_id))
            grant(session, whom, asked_role(sent), granter(found), services.now())
    except PeopleFault as fault:
        return _person(request, found, person_id, fault, sent)
    return saved(request, f"/desk/person?id={person_id}")


@router.post("/desk/person/link")
def new_link(request: Request, found: Administrator, sent: FormSent) -> Response:
    """A new link for somebody who has not come in so far."""
    services, person_id = services_of(request), as_id(sent.get("person", ""))
    if not found.is_proven(services.now()):
        return to_proof(request, "person", id=person_id)
    try:
        with services.database.writing() as session:
            whom = require_person(store.find_person(session, found.agency_id, person_id))
            invited = invite_again(session, whom, granter(found), services.now(), reset=False)
    except PeopleFault as fault:
        return _person(request, found, person_id, fault)
    return ready(request, found, invited)


@router.get("/desk/person/revoke")
def ask_revoking(request: Request, found: Administrator, _: Lang, grant_id: GrantId) -> Response:
    """Say in words what taking a role away will do."""
    services, tell = services_of(request), reader_of(request)
    with services.database.reading() as session:
        row = store.find_grant(session, found.agency_id, grant_id)
        whose = None if row is None else store.find_person(session, found.agency_id, row.person_id)
        names = {} if row is None else places_of_grants(session, found.agency_id, [row])
    if row is None or whose is None:
        raise Problem("not-found")
    if row.revoked_at is not None:
        return _person(request, found, whose.person_id, PeopleFault(GONE))
    form = Form(
        "/desk/person/revoke",
        tell("Take the role away"),
        (
            Field("grant", "", "hidden", value=str(row.grant_id)),
            Field("person", "", "hidden", value=str(whose.person_id)),
        ),
        tone="danger",
    )
    page = Page(
        tell("Take this role away?"),
        tell("It ends at once, also where the person is signed in now. What was done in this role stays as it is."),
        (
            Section(
                (
                    Facts(((tell("Person"), whose.name), (tell("Role"), _held_words(row, names, tell)))),
                    form,
                    Links(((tell("No, leave it"), f"/desk/person?id={whose.person_id}"),)),
                )
            ),
        ),
    )
    return respond(request, page, found)


@router.post("/desk/person/revoke")
def take_role(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Take a role away."""
    services, person_id = services_of(request), as_id(sent.get("person", ""))
    if not found.is_proven(services.now()):
        return to_proof(request, "person-revoke", grant=as_id(sent.get("grant", "")))
    try:
        with services.database.writing() as session:
            revoke(session, found.agency_id, as_id(sent.get("grant", "")), granter(found), services.now())
    except PeopleFault as fault:
        return _person(request, found, person_id, fault)
    return saved(request, f"/desk/person?id={person_id}")


@router.post("/desk/person/sign-out")
def sign_out(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Sign somebody out everywhere."""
    services, person_id = services_of(request), as_id(sent.get("person", ""))
    if not found.is_proven(services.now()):
        return to_proof(request, "person", id=person_id)
    try:
        with services.database.writing() as session:
            whom = require_person(store.find_person(session, found.agency_id, person_id))
            sign_out_everywhere(session, whom, granter(found), services.now())
    except PeopleFault as fault:
        return _person(request, found, person_id, fault)
    return saved(request, f"/desk/person?id={person_id}")


def _person(
    request: Request, found: SignedIn, person_id: UUID, fault: PeopleFault | None = None, sent: Sent | None = None
) -> Response:
    services, tell = services_of(request), reader_of(request)
    now = services.now()
    with services.database.reading() as session:
        whom = require_person(store.find_person(session, found.agency_id, person_id))
        [shown] = listed(session, found.agency_id, [whom], now)
        names = places_of_grants(session, found.agency_id, shown.grants)
        seen = may_see_sessions(session, whom, granter(found))
        open_now = sessions_of(session, whom, now).items if seen else ()
        offices = office_choices(session, principal_of(found).reach, tell)
    facts = Facts(
        (
            (tell("Sign-in name"), f"{whom.login}@{whom.agency_id}"),
            (tell("Employee code"), whom.employee),
            (tell("State"), state_words(shown, tell)),
        )
    )
    proven = found.is_proven(now)
    sections = [Section((facts,)), Section(_held(shown.grants, names, found.zone, tell, proven=proven), tell("Roles"))]
    sections += [
        Section(
            _browsers(request, found, whom, open_now, proven=proven)
            if seen
            else (Words(tell("You are told this of persons all of whose roles are at your offices.")),),
            tell("Where the person is signed in"),
        )
    ]
    if proven:
        sections += _forms(whom, offices, tell, waits=shown.state != "active")
    else:
        sections.append(proof_first(tell, "person", id=person_id))
    page = Page(
        whom.name,
        tell("Roles: {n}.", n=str(len(shown.grants))),
        (*sections, Section((Links(((tell("People and roles"), PEOPLE.address),)),))),
        faults=() if fault is None else ((fault.field, fault.in_words(tell)),),
        values=dict(sent or {}),
    )
    return respond(request, page, found, 200 if fault is None else 422)


def _held_words(row: Grant, names: Mapping[str, str], tell: Language) -> str:
    return role_words(tell, row.role, names.get(row.office or ""))


def _held(
    grants: Sequence[Grant], names: Mapping[str, str], zone: str, tell: Language, *, proven: bool
) -> tuple[DeskBlock, ...]:
    if not grants:
        return (Words(tell("None.")),)
    table = Table(
        tell("Roles in force; each leads to the question whether it shall end") if proven else tell("Roles in force"),
        (Column(tell("Role"), "text"), Column(tell("Given on"), "text")),
        tuple((_held_words(row, names, tell), day_words(row.granted_at, zone, tell)) for row in grants),
    )
    return (
        LinkedTable(table, tuple(f"/desk/person/revoke?grant={row.grant_id}" for row in grants)) if proven else table,
    )


def _browsers(
    request: Request, found: SignedIn, whom: Person, open_now: Sequence[SessionOut], *, proven: bool
) -> tuple[DeskBlock, ...]:
    tell = reader_of(request)
    if not open_now:
        return (Words(tell("Nowhere at present.")),)
    at = moment_cell(request, found.zone, tell)
    table = Table(
        tell("Browsers in which this person is signed in"),
        (Column(tell("Browser"), "text"), Column(tell("Since"), "text"), Column(tell("Seen"), "text")),
        tuple((each.browser, at(each.started_at), at(each.seen_at)) for each in open_now),
    )
    if not proven:
        return (table,)
    who = Field("person", "", "hidden", value=str(whom.person_id))
    said = Words(tell("Every browser is signed out at once. The roles stay; take them away above."))
    return (table, said, Form("/desk/person/sign-out", tell("Sign out everywhere"), (who,), tone="danger"))


def _forms(whom: Person, offices: tuple[tuple[str, str], ...], tell: Language, *, waits: bool) -> list[Section]:
    who = Field("person", "", "hidden", value=str(whom.person_id))
    fields = (who, *role_fields(offices, tell))
    sections = [Section((Form("/desk/person/grant", tell("Give the role"), fields),), tell("Give a role"))]
    if waits:
        form = Form("/desk/person/link", tell("Make a new link"), (who,))
        sections.append(Section((form,), tell("The link was lost or is too old")))
    return sections
