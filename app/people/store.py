"""The only SQL of this room."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from typing import TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement
from sqlmodel import and_, col, delete, or_, select, update

from app.access.principals import Role
from app.directory.tables import Employee, Posting
from app.foundation.storage.database import Session
from app.foundation.storage.upsert import put
from app.people.tables import Grant, Person, PersonIdentity, PersonSession, RecoveryCode, SignInLink

SessionRow: TypeAlias = tuple[PersonSession, Person]
Persons: TypeAlias = Sequence[Person]


def add(session: Session, row: Person | Grant | PersonSession) -> None:
    """Insert a row now, so that rows which refer to it may follow."""
    session.add(row)
    session.flush()


def find_person(session: Session, agency_id: str, person_id: UUID) -> Person | None:
    """One person of the agency."""
    return session.get(Person, (agency_id, person_id))


def person_called(session: Session, agency_id: str, login: str) -> Person | None:
    """The person who signs in by this name."""
    return session.exec(select(Person).where(Person.agency_id == agency_id, Person.login == login)).first()


def persons_of(session: Session, agency_id: str) -> Persons:
    """Every person of the agency, in the order of their names."""
    query = select(Person).where(Person.agency_id == agency_id)
    return session.exec(query.order_by(col(Person.name), col(Person.login))).all()


def persons_after(session: Session, agency_id: str, login: str | None, limit: int) -> Persons:
    """The persons whose sign-in name comes after this one, in the order of these names."""
    query = select(Person).where(Person.agency_id == agency_id)
    if login is not None:
        query = query.where(col(Person.login) > login)
    return session.exec(query.order_by(col(Person.login)).limit(limit)).all()


def lock_person(session: Session, agency_id: str, person_id: UUID) -> Person | None:
    """The person, the row locked until the transaction ends and read anew."""
    query = select(Person).where(Person.agency_id == agency_id, Person.person_id == person_id).with_for_update()
    return session.exec(query.execution_options(populate_existing=True)).first()


def grants_of(session: Session, agency_id: str, persons: Collection[UUID] | None = None) -> Sequence[Grant]:
    """The grants in force, of these persons (None: of everybody), oldest first."""
    query = select(Grant).where(Grant.agency_id == agency_id, col(Grant.revoked_at).is_(None))
    if persons is not None:
        query = query.where(col(Grant.person_id).in_(persons))
    return session.exec(query.order_by(col(Grant.granted_at), col(Grant.grant_id))).all()


def find_grant(session: Session, agency_id: str, grant_id: UUID, *, locked: bool = False) -> Grant | None:
    """One grant of the agency, in force or not."""
    return session.get(Grant, (agency_id, grant_id), with_for_update=locked or None, populate_existing=locked)


def persons_of_employee(session: Session, agency_id: str, employee: str) -> Sequence[UUID]:
    """Every account of one employee."""
    query = select(Person.person_id).where(Person.agency_id == agency_id, Person.employee == employee)
    return session.exec(query).all()


def employees_with_accounts(session: Session, agency_id: str) -> set[str]:
    """The codes of the employees who can sign in as themselves: with an account, a way in, and the role in force."""
    query = (
        select(Person)
        .join(Grant, and_(Grant.agency_id == Person.agency_id, Grant.person_id == Person.person_id))
        .where(
            Person.agency_id == agency_id,
            col(Person.employee).is_not(None),
            Grant.role == Role.employee,
            col(Grant.revoked_at).is_(None),
        )
    )
    inside = entered(session, agency_id)
    return {each.employee or "" for each in session.exec(query) if each.person_id in inside}


def offices_of_employee(session: Session, agency_id: str, employee: str, since: date) -> Sequence[str]:
    """The offices at which the directory has an employee posted on that day or later."""
    return _posted(session, agency_id, since, col(Posting.employee) == employee)


def offices_appraised_by(session: Session, agency_id: str, employee: str, since: date) -> Sequence[str]:
    """The offices of everybody whom this employee appraises, on that day or later."""
    appraised = select(Employee.code).where(Employee.agency_id == agency_id, Employee.appraiser == employee)
    return _posted(session, agency_id, since, col(Posting.employee).in_(appraised))


def _posted(session: Session, agency_id: str, since: date, who: ColumnElement[bool]) -> Sequence[str]:
    lasting = or_(col(Posting.until_on).is_(None), col(Posting.until_on) >= since)
    query = select(Posting.office).where(Posting.agency_id == agency_id, lasting, who).distinct()
    return sorted(session.exec(query).all())


def appraised_by(session: Session, agency_id: str, employee: str) -> Sequence[Employee]:
    """The active employees whom this one appraises, in the order of their names."""
    query = select(Employee).where(
        Employee.agency_id == agency_id, Employee.appraiser == employee, col(Employee.active).is_(True)
    )
    return session.exec(query.order_by(col(Employee.name), col(Employee.code))).all()


def put_link(session: Session, link: SignInLink) -> None:
    """Keep a person's link, replacing the one before."""
    put(session, link)


def link_with(session: Session, agency_id: str, digest: str) -> SignInLink | None:
    """The link with this digest."""
    return session.exec(
        select(SignInLink).where(SignInLink.agency_id == agency_id, SignInLink.digest == digest)
    ).first()


def links_of(session: Session, agency_id: str) -> Sequence[SignInLink]:
    """Every link of the agency that was not taken."""
    return session.exec(select(SignInLink).where(SignInLink.agency_id == agency_id)).all()


def take_link(session: Session, agency_id: str, digest: str) -> bool:
    """Delete the link; returns whether it was there, which holds for one of two at once."""
    taken = session.execute(
        delete(SignInLink)
        .where(col(SignInLink.agency_id) == agency_id, col(SignInLink.digest) == digest)
        .returning(col(SignInLink.person_id))
    )
    return taken.first() is not None


def use_step(session: Session, person: Person, step: int) -> bool:
    """Note that the code of this step was used; False where it, or a later one, was used before."""
    used = session.execute(
        update(Person)
        .where(
            col(Person.agency_id) == person.agency_id,
            col(Person.person_id) == person.person_id,
            or_(col(Person.totp_step).is_(None), col(Person.totp_step) < step),
        )
        .values(totp_step=step)
        .returning(col(Person.person_id))
    )
    return used.first() is not None


def put_recovery_codes(session: Session, person: Person, digests: Collection[str]) -> None:
    """Keep these recovery codes of a person instead of the former ones."""
    session.execute(delete(RecoveryCode).where(_of_person(person)))
    session.add_all(
        [RecoveryCode(agency_id=person.agency_id, person_id=person.person_id, digest=digest) for digest in digests]
    )
    session.flush()


def take_recovery_code(session: Session, person: Person, digest: str) -> bool:
    """Delete a recovery code; returns whether the person had it."""
    taken = session.execute(
        delete(RecoveryCode)
        .where(_of_person(person), col(RecoveryCode.digest) == digest)
        .returning(col(RecoveryCode.digest))
    )
    return taken.first() is not None


def recovery_codes_left(session: Session, agency_id: str, person_id: UUID) -> int:
    """How many recovery codes a person has left."""
    query = select(RecoveryCode.digest).where(RecoveryCode.agency_id == agency_id, RecoveryCode.person_id == person_id)
    return len(session.exec(query).all())


def find_identity(session: Session, agency_id: str, issuer: str, subject: str) -> PersonIdentity | None:
    """The person's account with this subject."""
    return session.get(PersonIdentity, (agency_id, issuer, subject))


def has_identity(session: Session, agency_id: str, person_id: UUID) -> bool:
    """Whether the person has an account at any provider."""
    query = select(PersonIdentity.subject).where(
        PersonIdentity.agency_id == agency_id, PersonIdentity.person_id == person_id
    )
    return session.exec(query).first() is not None


def entered(session: Session, agency_id: str) -> set[UUID]:
    """Everybody who has a way to sign in: a passphrase, or an account at a provider."""
    chosen = select(Person.person_id).where(Person.agency_id == agency_id, col(Person.passphrase).is_not(None))
    linked = select(PersonIdentity.person_id).where(PersonIdentity.agency_id == agency_id)
    return {*session.exec(chosen).all(), *session.exec(linked).all()}


def put_identity(session: Session, identity: PersonIdentity) -> None:
    """Keep a person's account, replacing all former ones."""
    forget_identities(session, identity.agency_id, identity.person_id)
    session.add(identity)
    session.flush()


def forget_identities(session: Session, agency_id: str, person_id: UUID) -> None:
    """Delete a person's accounts: none of them opens anything any more."""
    session.execute(
        delete(PersonIdentity).where(
            col(PersonIdentity.agency_id) == agency_id, col(PersonIdentity.person_id) == person_id
        )
    )


def session_with(session: Session, agency_id: str, digest: str) -> SessionRow | None:
    """The session with this digest and its person."""
    query = (
        select(PersonSession, Person)
        .join(Person, and_(Person.agency_id == PersonSession.agency_id, Person.person_id == PersonSession.person_id))
        .where(PersonSession.agency_id == agency_id, PersonSession.digest == digest)
    )
    return session.exec(query).first()


def open_sessions(session: Session, agency_id: str, person_id: UUID | None = None) -> Sequence[SessionRow]:
    """The sessions that nobody ended, of one person or of all, newest first; some of them may be over by now."""
    query = (
        select(PersonSession, Person)
        .join(Person, and_(Person.agency_id == PersonSession.agency_id, Person.person_id == PersonSession.person_id))
        .where(PersonSession.agency_id == agency_id, col(PersonSession.ended_at).is_(None))
    )
    if person_id is not None:
        query = query.where(PersonSession.person_id == person_id)
    return session.exec(query.order_by(col(PersonSession.started_at).desc(), col(PersonSession.session_id))).all()


def change_session(session: Session, agency_id: str, session_id: UUID, **values: object) -> bool:
    """Change a session that nobody has ended; returns whether there was one."""
    # The condition keeps a request that is under way from reviving what was ended beside it.
    changed = session.execute(
        update(PersonSession)
        .where(
            col(PersonSession.agency_id) == agency_id,
            col(PersonSession.session_id) == session_id,
            col(PersonSession.ended_at).is_(None),
        )
        .values(**values)
        .returning(col(PersonSession.session_id))
    )
    return changed.first() is not None


def end_sessions(session: Session, agency_id: str, person_id: UUID, now: datetime, but: UUID | None = None) -> int:
    """End every session of a person, perhaps all but one; how many there were."""
    # Whoever begins a session has the person locked, too: none can begin unseen while these end.
    lock_person(session, agency_id, person_id)
    others = [] if but is None else [col(PersonSession.session_id) != but]
    ended = session.execute(
        update(PersonSession)
        .where(
            col(PersonSession.agency_id) == agency_id,
            col(PersonSession.person_id) == person_id,
            col(PersonSession.ended_at).is_(None),
            *others,
        )
        .values(ended_at=now)
        .returning(col(PersonSession.session_id))
    )
    return len(ended.all())


def forget_sessions(session: Session, agency_id: str, person_id: UUID, before: datetime) -> None:
    """Delete a person's sessions that began before: none of them can be live."""
    session.execute(
        delete(PersonSession).where(
            col(PersonSession.agency_id) == agency_id,
            col(PersonSession.person_id) == person_id,
            col(PersonSession.started_at) < before,
        )
    )


def _of_person(person: Person) -> ColumnElement[bool]:
    return and_(col(RecoveryCode.agency_id) == person.agency_id, col(RecoveryCode.person_id) == person.person_id)
