"""The agency's directory as the intake needs it: in memory, immutable, never older than a few seconds."""

import threading
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from app.directory.catalogue_store import directory_version, duties_since, whole_directory
from app.directory.postings import Stay
from app.directory.tables import Duty
from app.foundation.clock import Clock
from app.foundation.database import Database
from app.foundation.remembering import Memory

# A sheet that names something unknown asks for a fresh look, but not more often than this.
SHORTEST_REFRESH = 1.0


@dataclass(frozen=True, slots=True)
class OfficeEntry:
    """An office: its zone decides the local day, its parent the scope."""

    code: str
    parent: str | None
    zone: ZoneInfo


@dataclass(frozen=True, slots=True)
class Roster:
    """Who was at one counter when: spans sorted by their start, never overlapping."""

    starts: tuple[datetime, ...]
    spans: tuple[Duty, ...]

    def on_duty(self, moment: datetime) -> str | None:
        """The employee at the counter at this moment, if anybody."""
        index = bisect_right(self.starts, moment) - 1
        if index < 0 or moment >= self.spans[index].until_at:
            return None
        return self.spans[index].employee


@dataclass(frozen=True)
class Catalogue:
    """Everything a sheet may name, of one agency at one version."""

    agency_id: str
    version: UUID
    offices: Mapping[str, OfficeEntry]
    services: frozenset[str]
    counters: Mapping[tuple[str, str], tuple[str, ...]]
    employees: frozenset[str]
    postings: Mapping[str, tuple[Stay, ...]]
    rosters: Mapping[tuple[str, str], Roster] = field(default_factory=dict)

    def posted(self, employee: str, office: str, day: date) -> bool:
        """Whether the employee worked at the office on that local day."""
        return any(stay.office == office and stay.includes(day) for stay in self.postings.get(employee, ()))

    def within(self, office: str, root: str | None) -> bool:
        """Whether the office lies in the subtree under `root` (None: the whole agency)."""
        if root is None:
            return True
        at: str | None = office
        while at is not None and at != root:
            at = self.offices[at].parent if at in self.offices else None
        return at == root


def read_catalogue(database: Database, agency_id: str, since: datetime) -> Catalogue | None:
    """Read the directory from the store, with the duties that end after `since`; None for no such agency."""
    with database.reading() as session:
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
    of_counter: dict[tuple[str, str], list[Duty]] = {}
    for duty in duties:
        of_counter.setdefault((duty.office, duty.counter), []).append(duty)
    return {
        counter: Roster(tuple(duty.from_at for duty in spans), tuple(spans)) for counter, spans in of_counter.items()
    }


class CatalogueCache:
    """Catalogues of the agencies this process serves; `version` is asked for again after `seconds`."""

    def __init__(self, database: Database, clock: Clock, *, seconds: float, reach: timedelta) -> None:
        self._database = database
        self._clock = clock
        self._seconds = seconds
        self._reach = reach
        self._memory: Memory[str, Catalogue] = Memory(clock, seconds)
        self._locks: dict[str, threading.Lock] = {}

    def remembered(self, agency_id: str) -> Catalogue | None:
        """The catalogue if it was confirmed a moment ago; never touches the database."""
        return self._memory.get(agency_id)

    def current(self, agency_id: str, *, at_most: float | None = None) -> Catalogue:
        """The catalogue, confirmed against the database if older than `at_most` seconds (blocking)."""
        age = self._seconds if at_most is None else max(at_most, SHORTEST_REFRESH)
        with self._locks.setdefault(agency_id, threading.Lock()):
            return self._memory.younger_than(agency_id, age) or self._refresh(agency_id)

    def known(self, agency_id: str) -> Catalogue | None:
        """As `current` for a name that anybody sent; None for no such agency, of which nothing is kept (blocking)."""
        if self._memory.last(agency_id) is None:
            with self._database.reading() as session:
                if directory_version(session, agency_id) is None:
                    return None
        return self.current(agency_id)

    def _refresh(self, agency_id: str) -> Catalogue:
        known = self._memory.last(agency_id)
        with self._database.reading() as session:
            version = directory_version(session, agency_id)
        catalogue = known
        if known is None or known.version != version:
            catalogue = read_catalogue(self._database, agency_id, self._clock() - self._reach)
        if catalogue is None:
            raise LookupError("a key names an agency that does not exist")
        self._memory.put(agency_id, catalogue)
        return catalogue
