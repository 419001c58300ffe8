"""Has the steps of a period told outside."""

from datetime import datetime
from uuid import UUID

from app.closing.tables import Period
from app.foundation.storage.database import Session
from app.outbox.events import tell
from app.outbox.rules.kinds import EventKind


def tell_of(session: Session, kind: EventKind, period: Period, now: datetime) -> UUID:
    """Write the event of a period in the caller's transaction; the event's id."""
    about = {"period": period.code, "instrument": period.instrument, "revision": str(period.revision)}
    return tell(session, kind, agency_id=period.agency_id, office=period.root or None, about=about, at=now)
