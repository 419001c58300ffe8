"""Storing what a file brings: in groups, each of which is one transaction with its line of the audit trail."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from math import ceil
from typing import Protocol, TypeVar

from app.foundation.storage.database import Database, Session
from app.ratings.rating import NewRating, StoreOutcome
from app.ratings.store import RatingStore

One = TypeVar("One")
# Ratings of one transaction: what an import that breaks off may have to do again. On SQLite nobody else writes for as
# long, a few hundredths of a second.
STORED_TOGETHER = 2_000
# Writes the line that says who stored how many with which outcome.
Tell = Callable[[Session, Counter[StoreOutcome]], None]


class Track(Protocol):
    """Wraps a loop to show its progress."""

    def __call__(self, items: Iterable[One], what: str, /) -> Iterable[One]: ...


def untracked(items: Iterable[One], what: str, /) -> Iterable[One]:  # noqa: ARG001 - see Track
    """The items without any progress shown."""
    return items


class Ratings(Protocol):
    """Ratings that are counted already and may be gone through again."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[NewRating]: ...


class Batches:
    """Ratings in groups of a size, the last of which may be smaller."""

    def __init__(self, ratings: Ratings, size: int) -> None:
        self._ratings = ratings
        self._size = size

    def __len__(self) -> int:
        return ceil(len(self._ratings) / self._size)

    def __iter__(self) -> Iterator[Sequence[NewRating]]:
        rest = iter(self._ratings)
        while group := list(islice(rest, self._size)):
            yield group


def store_and_tell(database: Database, ratings: Ratings, tell: Tell, track: Track = untracked) -> Counter[StoreOutcome]:
    """Store the ratings; returns how many had which outcome.

    What a group stored is told in its own transaction: however this ends, by a fault or because somebody ends the
    process, the trail says of every stored rating who brought it and with which file. What was there before is told
    with the next group that stores something, or in the end.

    Raises SQLAlchemyError or KeyboardInterrupt; the groups before it stay stored.
    """
    store, outcomes, untold = RatingStore(database), Counter[StoreOutcome](), Counter[StoreOutcome]()
    try:
        for group in track(Batches(ratings, STORED_TOGETHER), "storing"):
            with database.writing() as session:
                found = Counter([one.outcome for one in store.add_all(session.connection(), group)])
                if found[StoreOutcome.stored]:
                    tell(session, untold + found)
            outcomes += found
            untold = Counter() if found[StoreOutcome.stored] else untold + found
    finally:
        # One that stored nothing is told of as well.
        if untold or not outcomes:
            with database.writing() as session:
                tell(session, untold)
    return outcomes
