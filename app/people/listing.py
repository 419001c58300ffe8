"""Who may sign in: persons with their state and the roles in force, for page, command and API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal, NamedTuple, TypeAlias
from uuid import UUID

from app.access.principals import Role
from app.foundation.problems import Problem
from app.foundation.storage.database import Session
from app.people import store
from app.people.schemas import GrantOut, PersonOut, PersonPage, PersonQuery
from app.people.tables import Grant, Person

State: TypeAlias = Literal["invited", "expired", "active"]


class Listed(NamedTuple):
    """A person, whether this one came in so far, and the roles in force, oldest first."""

    person: Person
    state: State
    grants: tuple[Grant, ...]


def listed(session: Session, agency_id: str, persons: Sequence[Person], now: datetime) -> list[Listed]:
    """These persons with state and roles."""
    links = {link.person_id for link in store.links_of(session, agency_id) if link.expires_at > now}
    entered = store.entered(session, agency_id)
    grants: dict[UUID, list[Grant]] = {each.person_id: [] for each in persons}
    for row in store.grants_of(session, agency_id, grants.keys()):
        grants[row.person_id].append(row)

    def state(person: Person) -> State:
        if person.person_id in links:
            return "invited"
        return "active" if person.person_id in entered else "expired"

    return [Listed(each, state(each), tuple(grants[each.person_id])) for each in persons]


def list_persons(session: Session, agency_id: str, query: PersonQuery, now: datetime) -> PersonPage:
    """A page of persons, by sign-in name."""
    # One more than the page holds, to know whether there is a next one.
    found = store.persons_after(session, agency_id, query.after, query.limit + 1)
    items = tuple(person_out(each) for each in listed(session, agency_id, found[: query.limit], now))
    return PersonPage(items=items, next=items[-1].login if len(found) > query.limit else None)


def one_person(session: Session, agency_id: str, person: Person, now: datetime) -> PersonOut:
    """One of them as it is told."""
    [found] = listed(session, agency_id, [person], now)
    return person_out(found)


def require_person(person: Person | None) -> Person:
    """The person. Raises `person-unknown` where there is none."""
    if person is None:
        raise Problem("person-unknown")
    return person


def require_grant(session: Session, person: Person, grant_id: UUID) -> Grant:
    """A role that this person was given, in force or not. Raises `role-unknown`."""
    row = store.find_grant(session, person.agency_id, grant_id)
    if row is None or row.person_id != person.person_id:
        raise Problem("role-unknown")
    return row


def person_out(found: Listed) -> PersonOut:
    """A person on the wire."""
    person = found.person
    return PersonOut(
        id=person.person_id,
        login=person.login,
        name=person.name,
        employee=person.employee,
        state=found.state,
        second_factor=person.totp is not None,
        invited_at=person.invited_at,
        roles=tuple(map(grant_out, found.grants)),
    )


def grant_out(row: Grant) -> GrantOut:
    """A role on the wire."""
    return GrantOut(id=row.grant_id, role=Role(row.role), office=row.office, granted_at=row.granted_at)
