"""A validated rating before it is written, and the outcome of writing it."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from app.foundation.problems import Problem
from app.ratings.status import COUNTED

# The digest of a sheet that was made of counts begins so: nobody knows which of its answers were given together.
COUNTS = "counts-"


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
    """One validated sheet with everything that its row, trace, comment and profile need."""

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
    # As digests were made before, where that makes a difference: a rating stored then has this one.
    former_digest: str | None = None

    @property
    def digests(self) -> tuple[str, ...]:
        """Under which digests a stored rating is this one."""
        return (self.digest,) if self.former_digest is None else (self.digest, self.former_digest)


class StoreOutcome(StrEnum):
    """The outcome of writing a rating: new, the retry of a stored one, or another content under a stored id."""

    stored = "stored"
    replayed = "replayed"
    conflict = "conflict"


class Stored(NamedTuple):
    """The outcome, and the stored row under the rating's key; with `conflict` that row has other content."""

    outcome: StoreOutcome
    office: str
    employee: str | None
    rated_on: date


Result = Stored | Problem
