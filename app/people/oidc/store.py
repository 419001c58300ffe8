"""The SQL of logout tokens, and of whom they and a provider's claims are about."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlmodel import col, delete, or_, select, update

from app.directory.tables import Employee
from app.foundation.storage.database import Session, UtcDateTime
from app.people.oidc.tables import LogoutToken
from app.people.tables import Person, PersonSession

TAKE_TOKEN = text(
    "INSERT INTO logout_token (agency_id, digest, expires_at) VALUES (:agency_id, :digest, :expires_at) "
    "ON CONFLICT DO NOTHING RETURNING digest"
).bindparams(bindparam("expires_at", type_=UtcDateTime))


def persons_with_nip(session: Session, agency_id: str, nip: str) -> Sequence[Person]:
    """Every account of the active employee with this NIP."""
    query = (
        select(Person)
        .join(Employee, col(Employee.code) == Person.employee)
        .where(
            Person.agency_id == agency_id,
            Employee.agency_id == agency_id,
            Employee.nip == nip,
            col(Employee.active).is_(True),
        )
    )
    return session.exec(query).all()


def take_token(session: Session, agency_id: str, digest: str, expires_at: datetime, now: datetime) -> bool:
    """Note that a logout token was taken; False where it was before. Those that have expired are forgotten."""
    session.execute(
        delete(LogoutToken).where(col(LogoutToken.agency_id) == agency_id, col(LogoutToken.expires_at) < now)
    )
    values = {"agency_id": agency_id, "digest": digest, "expires_at": expires_at}
    return session.execute(TAKE_TOKEN, values).first() is not None


def persons_in(session: Session, agency_id: str, sid: str) -> Sequence[UUID]:
    """Whose sessions began in this session at the provider."""
    query = select(PersonSession.person_id).where(
        PersonSession.agency_id == agency_id, PersonSession.provider_sid == sid
    )
    return session.exec(query.distinct()).all()


def end_provided(session: Session, agency_id: str, person_id: UUID, sid: str, now: datetime) -> int:
    """End the person's sessions of this session at the provider, and those of which that is not known; how many."""
    ended = session.execute(
        update(PersonSession)
        .where(
            col(PersonSession.agency_id) == agency_id,
            col(PersonSession.person_id) == person_id,
            col(PersonSession.linked_by).is_not(None),
            or_(col(PersonSession.provider_sid) == sid, col(PersonSession.provider_sid).is_(None)),
            col(PersonSession.ended_at).is_(None),
        )
        .values(ended_at=now)
        .returning(col(PersonSession.session_id))
    )
    return len(ended.all())
