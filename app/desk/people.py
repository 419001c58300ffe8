"""People and roles: who may sign in, and inviting them; giving roles and taking them away is in `person.py`."""

from collections.abc import Mapping, Sequence
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.access.principals import Role
from app.desk.account import proof_first, role_words
from app.desk.addresses import ON_A_PAGE, Place, numbered, reached_at
from app.desk.blocks import Field, Form, LinkedTable, Links, Page, Section
from app.desk.navigation import PEOPLE
from app.desk.offices import office_choices, office_field
from app.desk.page_file import part
from app.desk.rendering import reader_of, respond
from app.desk.requests import DeskRoute, FormSent, Lang, Sent, having, principal_of, to_proof
from app.directory.listing_store import names_of
from app.foundation.http.services import services_of
from app.foundation.storage.database import Session
from app.people import store
from app.people.faults import PeopleFault
from app.people.granting import Asked, Granter, granter_of
from app.people.inviting import Invitation, Invited, invite
from app.people.listing import Listed, listed
from app.people.signed_in import SignedIn
from app.people.tables import Grant
from app.ratings.rules.selection import By
from app.reports.sections.blocks import Column, Facts, Number, Table
from app.reports.sections.language import Language

router = APIRouter(include_in_schema=False, route_class=DeskRoute)
Administrator = Annotated[SignedIn, Depends(having(PEOPLE))]


@router.get("/desk/people")
def people(request: Request, found: Administrator, _: Lang, place: Place = 1) -> Response:
    """Everybody who may sign in, with their roles, fifty on a page; and the form that invites."""
    return _people(request, found, place)


@router.post("/desk/people/invite")
def invite_person(request: Request, found: Administrator, sent: FormSent) -> Response:
    """Add a person with a first role; the link is shown once."""
    services = services_of(request)
    if not found.is_proven(services.now()):
        return to_proof(request, "people")
    invitation = Invitation(sent.get("name", ""), sent.get("login") or None, sent.get("employee") or None)
    try:
        with services.database.writing() as session:
            invited = invite(session, found.agency_id, invitation, asked_role(sent), granter(found), services.now())
    except PeopleFault as fault:
        return _people(request, found, 1, fault, sent)
    return ready(request, found, invited)


def granter(found: SignedIn) -> Granter:
    """This administrator as one who grants."""
    return granter_of(principal_of(found))


def asked_role(sent: Sent) -> Asked:
    """The role that was asked for in a form. Raises `PeopleFault`."""
    role = sent.get("role", "")
    if role not in set(Role):
        raise PeopleFault("Choose one of the roles.", "role")
    return Asked(Role(role), sent.get("office") or None)


def role_fields(offices: tuple[tuple[str, str], ...], tell: Language) -> tuple[Field, Field]:
    """The fields of a role and its place."""
    return (
        Field("role", tell("Role"), "select", choices=tuple((each.value, tell(each)) for each in Role)),
        office_field(offices, tell),
    )


def ready(request: Request, found: SignedIn, invited: Invited) -> Response:
    """The link of an invitation, shown once."""
    tell = reader_of(request)
    page = Page(
        tell("The invitation is ready"),
        tell("Hand this link to the person, and to nobody else: it is shown once and works once, for three days."),
        (
            Section(
                (
                    Facts(
                        (
                            (tell("Person"), invited.person.name),
                            (tell("Sign-in name"), f"{invited.person.login}@{invited.person.agency_id}"),
                            (tell("Link"), f"{reached_at(request) or ''}/sign-in/link#{invited.code}"),
                            (tell("Code of the invitation"), invited.code),
                        )
                    ),
                    Links(((tell("People and roles"), PEOPLE.address),)),
                )
            ),
        ),
    )
    return respond(request, page, found)


def state_words(found: Listed, tell: Language) -> str:
    """Whether somebody came in so far, and how."""
    if found.state == "active":
        return tell("signs in with a second factor") if found.person.totp else tell("signs in")
    return tell("invited") if found.state == "invited" else tell("invitation expired")


def places_of_grants(session: Session, agency_id: str, grants: Sequence[Grant]) -> dict[str, str]:
    """What the offices are called at which these roles were given, by code."""
    return names_of(session, agency_id, By.office, {each.office for each in grants if each.office})


def _people(
    request: Request, found: SignedIn, place: int, fault: PeopleFault | None = None, sent: Sent | None = None
) -> Response:
    services, tell = services_of(request), reader_of(request)
    now = services.now()
    with services.database.reading() as session:
        everybody = store.persons_of(session, found.agency_id)
        shown, pages = part(list(everybody), place, ON_A_PAGE, request)
        rows = listed(session, found.agency_id, shown, now)
        names = places_of_grants(session, found.agency_id, [row for each in rows for row in each.grants])
        offices = office_choices(session, principal_of(found).reach, tell)
    sections = [Section((_table(rows, names, tell), *numbered(PEOPLE.address, {}, place, pages, tell)))]
    if found.is_proven(now):
        form = Form("/desk/people/invite", tell("Invite"), (*_fields(tell), *role_fields(offices, tell)))
        sections.append(Section((form,), tell("Invite somebody")))
    else:
        sections.append(proof_first(tell, "people", page=place if place > 1 else None))
    page = Page(
        tell("People and roles"),
        tell("Persons who may sign in: {n}.", n=tell.number(Number(len(everybody)))),
        tuple(sections),
        faults=() if fault is None else ((fault.field, fault.in_words(tell)),),
        values=dict(sent or {}),
    )
    return respond(request, page, found, 200 if fault is None else 422)


def _table(found: Sequence[Listed], names: Mapping[str, str], tell: Language) -> LinkedTable:
    rows = tuple(
        (
            each.person.name,
            f"{each.person.login}@{each.person.agency_id}",
            each.person.employee,
            ", ".join(role_words(tell, row.role, names.get(row.office or "")) for row in each.grants) or None,
            state_words(each, tell),
        )
        for each in found
    )
    titles = (tell("Name"), tell("Sign-in name"), tell("Employee code"), tell("Roles"), tell("State"))
    table = Table(tell("Persons, by name"), tuple(Column(title, "text") for title in titles), rows)
    return LinkedTable(table, tuple(f"/desk/person?id={each.person.person_id}" for each in found))


def _fields(tell: Language) -> tuple[Field, ...]:
    return (
        Field("name", tell("Name"), autocomplete="off"),
        Field("login", tell("Sign-in name"), hint=tell("Left empty, it is made from the name."), required=False),
        Field(
            "employee",
            tell("Employee code"),
            hint=tell("If the directory has this person; needed for the roles appraiser and employee."),
            required=False,
        ),
    )
