"""The only SQL of this room."""

from collections.abc import Sequence
from uuid import UUID

from sqlmodel import col, select

from app.foundation.storage.agencies import of_agencies
from app.foundation.storage.database import Session
from app.outbox.tables import OutboxEvent


def add(session: Session, event: OutboxEvent) -> None:
    """Insert an event now, so that one that cannot be written fails in the action that it tells of."""
    session.add(event)
    session.flush()


def agencies_with_unspread(session: Session) -> Sequence[str]:
    """The agencies with events of which nobody has found out yet whom to tell."""
    query = select(OutboxEvent.agency_id).where(
        of_agencies(OutboxEvent.agency_id, None), col(OutboxEvent.spread_at).is_(None)
    )
    return session.exec(query.distinct().order_by(OutboxEvent.agency_id)).all()


def unspread(session: Session, agency_id: str, limit: int) -> Sequence[OutboxEvent]:
    """So many of these events of an agency at most, the oldest first, locked until the transaction ends."""
    query = select(OutboxEvent).where(OutboxEvent.agency_id == agency_id, col(OutboxEvent.spread_at).is_(None))
    return session.exec(query.order_by(col(OutboxEvent.event_id)).limit(limit).with_for_update()).all()


def newest_events(
    session: Session, agency_id: str, *, before: UUID | None = None, limit: int = 100
) -> Sequence[OutboxEvent]:
    """The agency's events, the newest first, from the one `before` on."""
    query = select(OutboxEvent).where(OutboxEvent.agency_id == agency_id)
    if before is not None:
        query = query.where(col(OutboxEvent.event_id) < before)
    return session.exec(query.order_by(col(OutboxEvent.event_id).desc()).limit(limit)).all()


def find(session: Session, agency_id: str, event_id: UUID) -> OutboxEvent | None:
    """One event of the agency."""
    return session.get(OutboxEvent, (agency_id, event_id))
