"""Takes heartbeats into memory, and writes those of a few seconds together.

A kiosk's next heartbeat comes a minute later, so one that a crash takes along is missed by nobody.
"""

import threading
from datetime import datetime, timedelta
from uuid import UUID

from app.access.principals import Principal
from app.devices import store
from app.devices.schemas import HeartbeatIn
from app.foundation.storage.database import Database, OperationalError

# Statements in one transaction, so that nobody waits long for a row or, on SQLite, for the only writer.
TOGETHER = 500
# More than any process is behind another: a stored heartbeat that is later still was told by a clock that was wrong.
BEHIND = timedelta(minutes=5)


class Heartbeats:
    """The newest heartbeat of each key that this process has not written yet."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = threading.Lock()
        self._waiting: dict[tuple[str, UUID], tuple[datetime, HeartbeatIn]] = {}

    def take(self, principal: Principal, sent: HeartbeatIn, now: datetime) -> None:
        """Note a kiosk's heartbeat; never touches the database."""
        with self._lock:
            self._waiting[principal.agency_id, principal.key_id] = now, sent

    def write(self) -> None:
        """Write what waits; what a database that is away or busy did not take is tried again with the next."""
        with self._lock:
            taken, self._waiting = self._waiting, {}
        # In one order in every process: two that wrote the same rows in different orders could wait for each other.
        order = sorted(taken)
        for start in range(0, len(order), TOGETHER):
            rows = [_row(*key, *taken[key]) for key in order[start : start + TOGETHER]]
            try:
                with self._database.writing() as session:
                    store.put_heartbeats(session, rows)
            except OperationalError:
                left = {key: taken[key] for key in order[start:]}
                with self._lock:
                    # What came meanwhile is newer.
                    self._waiting = left | self._waiting
                raise


def _row(agency_id: str, key_id: UUID, seen_at: datetime, sent: HeartbeatIn) -> dict[str, object]:
    """The values of its row; a table's model would cost more than all else that a heartbeat takes."""
    return {
        "agency_id": agency_id,
        "key_id": key_id,
        "seen_at": seen_at,
        "beyond": seen_at + BEHIND,
        "storage_persisted": sent.storage.persisted,
        "storage_free_bytes": sent.storage.free_bytes,
        **sent.model_dump(exclude={"storage"}),
    }
