"""Invites persons: a link, shown once and valid for three days, by which they choose a passphrase."""

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from app.access.audit import record
from app.access.audit_actions import AuditAction
from app.access.keys import digest
from app.directory.store import find_employee, lock_agency
from app.foundation.ids import new_id
from app.foundation.storage.database import Session
from app.people import store
from app.people.faults import PeopleFault
from app.people.granting import Asked, Granter, grant, refuse_further_reach
from app.people.rules.codes import Named, is_code, is_login, link_text, new_link, proposed_login, read_link
from app.people.rules.lifetimes import LINK
from app.people.tables import Person, SignInLink

LONGEST_NAME = 200


@dataclass(frozen=True)
class Invitation:
    """Whom to invite: a name, perhaps a sign-in name and the code under which the directory has this person."""

    name: str
    login: str | None = None
    employee: str | None = None


class Invited(NamedTuple):
    """The person, and the code of the link, which nobody can show again."""

    person: Person
    code: str


def invite(
    session: Session, agency_id: str, invitation: Invitation, asked: Asked, by: Granter, now: datetime
) -> Invited:
    """Add a person with a role and a link. Raises `PeopleFault`."""
    name, login = invitation.name.strip(), invitation.login or proposed_login(invitation.name)
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise PeopleFault("A name has 1 to 200 characters.", "name")
    if not is_login(login):
        raise PeopleFault("A sign-in name has small letters, digits, dots and hyphens: siti.rahma.", "login")
    # Two who take one sign-in name at once: the second finds the first.
    lock_agency(session, agency_id)
    if store.person_called(session, agency_id, login) is not None:
        raise PeopleFault("There is somebody with this sign-in name already; choose another one.", "login")
    if invitation.employee is not None and not _is_employee(session, agency_id, invitation.employee):
        raise PeopleFault("The agency has no employee with this code.", "employee")
    person = Person(
        agency_id=agency_id,
        person_id=new_id(),
        login=login,
        name=name,
        employee=invitation.employee,
        invited_at=now,
    )
    store.add(session, person)
    _audit(session, person, "person.invited", by, now)
    grant(session, person, asked, by, now)
    return Invited(person, _link(session, person, now))


def invite_again(session: Session, person: Person, by: Granter, now: datetime, *, reset: bool) -> Invited:
    """A new link instead of the one before; for somebody who has signed in already only as a `reset`.

    A reset takes the passphrase's and the second factor's place when the link is taken, so whoever holds the link can
    become this person: it is for the terminal, never for a page. Raises `PeopleFault`.
    """
    # Read anew: whoever takes the link before holds the person, too, and has a way in afterwards.
    store.lock_person(session, person.agency_id, person.person_id)
    if person.passphrase is not None and not reset:
        raise PeopleFault("This person has a passphrase already.")
    refuse_further_reach(session, person, by)
    if not reset and store.has_identity(session, person.agency_id, person.person_id):
        raise PeopleFault("This person signs in with an account elsewhere already.")
    _audit(session, person, "person.invited-again", by, now)
    return Invited(person, _link(session, person, now))


def opened_link(session: Session, text: str, now: datetime) -> tuple[SignInLink, Person]:
    """The link of a pasted code and its person. Raises `PeopleFault`, one for wrong, used, replaced and expired."""
    named = read_link(text)
    link = None if named is None else store.link_with(session, named.agency_id, digest(named.value))
    person = None if link is None else store.find_person(session, link.agency_id, link.person_id)
    if link is None or person is None or link.expires_at <= now:
        raise wrong_link()
    return link, person


def wrong_link() -> PeopleFault:
    """One answer for all links that open nothing, so that nobody learns which it was."""
    return PeopleFault("This code is wrong, was used already, or is older than three days; ask for a new one.", "code")


def _is_employee(session: Session, agency_id: str, code: str) -> bool:
    # No code holds other characters, and PostgreSQL answers a NUL with an error instead of finding nothing.
    return is_code(code) and find_employee(session, agency_id, code) is not None


def _link(session: Session, person: Person, now: datetime) -> str:
    named: Named = new_link(person.agency_id)
    store.put_link(
        session,
        SignInLink(
            agency_id=person.agency_id,
            person_id=person.person_id,
            digest=digest(named.value),
            expires_at=now + LINK,
        ),
    )
    return link_text(named)


def _audit(session: Session, person: Person, action: AuditAction, by: Granter, now: datetime) -> None:
    record(
        session,
        agency_id=person.agency_id,
        actor=by.actor,
        action=action,
        subject=str(person.person_id),
        at=now,
        employee=person.employee,
    )
