"""What the audit trail keeps of somebody who was not let in."""

from datetime import datetime

from app.access.audit import record
from app.directory.store import find_agency
from app.foundation.storage.database import Session
from app.people.tables import Person


def audit_refusal(session: Session, agency_id: str | None, person: Person | None, step: str, now: datetime) -> None:
    """Leave a trace of a refusal at this step, where the agency is one and whoever it was about is known or not."""
    if agency_id is None or find_agency(session, agency_id) is None:
        return
    who = "unknown" if person is None else str(person.person_id)
    record(
        session,
        agency_id=agency_id,
        actor=f"person:{who}",
        action="person.refused",
        subject=who,
        at=now,
        step=step,
    )
