"""What the audit trail of an agency tells, and what no row of it may repeat."""

from sqlmodel import col, select

from app.access.audit_actions import AuditAction
from app.access.tables import AuditEvent
from app.foundation.storage.database import Database
from tests.house import CANARY_NAME, CANARY_NIP


def recorded(
    database: Database, *actions: AuditAction, agency_id: str = "kota", never: tuple[str, ...] = ()
) -> list[tuple[str, str, str]]:
    """Action, kind of actor and subject of each row of these actions, oldest first.

    No row of the agency holds a NIP or name of the tests' town, a key, or any of the words in `never`.
    """
    with database.reading() as session:
        query = select(AuditEvent).where(AuditEvent.agency_id == agency_id).order_by(col(AuditEvent.event_id))
        rows = session.exec(query).all()
    whole = "\n".join(str(row.model_dump()) for row in rows)
    for word in (CANARY_NAME, CANARY_NIP, "crm_", *never):
        assert word not in whole
    return [(row.action, row.actor.partition(":")[0], row.subject) for row in rows if row.action in actions]
