"""The audit trail: every sensitive action leaves a row in its own transaction, or does not happen."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from app.access.audit_actions import AuditAction
from app.access.tables import AuditEvent
from app.foundation.ids import new_id
from app.foundation.storage.database import Session


def record(
    session: Session,
    *,
    agency_id: str,
    actor: str,
    action: AuditAction,
    subject: str,
    at: datetime,
    **detail: Any,
) -> None:
    """Add an audit row in the caller's transaction; `detail` holds codes and counts, never names, NIP or secrets."""
    record_all(session, [(subject, detail)], agency_id=agency_id, actor=actor, action=action, at=at)


def record_all(
    session: Session,
    subjects: Iterable[tuple[str, dict[str, Any]]],
    *,
    agency_id: str,
    actor: str,
    action: AuditAction,
    at: datetime,
) -> None:
    """Add an audit row for each subject with its detail, as `record` does, all at once."""
    session.add_all(
        AuditEvent(
            agency_id=agency_id, event_id=new_id(), at=at, actor=actor, action=action, subject=subject, detail=detail
        )
        for subject, detail in subjects
    )
    # Written now: a row that cannot be written fails here, in the action that it would have recorded.
    session.flush()
