"""The only SQL of this room."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from sqlmodel import col, or_, select, update

from app.access.tables import ApiKey, AuditEvent
from app.foundation.storage.agencies import of_agencies
from app.foundation.storage.database import Session


class AskedEvents(NamedTuple):
    """Which audit rows: of one action (`finding.released`) or of all about a thing (`finding`), from and until when."""

    action: str | None
    since: datetime | None
    until: datetime | None


def keys_by_lookup(session: Session, agency_id: str | None, lookup: str) -> Sequence[ApiKey]:
    """The agency's keys with this public part; None: any agency's, for a key that does not name it."""
    within = of_agencies(ApiKey.agency_id, None if agency_id is None else [agency_id])
    return session.exec(select(ApiKey).where(within, ApiKey.lookup == lookup)).all()


def keys_of(session: Session, agency_id: str) -> Sequence[ApiKey]:
    """Every key of the agency, oldest first."""
    return session.exec(
        select(ApiKey).where(ApiKey.agency_id == agency_id).order_by(col(ApiKey.issued_at), col(ApiKey.key_id))
    ).all()


def find_key(session: Session, agency_id: str, key_id: UUID, *, locked: bool = False) -> ApiKey | None:
    """One key of the agency."""
    return session.get(ApiKey, (agency_id, key_id), with_for_update=locked or None, populate_existing=locked)


def ending_keys(session: Session, since: datetime) -> set[UUID]:
    """The keys, of all agencies in scope, that were revoked since then, or that expire at any time after it."""
    query = select(ApiKey.key_id).where(or_(col(ApiKey.revoked_at) >= since, col(ApiKey.expires_at) >= since))
    return set(session.exec(query))


def note_use(session: Session, agency_id: str, key_id: UUID, day: date) -> None:
    """Note that a key was used on this day, unless a later one is known."""
    session.execute(
        update(ApiKey)
        .where(
            col(ApiKey.agency_id) == agency_id,
            col(ApiKey.key_id) == key_id,
            or_(col(ApiKey.last_used_on).is_(None), col(ApiKey.last_used_on) < day),
        )
        .values(last_used_on=day)
    )


def events_since(session: Session, agency_id: str, action: str, since: datetime) -> Sequence[AuditEvent]:
    """The agency's audit rows of one kind of action from a moment on, newest first."""
    query = select(AuditEvent).where(
        AuditEvent.agency_id == agency_id, AuditEvent.action == action, col(AuditEvent.at) >= since
    )
    # Ids are UUIDv7, so the primary key is in the order of time.
    return session.exec(query.order_by(col(AuditEvent.event_id).desc())).all()


def events_before(
    session: Session, agency_id: str, asked: AskedEvents, before: UUID | None, limit: int
) -> Sequence[AuditEvent]:
    """The agency's audit rows that were asked for, newest first, from the one `before` on."""
    query = select(AuditEvent).where(AuditEvent.agency_id == agency_id)
    if asked.action is not None:
        about = col(AuditEvent.action).startswith(f"{asked.action}.", autoescape=True)
        query = query.where(or_(AuditEvent.action == asked.action, about))
    if asked.since is not None:
        query = query.where(col(AuditEvent.at) >= asked.since)
    if asked.until is not None:
        query = query.where(col(AuditEvent.at) < asked.until)
    if before is not None:
        query = query.where(col(AuditEvent.event_id) < before)
    return session.exec(query.order_by(col(AuditEvent.event_id).desc()).limit(limit)).all()
