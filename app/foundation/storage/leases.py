"""Leases: of several processes only the holder does the work; the lease of one that died runs out by itself."""

from datetime import datetime, timedelta

from app.foundation.storage.database import Database
from app.foundation.storage.store import drop_lease, take_lease


class Lease:
    """The lease of this name, for one holder. Each step is one conditional statement, so no two ever hold it."""

    def __init__(self, database: Database, name: str, holder: str, lasts: timedelta) -> None:
        self._database = database
        self._name = name
        self._holder = holder
        self._lasts = lasts

    def take(self, now: datetime) -> bool:
        """Take the lease, or extend it; False while somebody else holds it."""
        with self._database.writing() as session:
            return take_lease(session, self._name, self._holder, now, now + self._lasts)

    def drop(self, now: datetime) -> None:
        """End the lease, if this holder still has it."""
        with self._database.writing() as session:
            drop_lease(session, self._name, self._holder, now)
