"""What became of each rating of a group, from the rows that were there before it. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from app.ratings.rating import NewRating, Stored, StoreOutcome


class Existing(NamedTuple):
    """A row that was found under a rating's key."""

    digest: str
    office: str
    employee: str | None
    rated_on: date


def first_of_each_key(group: Iterable[NewRating]) -> dict[str, NewRating]:
    """The ratings to store by key: if one occurs twice in a group, the others are the first one's replays or not."""
    unique: dict[str, NewRating] = {}
    for rating in group:
        unique.setdefault(rating.key, rating)
    return unique


def all_found(skipped: Collection[str], existing: Mapping[str, Existing]) -> Mapping[str, Existing]:
    """The rows of what was not stored. Raises `LookupError` where one is not there, as nobody may be told it is."""
    if len(existing) != len(skipped):
        raise LookupError("a rating was neither stored nor there before")
    return existing


def outcomes(
    group: Sequence[NewRating], unique: Mapping[str, NewRating], existing: Mapping[str, Existing]
) -> list[Stored]:
    """One result per rating, in order."""
    if not existing and len(unique) == len(group):
        # Nearly always everything was new.
        new = StoreOutcome.stored
        return [Stored(new, place.office, place.employee, place.rated_on) for place in [each.place for each in group]]
    return [outcome(rating, unique[rating.key], existing.get(rating.key)) for rating in group]


def outcome(rating: NewRating, first: NewRating, existing: Existing | None) -> Stored:
    """The result of a rating of which the `first` of its key was stored unless a row was there."""
    if existing is not None:
        return replay_of(rating.digests, existing)
    place = first.place
    became = StoreOutcome.stored if rating is first else _compared(rating.digests, first.digest)
    return Stored(became, place.office, place.employee, place.rated_on)


def replay_of(digests: tuple[str, ...], existing: Existing) -> Stored:
    """The result of a rating of which a row was there: the same, or one with other content."""
    return Stored(_compared(digests, existing.digest), existing.office, existing.employee, existing.rated_on)


def _compared(digests: tuple[str, ...], stored: str) -> StoreOutcome:
    return StoreOutcome.replayed if stored in digests else StoreOutcome.conflict
