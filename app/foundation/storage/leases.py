"""Work that one of several processes does: whoever gets the lease does it, and a dead holder's lease runs out."""

from datetime import datetime, timedelta

from app.foundation.storage.database import Database
from app.foundation.storage.store import drop_lease, take_lease


class Lease:
    """One name's lease for one holder. Every step is one conditional statement, so that no two ever hold it."""

    def __init__(self, database: Database, name: str, holder: str, lasts: timedelta) -> None:
        self._database = database
        self._name = name
        self._holder = holder
        self._lasts = lasts

    def take(self, now: datetime) -> bool:
        """Take it, or keep it for longer; False while somebody else holds it."""
        with self._database.writing() as session:
            return take_lease(session, self._name, self._holder, now, now + self._lasts)

    def drop(self, now: datetime) -> None:
        """Give it back, if it is still ours."""
        with self._database.writing() as session:
            drop_lease(session, self._name, self._holder, now)
