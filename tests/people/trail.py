"""What the audit trail holds."""

from typing import Any

from app.access.store import AskedEvents, events_before
from tests.people.persons import Door


def actions(door: Door, action: str, agency: str = "kota") -> list[dict[str, Any]]:
    """The details of all actions of a kind, the oldest first."""
    with door.database.reading() as session:
        rows = events_before(session, agency, AskedEvents(action, None, None), None, 1_000)
        return [{name: value for name, value in row.detail.items() if value is not None} for row in rows][::-1]
