"""A rating on its way to the disk, and what became of it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from app.ratings.attribution import Place
from app.ratings.standings import COUNTED


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
