"""Leases: of several processes only the holder does the work; the lease of one that died runs out by itself."""

from datetime import datetime, timedelta

from app.foundation.storage.database import Database, Session
from app.foundation.storage.store import drop_lease, keep_lease, take_lease


class Lease:
    """The lease of this name, for one holder. Each step is one conditional statement, so no two ever hold it."""

    def __init__(self, database: Database, name: str, holder: str, lasts: timedelta) -> None:
        self._database = database
        self._name = name
        self._holder = holder
        self._lasts = lasts

    def take(self, now: datetime) -> bool:
        """Take the lease to begin with the work; False while somebody else holds it."""
        with self._database.writing() as session:
            return take_lease(session, self._name, self._holder, now, now + self._lasts)

    def keep(self, now: datetime) -> bool:
        """Extend the lease to go on with the work; False once somebody else has had it, even if it is free again.

        A process may stand still for longer than its lease lasts: then others have done what it was at.
        """
        with self._database.writing() as session:
            return self.keep_in(session, now)

    def keep_in(self, session: Session, now: datetime) -> bool:
        """The same in a transaction, which nobody overtakes by taking the lease before it ends: to record the work."""
        return keep_lease(session, self._name, self._holder, now + self._lasts)

    def drop(self, now: datetime) -> None:
        """End the lease, if this holder still has it."""
        with self._database.writing() as session:
            drop_lease(session, self._name, self._holder, now)
