"""The SQL of what lasts: what was told of and has not ended."""

from datetime import datetime

from sqlalchemy import bindparam, delete, text
from sqlmodel import col, select

from app.foundation.storage.database import Session, UtcDateTime
from app.notifications.tables import Occurrence

# Two processes may see the same at once; the one whose row it becomes tells of it.
BEGIN = text(
    "INSERT INTO occurrence (agency_id, kind, subject, began_at) VALUES (:agency_id, :kind, :subject, :began_at) "
    "ON CONFLICT (agency_id, kind, subject) DO NOTHING RETURNING subject"
).bindparams(bindparam("began_at", type_=UtcDateTime()))


def going_on(session: Session, agency_id: str, kind: str) -> set[str]:
    """The subjects of this kind that were told of and have not ended."""
    query = select(Occurrence.subject).where(Occurrence.agency_id == agency_id, Occurrence.kind == kind)
    return set(session.exec(query).all())


def begin(session: Session, agency_id: str, kind: str, subject: str, now: datetime) -> bool:
    """Note that something has begun; False where that was noted before."""
    values = {"agency_id": agency_id, "kind": kind, "subject": subject, "began_at": now}
    return session.execute(BEGIN, values).first() is not None


def end(session: Session, agency_id: str, kind: str, subject: str) -> None:
    """Note that it is over: if it begins again, that is told again."""
    session.execute(
        delete(Occurrence).where(
            col(Occurrence.agency_id) == agency_id, col(Occurrence.kind) == kind, col(Occurrence.subject) == subject
        )
    )
