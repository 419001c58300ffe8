"""The catalogue: one agency's directory at one version, which sheets, tickets and volumes are checked by. Pure."""

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

from app.directory.rules.postings import Stay


@dataclass(frozen=True, slots=True)
class OfficeEntry:
    """An office: its zone decides the local day, its parent the scope."""

    code: str
    parent: str | None
    zone: ZoneInfo


class DutySpan(NamedTuple):
    """An employee at a counter from one moment up to another (aware UTC)."""

    employee: str
    from_at: datetime
    until_at: datetime


@dataclass(frozen=True, slots=True)
class Roster:
    """Who was at one counter when: spans sorted by their start, never overlapping."""

    starts: tuple[datetime, ...]
    spans: tuple[DutySpan, ...]

    def on_duty(self, moment: datetime) -> str | None:
        """The employee at the counter at this moment, if anybody."""
        # Spans of a counter never overlap, so only the last that has begun can still run.
        index = bisect_right(self.starts, moment) - 1
        if index < 0 or moment >= self.spans[index].until_at:
            return None
        return self.spans[index].employee


@dataclass(frozen=True)
class Catalogue:
    """Everything a sheet may name, of one agency at one version; a change makes a new catalogue."""

    agency_id: str
    version: UUID
    offices: Mapping[str, OfficeEntry]
    services: frozenset[str]
    counters: Mapping[tuple[str, str], tuple[str, ...]]
    employees: frozenset[str]
    postings: Mapping[str, tuple[Stay, ...]]
    rosters: Mapping[tuple[str, str], Roster] = field(default_factory=dict)

    def stays(self, employee: str, office: str) -> tuple[Stay, ...]:
        """The employee's postings at this office, in order."""
        return tuple(stay for stay in self.postings.get(employee, ()) if stay.office == office)

    def posted(self, employee: str, office: str, day: date) -> bool:
        """Whether the employee worked at the office on that local day."""
        return any(stay.includes(day) for stay in self.stays(employee, office))

    def within(self, office: str, root: str | None) -> bool:
        """Whether the office lies in the subtree under `root` (None: the whole agency)."""
        if root is None:
            return True
        at: str | None = office
        # Imports refuse cycles, so this comes to an end.
        while at is not None and at != root:
            at = self.offices[at].parent if at in self.offices else None
        return at == root
