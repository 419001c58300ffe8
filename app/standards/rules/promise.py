"""A promise: how long a service takes at most, from a month on; and what is wrong with those that somebody sends. Pure.

Law 25/2009 and PermenPANRB 15/2014 make an agency publish it for each service (*jangka waktu penyelesaian*).
"""

from bisect import bisect_right
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import NamedTuple, TypeAlias

# `2026-10`; months are compared as texts.
Month: TypeAlias = str


class Unit(StrEnum):
    """In what a promise is given: *menit*, *jam*, *hari kerja*."""

    minutes = "minutes"
    hours = "hours"
    working_days = "working-days"


# A ticket is valid for a week: what is judged by the clock must be over, twice, well within that.
MOST: Mapping[Unit, int] = {Unit.minutes: 600, Unit.hours: 24, Unit.working_days: 365}
MINUTES: Mapping[Unit, int] = {Unit.minutes: 1, Unit.hours: 60}


class Promised(NamedTuple):
    """At most so many minutes, hours or working days."""

    amount: int
    unit: Unit

    @property
    def minutes(self) -> int | None:
        """The promise on the clock; None for working days, which no clock tells."""
        each = MINUTES.get(self.unit)
        return None if each is None else self.amount * each


class Promise(NamedTuple):
    """What holds of a service from a month on; `promised` None: nothing does. `source` is the document that says so."""

    service: str
    valid_from: Month
    promised: Promised | None
    source: str | None

    @property
    def key(self) -> tuple[str, Month]:
        """The primary key without the agency."""
        return self.service, self.valid_from


class Flaw(NamedTuple):
    """What is wrong with the entry at a place: the field (None: the entry as a whole) and its stable code."""

    place: int
    field: str | None
    code: str


class History:
    """The promises of one service, by the month from which each holds."""

    def __init__(self, promises: Collection[Promise] = ()) -> None:
        self._ordered = sorted(promises, key=lambda each: each.valid_from)
        self._months = [each.valid_from for each in self._ordered]

    def at(self, month: Month) -> Promise | None:
        """The promise that holds in a month."""
        place = bisect_right(self._months, month) - 1
        found = self._ordered[place] if place >= 0 else None
        return found if found is not None and found.promised is not None else None

    def within(self, first: Month, last: Month) -> tuple[Promise, ...]:
        """Every promise that holds in some month from `first` to `last`, oldest first."""
        begun = [self.at(first), *(each for each in self._ordered if first < each.valid_from <= last)]
        return tuple(each for each in begun if each is not None and each.promised is not None)

    def until(self, month: Month) -> Month | None:
        """The month from which something later than the entry of this month holds; None: nothing does."""
        return next((each for each in self._months if each > month), None)


def histories(promises: Collection[Promise]) -> dict[str, History]:
    """The promises of each service."""
    found: dict[str, list[Promise]] = {}
    for each in promises:
        found.setdefault(each.service, []).append(each)
    return {service: History(each) for service, each in found.items()}


@dataclass(frozen=True)
class Known:
    """What promises are checked by: the agency's services, what is promised so far, and where times were counted.

    `counted` are the months of each service of which times were counted by a promise.
    """

    services: Collection[str]
    stored: Mapping[str, History] = field(default_factory=dict)
    counted: Mapping[str, Collection[Month]] = field(default_factory=dict)

    def former(self, promise: Promise) -> Promise | None:
        """What has held from this month on."""
        return self.stored.get(promise.service, History()).at(promise.valid_from)


def flaws_of(promises: Sequence[Promise], known: Known) -> list[Flaw]:
    """Everything wrong with these promises."""
    flaws: list[Flaw] = []
    seen: set[tuple[str, Month]] = set()
    for place, promise in enumerate(promises):
        flaws += [Flaw(place, name, code) for name, code in _wrong(promise, known)]
        # Within one request it is unknown which of two promises is meant, so neither is taken.
        if promise.key in seen:
            flaws.append(Flaw(place, None, "promise-repeated"))
        seen.add(promise.key)
    return flaws


def _wrong(promise: Promise, known: Known) -> Iterator[tuple[str, str]]:
    if promise.service not in known.services:
        yield "service", "service-unknown"
    if promise.promised is not None and not 1 <= promise.promised.amount <= MOST[promise.promised.unit]:
        yield "amount", "promise-out-of-range"
    former = known.former(promise)
    if promise.promised != (former.promised if former else None) and _is_counted(promise, known):
        yield "valid_from", "promise-counted"


def _is_counted(promise: Promise, known: Known) -> bool:
    """Whether times were counted by what another promise would take the place of."""
    until = known.stored.get(promise.service, History()).until(promise.valid_from)
    months = known.counted.get(promise.service, ())
    return any(promise.valid_from <= month and (until is None or month < until) for month in months)
