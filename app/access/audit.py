"""The audit trail: every sensitive action leaves a row in its own transaction, or does not happen."""

from datetime import datetime
from typing import Any

from app.access.tables import AuditEvent
from app.foundation.ids import new_id
from app.foundation.storage.database import Session


def record(
    session: Session,
    *,
    agency_id: str,
    actor: str,
    action: str,
    subject: str,
    at: datetime,
    **detail: Any,
) -> None:
    """Add an audit row in the caller's transaction; `detail` holds codes and counts, never names, NIP or secrets."""
    session.add(
        AuditEvent(
            agency_id=agency_id,
            event_id=new_id(),
            at=at,
            actor=actor,
            action=action,
            subject=subject,
            detail=detail,
        )
    )
    # Written now: a row that cannot be written fails here, in the action that it would have recorded.
    session.flush()
