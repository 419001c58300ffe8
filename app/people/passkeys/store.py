"""The SQL of passkeys and of the challenges that were answered."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlmodel import col, delete, select, update

from app.foundation.storage.database import Session, UtcDateTime
from app.foundation.storage.upsert import add_unless_there
from app.people.passkeys.tables import Passkey, PasskeyChallenge

TAKE_CHALLENGE = text(
    "INSERT INTO passkey_challenge (agency_id, digest, expires_at) VALUES (:agency_id, :digest, :expires_at) "
    "ON CONFLICT DO NOTHING RETURNING digest"
).bindparams(bindparam("expires_at", type_=UtcDateTime))


def take_challenge(session: Session, agency_id: str, digest: str, expires_at: datetime, now: datetime) -> bool:
    """Note that a challenge was answered; False where it was before. Those that are over are forgotten."""
    session.execute(
        delete(PasskeyChallenge).where(
            col(PasskeyChallenge.agency_id) == agency_id, col(PasskeyChallenge.expires_at) < now
        )
    )
    values = {"agency_id": agency_id, "digest": digest, "expires_at": expires_at}
    return session.execute(TAKE_CHALLENGE, values).first() is not None


def passkeys_of(session: Session, agency_id: str, person_id: UUID) -> Sequence[Passkey]:
    """A person's passkeys, oldest first."""
    query = select(Passkey).where(Passkey.agency_id == agency_id, Passkey.person_id == person_id)
    return session.exec(query.order_by(col(Passkey.added_at), col(Passkey.passkey_id))).all()


def has_passkey(session: Session, agency_id: str, person_id: UUID) -> bool:
    """Whether a person has any."""
    query = select(Passkey.passkey_id).where(Passkey.agency_id == agency_id, Passkey.person_id == person_id)
    return session.exec(query).first() is not None


def passkey_with(session: Session, agency_id: str, credential: str) -> Passkey | None:
    """The agency's passkey with this id of an authenticator."""
    return session.exec(select(Passkey).where(Passkey.agency_id == agency_id, Passkey.credential == credential)).first()


def add_passkey(session: Session, passkey: Passkey) -> bool:
    """Keep a new passkey; False where the agency has one with its credential, also of somebody else."""
    return add_unless_there(session, passkey)


def count_use(session: Session, passkey: Passkey, sign_count: int, now: datetime) -> bool:
    """Note a use with its counter; False where the passkey is gone, or another use was counted meanwhile."""
    used = session.execute(
        update(Passkey)
        .where(
            col(Passkey.agency_id) == passkey.agency_id,
            col(Passkey.passkey_id) == passkey.passkey_id,
            col(Passkey.sign_count) == passkey.sign_count,
        )
        .values(sign_count=sign_count, used_at=now)
        .returning(col(Passkey.passkey_id))
    )
    return used.first() is not None


def end_passkey(session: Session, agency_id: str, person_id: UUID, passkey_id: UUID) -> bool:
    """Delete a person's passkey; returns whether there was one."""
    gone = session.execute(
        delete(Passkey)
        .where(
            col(Passkey.agency_id) == agency_id,
            col(Passkey.person_id) == person_id,
            col(Passkey.passkey_id) == passkey_id,
        )
        .returning(col(Passkey.passkey_id))
    )
    return gone.first() is not None


def forget_passkeys(session: Session, agency_id: str, person_id: UUID) -> None:
    """Delete all passkeys of a person: none of them opens anything any more."""
    session.execute(delete(Passkey).where(col(Passkey.agency_id) == agency_id, col(Passkey.person_id) == person_id))
