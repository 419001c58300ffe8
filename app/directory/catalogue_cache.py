"""Caches each agency's directory for the intake, never older than a few seconds."""

import threading
from collections.abc import Iterable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from app.directory.catalogue_store import directory_version, duties_since, whole_directory
from app.directory.rules.catalogue import Catalogue, DutySpan, OfficeEntry, Roster
from app.directory.rules.postings import Stay
from app.directory.tables import Duty
from app.foundation.cache import Cache
from app.foundation.clock import Clock
from app.foundation.storage.database import Database
from app.foundation.storage.time_budget import turn

# A sheet that names something unknown asks for a fresh look, but not more often than this.
SHORTEST_REFRESH = 1.0


def read_catalogue(database: Database, agency_id: str, since: datetime) -> Catalogue | None:
    """Read the directory from the store, with the duties that end after `since`; None for no such agency."""
    with database.reading() as session:
        # The version is read first: a change between the two reads then shows in the rows but not in the version, and
        # the next look reads them once more. The other way round the old rows would pass for the new version.
        version = directory_version(session, agency_id)
        if version is None:
            return None
        rows = whole_directory(session, agency_id)
        duties = duties_since(session, agency_id, since)
    postings: dict[str, list[Stay]] = {}
    for posting in rows.postings:
        stay = Stay(posting.from_on, posting.until_on, posting.office)
        postings.setdefault(posting.employee, []).append(stay)
    return Catalogue(
        agency_id=agency_id,
        version=version,
        offices={row.code: OfficeEntry(row.code, row.parent, ZoneInfo(row.timezone)) for row in rows.offices},
        services=frozenset(row.code for row in rows.services),
        counters={(row.office, row.code): tuple(row.services) for row in rows.counters},
        employees=frozenset(row.code for row in rows.employees),
        postings={employee: tuple(found) for employee, found in postings.items()},
        rosters=_rosters(duties),
    )


def _rosters(duties: Iterable[Duty]) -> dict[tuple[str, str], Roster]:
    of_counter: dict[tuple[str, str], list[DutySpan]] = {}
    for duty in duties:
        span = DutySpan(duty.employee, duty.from_at, duty.until_at)
        of_counter.setdefault((duty.office, duty.counter), []).append(span)
    return {
        counter: Roster(tuple(span.from_at for span in spans), tuple(spans)) for counter, spans in of_counter.items()
    }


class CatalogueCache:
    """Catalogues of the agencies this process serves; after `seconds` the database is asked for a newer version.

    `reach` is how far back duties are read: as late as a rating may come.
    """

    def __init__(self, database: Database, clock: Clock, *, seconds: float, reach: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._seconds = seconds
        self._reach = reach
        self._cache: Cache[str, Catalogue] = Cache(clock, seconds)
        self._locks: dict[str, threading.Lock] = {}

    def cached(self, agency_id: str) -> Catalogue | None:
        """The catalogue if it was confirmed a few seconds ago; never touches the database."""
        return self._cache.get(agency_id)

    def current(self, agency_id: str, *, at_most: float | None = None) -> Catalogue:
        """The catalogue, confirmed against the database if older than `at_most` seconds (blocking)."""
        age = self._seconds if at_most is None else max(at_most, SHORTEST_REFRESH)
        # One thread of an agency reads, the others wait for what it found.
        with turn(self._locks.setdefault(agency_id, threading.Lock())):
            return self._cache.younger_than(agency_id, age) or self._refresh(agency_id)

    def known(self, agency_id: str) -> Catalogue | None:
        """As `current`, for an agency's name from a stranger; None if there is no such agency (blocking)."""
        # Locks and cache entries are made for real agencies only: made-up names must not fill the memory.
        if self._cache.last(agency_id) is None:
            with self._database.reading() as session:
                if directory_version(session, agency_id) is None:
                    return None
        return self.current(agency_id)

    def _refresh(self, agency_id: str) -> Catalogue:
        known = self._cache.last(agency_id)
        with self._database.reading() as session:
            version = directory_version(session, agency_id)
        catalogue = known
        # Usually nothing has changed, and one small read is all that confirming costs.
        if known is None or known.version != version:
            catalogue = read_catalogue(self._database, agency_id, self._clock() - self._reach)
        if catalogue is None:
            raise LookupError("a key names an agency that does not exist")
        self._cache.put(agency_id, catalogue)
        return catalogue
