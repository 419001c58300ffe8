"""Grants roles and takes them away again. Nobody grants to oneself, and auditors have no part in what they audit."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from app.access.audit import record
from app.access.audit_actions import AuditAction
from app.access.principals import Principal, Role
from app.directory.listing_store import office_parents
from app.directory.rules.office_tree import at_and_above
from app.directory.rules.reach import Parents
from app.directory.store import lock_agency
from app.foundation.ids import new_id
from app.foundation.storage.database import Session
from app.people import store
from app.people.faults import PeopleFault
from app.people.rules.exclusion import Holding, excluding, is_oneself
from app.people.tables import Grant, Person

FURTHER = "This role reaches further than yours; somebody with the whole agency decides about it."
NEEDS_EMPLOYEE = frozenset({Role.appraiser, Role.employee})


@dataclass(frozen=True)
class Granter:
    """Who grants: the actor for the audit trail, the offices in reach, and the person, None at a terminal."""

    actor: str
    root: str | None = None
    person_id: UUID | None = None
    employee: str | None = None


def granter_of(principal: Principal) -> Granter:
    """This key or person as one who grants."""
    person_id = principal.key_id if isinstance(principal.kind, Role) else None
    return Granter(principal.actor, principal.office, person_id, principal.employee)


@dataclass(frozen=True)
class Asked:
    """A role at an office and all below it (None: in the whole agency)."""

    role: Role
    office: str | None = None


def grant(session: Session, person: Person, asked: Asked, by: Granter, now: datetime) -> Grant:
    """Give a person a role. Raises `PeopleFault`."""
    # Two grants at once could each be fine beside what was there before.
    lock_agency(session, person.agency_id)
    parents = office_parents(session, person.agency_id)
    _refuse_place(parents, asked, by)
    _refuse_oneself(by, person)
    if asked.role in NEEDS_EMPLOYEE and person.employee is None:
        raise PeopleFault("This role needs the code under which the directory has this person.", "employee")
    accounts = _accounts(session, person)
    held = store.grants_of(session, person.agency_id, accounts)
    if any((each.person_id, each.role, each.office) == (person.person_id, asked.role, asked.office) for each in held):
        raise PeopleFault("This person has this role already.", "role")
    holdings = [*(Holding(Role(each.role), each.office) for each in held), *_implied(session, person, asked, now)]
    if other := excluding(parents, holdings, Holding(asked.role, asked.office)):
        raise PeopleFault(
            "Whoever audits an office has no other part in it: this person is {other} there, and cannot be {role}.",
            "role",
            other=str(other.role),
            role=str(asked.role),
        )
    row = Grant(
        agency_id=person.agency_id,
        grant_id=new_id(),
        person_id=person.person_id,
        role=asked.role,
        office=asked.office,
        granted_at=now,
        granted_by=by.actor,
    )
    store.add(session, row)
    _audit(session, row, "grant.given", by, now)
    return row


def revoke(session: Session, agency_id: str, grant_id: UUID, by: Granter, now: datetime) -> Grant:
    """Take a role away; whoever acts in it is refused at the next request. Raises `PeopleFault`."""
    # Locked: of two who take it away at once the second is told so.
    row = store.find_grant(session, agency_id, grant_id, locked=True)
    if row is None or row.revoked_at is not None:
        raise PeopleFault("This role was taken away already.")
    person = store.find_person(session, agency_id, row.person_id)
    assert person is not None, "a foreign key holds it"
    _refuse_oneself(by, person)
    if not _reaches(office_parents(session, agency_id), by, row.office):
        raise PeopleFault(FURTHER)
    row.revoked_at = now
    session.add(row)
    _audit(session, row, "grant.revoked", by, now)
    return row


def refuse_further_reach(session: Session, person: Person, by: Granter) -> None:
    """Refuse whoever would get hold of more than they reach by somebody's link. Raises `PeopleFault`."""
    _refuse_oneself(by, person)
    parents = office_parents(session, person.agency_id)
    held = store.grants_of(session, person.agency_id, [person.person_id])
    if not all(_reaches(parents, by, row.office) for row in held):
        raise PeopleFault(FURTHER)


def may_see_sessions(session: Session, person: Person, by: Granter) -> bool:
    """Whether this administrator is told when a person was here: of oneself, and of who acts in reach alone."""
    if by.root is None or by.person_id == person.person_id:
        return True
    parents = office_parents(session, person.agency_id)
    held = store.grants_of(session, person.agency_id, [person.person_id])
    return bool(held) and all(_reaches(parents, by, row.office) for row in held)


def _refuse_place(parents: Parents, asked: Asked, by: Granter) -> None:
    if asked.office is not None and asked.office not in parents:
        raise PeopleFault("The agency has no office with this code.", "office")
    if not _reaches(parents, by, asked.office):
        raise PeopleFault("You can give roles at your own offices only.", "office")


def _reaches(parents: Parents, by: Granter, office: str | None) -> bool:
    """Whether that office and all below it lie in the granter's reach."""
    return by.root is None or (office is not None and by.root in at_and_above(parents, office))


def _refuse_oneself(by: Granter, person: Person) -> None:
    granter = None if by.person_id is None else str(by.person_id)
    if is_oneself(granter, by.employee, str(person.person_id), person.employee):
        raise PeopleFault("Nobody decides about oneself: ask another administrator.")


def _accounts(session: Session, person: Person) -> list[UUID]:
    """Every account of the same human being, as far as it is known."""
    if person.employee is None:
        return [person.person_id]
    return [*store.persons_of_employee(session, person.agency_id, person.employee)]


def _implied(session: Session, person: Person, asked: Asked, now: datetime) -> list[Holding]:
    """What the directory says a person is without any grant: an employee where posted, the appraiser of others."""
    if person.employee is None or asked.role is not Role.auditor:
        return []
    where, since = (session, person.agency_id, person.employee), now.date()
    return [
        *(Holding(Role.employee, office) for office in store.offices_of_employee(*where, since)),
        *(Holding(Role.appraiser, office) for office in store.offices_appraised_by(*where, since)),
    ]


def _audit(session: Session, row: Grant, action: AuditAction, by: Granter, now: datetime) -> None:
    record(
        session,
        agency_id=row.agency_id,
        actor=by.actor,
        action=action,
        subject=str(row.person_id),
        at=now,
        role=row.role,
        office=row.office,
        grant=str(row.grant_id),
    )
