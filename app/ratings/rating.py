"""A rating on its way to the disk, and what became of it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from app.ratings.status import COUNTED


class Place(NamedTuple):
    """Where, for whom and on which local day a rating counts."""

    office: str
    counter: str | None
    service: str
    employee: str | None
    channel: str
    rated_on: date
    # The local hour of rating, 0 to 23; None where nobody shall know it (an import of past answers).
    hour: int | None = None


class NewRating(NamedTuple):
    """One judged sheet, ready to be written: nothing about it is left to decide."""

    agency_id: str
    key: str
    place: Place
    instrument: str
    sheet: str
    digest: str
    comment: str | None = None
    profile: Mapping[str, str] | None = None
    ticketed: bool = False
    standing: str = COUNTED
    # The key that sent it, 32 hex digits; None where nobody has one.
    source: str | None = None


class Outcome(StrEnum):
    """What became of a rating."""

    stored = "stored"
    replayed = "replayed"
    conflict = "conflict"


class Stored(NamedTuple):
    """The row that now stands under the key. With `conflict` it is somebody else's content."""

    outcome: Outcome
    office: str
    employee: str | None
    rated_on: date
