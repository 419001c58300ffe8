"""On which day each key was last used: kept in memory while keys are checked, written by the minute.

Whoever waits for an answer waits for none of it, and a key that is used all day is written once.
"""

import threading
from collections import defaultdict
from datetime import date
from uuid import UUID

from app.access.store import note_use
from app.foundation.clock import Clock
from app.foundation.storage.agency_scope import of_agency
from app.foundation.storage.database import Database


class KeyUses:
    """The keys that this process has seen since it last wrote them down."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock
        self._lock = threading.Lock()
        self._seen: dict[tuple[str, UUID], date] = {}
        self._written: dict[tuple[str, UUID], date] = {}

    def see(self, agency_id: str, key_id: UUID) -> None:
        """A valid key was sent."""
        self._seen[agency_id, key_id] = self._clock().date()

    def write(self) -> None:
        """Write down what is new; what could not be written is written the next time."""
        # The agencies one by one, as each transaction touches one.
        by_agency: dict[str, dict[UUID, date]] = defaultdict(dict)
        with self._lock:
            for (agency_id, key_id), day in list(self._seen.items()):
                if self._written.get((agency_id, key_id)) != day:
                    by_agency[agency_id][key_id] = day
            for agency_id, days in by_agency.items():
                with of_agency(agency_id), self._database.writing() as session:
                    for key_id, day in sorted(days.items()):
                        note_use(session, agency_id, key_id, day)
                self._written |= {(agency_id, key_id): day for key_id, day in days.items()}
