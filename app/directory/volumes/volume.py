"""Served volumes: the numbers of a day, their sums, and whether they fit the directory."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import NamedTuple, TypeAlias

from app.directory.rules.catalogue import Catalogue

VolumeKey: TypeAlias = tuple[str, date, str, str]


class DayVolume(NamedTuple):
    """People served, and offered a rating (None: unknown), on one local day; `employee` '' when nobody is named.

    Somebody may be offered a rating without being served, so neither number bounds the other.
    """

    office: str
    served_on: date
    service: str
    employee: str
    served: int
    offered: int | None

    @property
    def key(self) -> VolumeKey:
        """The primary key without the agency: a later volume with the same key replaces this one."""
        return self.office, self.served_on, self.service, self.employee


class ServedVolume(NamedTuple):
    """The sum of some days; `offered` is None if it is unknown for one of them. Nothing is imputed."""

    office: str
    service: str
    employee: str | None
    served: int
    offered: int | None


class Flaw(NamedTuple):
    """What is wrong with the entry at a place: the field (None: the entry as a whole) and its stable code."""

    place: int
    field: str | None
    code: str


def flaws_of(volumes: Sequence[DayVolume], catalogue: Catalogue, *, root: str | None, now: datetime) -> list[Flaw]:
    """Everything wrong with these volumes, sent by a key that reaches the subtree under `root` (None: all)."""
    flaws: list[Flaw] = []
    seen: set[VolumeKey] = set()
    for place, volume in enumerate(volumes):
        found = (*_place_flaws(volume, catalogue, root, now), *_subject_flaws(volume, catalogue))
        flaws += [Flaw(place, field, code) for field, code in found]
        # Within one request it is unknown which of two numbers is the later one, so neither is taken.
        if volume.key in seen:
            flaws.append(Flaw(place, None, "entry-repeated"))
        seen.add(volume.key)
    return flaws


def _place_flaws(volume: DayVolume, catalogue: Catalogue, root: str | None, now: datetime) -> Iterator[tuple[str, str]]:
    office = catalogue.offices.get(volume.office)
    if office is None:
        yield "office", "office-unknown"
    elif not catalogue.within(volume.office, root):
        yield "office", "out-of-scope"
    elif volume.served_on > now.astimezone(office.zone).date():
        yield "date", "day-in-future"


def _subject_flaws(volume: DayVolume, catalogue: Catalogue) -> Iterator[tuple[str, str]]:
    if volume.service not in catalogue.services:
        yield "service", "service-unknown"
    if not volume.employee:
        return
    if volume.employee not in catalogue.employees:
        yield "employee", "employee-unknown"
    # Of an unknown office nothing is said about postings: each mistake is reported once.
    elif volume.office in catalogue.offices and not catalogue.posted(volume.employee, volume.office, volume.served_on):
        yield "employee", "employee-not-posted"
