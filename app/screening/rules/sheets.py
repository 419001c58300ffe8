"""The values of screening: an office's sheets with their traces, and the blocks of sheets that are doubted. Pure."""

from collections.abc import Callable, Hashable, Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple, TypeVar
from uuid import UUID

Key = TypeVar("Key", bound=Hashable)
SKIPPED = "-"
# Two equal answers are common; fewer than three say nothing about how a sheet was filled in.
FEWEST_ANSWERS = 3


class Reason(StrEnum):
    """Why something is doubted."""

    burst = "burst"
    straight_lining = "straight-lining"
    one_device = "one-device"
    one_hour = "one-hour"
    outside_hours = "outside-hours"
    coverage_drop = "coverage-drop"


class ScreenedSheet(NamedTuple):
    """One rating with its trace. `place` is the counter of a kiosk (`counter:…`), else the key that sent it.

    `held`: doubted already. `settled`: an auditor has released it, and no rule doubts it again.
    """

    key: UUID
    day: date
    hour: int
    employee: str | None
    place: str | None
    channel: str
    ticketed: bool
    instrument: str
    answers: str
    held: bool = False
    settled: bool = False

    @property
    def is_candidate(self) -> bool:
        """Whether a rule may still doubt it."""
        return not (self.held or self.settled)

    @property
    def same(self) -> str | None:
        """The answer that was given to every question; None where answers differ or are too few."""
        given = self.answers.replace(SKIPPED, "")
        return given[0] if len(given) >= FEWEST_ANSWERS and len(set(given)) == 1 else None

    @property
    def total(self) -> int | None:
        """The sum of its answers; None where nothing was answered."""
        given = [int(each) for each in self.answers if each.isdigit()]
        return sum(given) if given else None


class Block(NamedTuple):
    """The sheets of `days` days from `first` on that a rule doubts; without keys it is a pattern to be noted."""

    reason: Reason
    employee: str | None
    first: date
    days: int
    hour: int | None
    keys: tuple[UUID, ...]
    evidence: Mapping[str, float]


class RaisedRow(NamedTuple):
    """How many findings of one office, reason and standing there are."""

    office: str
    reason: str
    standing: str
    n: int


class DaySpan(NamedTuple):
    """The days that are judged, both included."""

    first: date
    last: date

    def has(self, first: date, days: int = 1) -> bool:
        """Whether any of these days is among them."""
        return first <= self.last and first + timedelta(days=days - 1) >= self.first

    def holds(self, first: date, days: int) -> bool:
        """Whether all of these days are among them: half a week is not a small week, and is not judged as one."""
        return first >= self.first and first + timedelta(days=days - 1) <= self.last


def monday(day: date) -> date:
    """The first day of its week."""
    return day - timedelta(days=day.weekday())


def grouped(
    sheets: Iterable[ScreenedSheet], key: Callable[[ScreenedSheet], Key | None]
) -> dict[Key, list[ScreenedSheet]]:
    """The sheets by key; those whose key is None are left out."""
    groups: dict[Key, list[ScreenedSheet]] = {}
    for sheet in sheets:
        at = key(sheet)
        if at is not None:
            groups.setdefault(at, []).append(sheet)
    return groups


def candidates(sheets: Iterable[ScreenedSheet]) -> tuple[UUID, ...]:
    """The keys of those that may still be doubted, sorted."""
    return tuple(sorted(sheet.key for sheet in sheets if sheet.is_candidate))
