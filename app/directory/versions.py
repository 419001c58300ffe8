"""The version of every agency's directory, read together by a job and known to requests without a question."""

from collections.abc import Mapping
from uuid import UUID

from app.directory.catalogue_store import directory_versions
from app.foundation.clock import Clock
from app.foundation.storage.database import Database


class DirectoryVersions:
    """The versions as they were at the last look, which is trusted for so many seconds."""

    def __init__(self, database: Database, clock: Clock, seconds: float) -> None:
        self._database = database
        self._clock = clock
        self._seconds = seconds
        # Replaced as a whole, because requests read it while the job looks.
        self._looked: tuple[Mapping[str, UUID], float] = ({}, float("-inf"))

    def look(self) -> None:
        """Read the versions of all agencies at once."""
        moment = self._clock().timestamp()
        with self._database.reading() as session:
            self._looked = directory_versions(session), moment

    def known(self, agency_id: str) -> UUID | None:
        """The agency's version a few seconds ago; None if nobody looked since. Never touches the database."""
        versions, looked_at = self._looked
        # A clock that was put back must not make anything young again.
        if abs(self._clock().timestamp() - looked_at) >= self._seconds:
            return None
        return versions.get(agency_id)
