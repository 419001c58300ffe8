"""Writes events: the one function by which every room says that something happened which others are to be told."""

from collections.abc import Mapping
from datetime import datetime
from uuid import UUID

from app.foundation.ids import new_id
from app.foundation.storage.database import Session
from app.outbox import store
from app.outbox.rules.kinds import EventKind, is_about
from app.outbox.tables import OutboxEvent


def tell(
    session: Session, kind: EventKind, *, agency_id: str, office: str | None, about: Mapping[str, str], at: datetime
) -> UUID:
    """Add an event in the caller's transaction; its id, which every message about it carries.

    `about` names the thing by codes and ids alone: what is told leaves the house, and is read inside.
    """
    assert is_about(kind, about), f"{kind} is about other things"
    event = OutboxEvent(
        agency_id=agency_id, event_id=new_id(), kind=kind, office=office, about=dict(about), happened_at=at
    )
    store.add(session, event)
    return event.event_id
