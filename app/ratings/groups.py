"""What waits to be written: requests in the order in which they came, and the groups in which they leave."""

import asyncio
import threading
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from app.ratings.rating import NewRating, Result


@dataclass(slots=True)
class Waiting:
    """A request that waits for its ratings' results since a moment; one without ratings asks for a trial."""

    ratings: Sequence[NewRating]
    done: "asyncio.Future[list[Result]]"
    since: float

    def answer(self, results: list[Result]) -> None:
        """Give the request its results, unless its client has hung up."""
        if not self.done.done():
            self.done.set_result(results)


Group = list[Waiting]


def ratings_of(group: Group) -> list[NewRating]:
    """The ratings of all requests of a group, in order; none where all ask for a trial."""
    return [rating for waiting in group for rating in waiting.ratings]


class GroupQueue:
    """The requests that wait, oldest first; shared by the event loop and a writer thread."""

    def __init__(self, group_length: int) -> None:
        self._group_length = group_length
        self._waiting: deque[Waiting] = deque()
        self._lock = threading.Lock()
        # Set once nothing new may come.
        self.is_closed = False

    def put(self, waiting: Waiting) -> None:
        """Add a request behind those that have waited longer."""
        with self._lock:
            # Nearly always at the end; one that has waited elsewhere before may be older than those that are here.
            place = len(self._waiting)
            while place and self._waiting[place - 1].since > waiting.since:
                place -= 1
            if place == len(self._waiting):
                self._waiting.append(waiting)
            else:
                self._waiting.insert(place, waiting)

    def take(self) -> Group | None:
        """The oldest requests, up to the group's length; None if nothing waits."""
        with self._lock:
            if not self._waiting:
                return None
            # The first is taken however long it is, so that a batch longer than a group is not stuck.
            group = [self._waiting.popleft()]
            length = len(group[0].ratings)
            while self._waiting and length + len(self._waiting[0].ratings) <= self._group_length:
                length += len(self._waiting[0].ratings)
                group.append(self._waiting.popleft())
            return group

    def take_older(self, latest: float) -> Group:
        """The requests that have waited since before this moment."""
        # Nearly always none; the oldest is looked at without the lock, and again with it.
        if not self._waiting or self._waiting[0].since >= latest:
            return []
        with self._lock:
            overdue = []
            while self._waiting and self._waiting[0].since < latest:
                overdue.append(self._waiting.popleft())
            return overdue


class Work(Protocol):
    """What a lane is given to do by its writer."""

    def next_group(self) -> Group | None:
        """The next group; None if nothing waits."""

    @property
    def has_ended(self) -> bool:
        """Whether nothing new may come."""

    def until(self, group: Group) -> float:
        """The moment (`time.monotonic`) by which whoever has waited longest must be answered."""

    @property
    def to_try(self) -> NewRating | None:
        """What a trial tries to store: the rating that was refused last."""

    def written(self, group: Group, results: list[Result]) -> None:
        """Answer a group; in the event loop."""

    def tried(self, group: Group, *, works: bool) -> None:
        """Answer those who asked for a trial; in the event loop."""


class Lane(Protocol):
    """Writes group after group on one connection: it takes the next one itself as soon as one is on disk."""

    def wake(self) -> bool:
        """Tell it that something waits; False if it is busy, and will see it by itself."""

    async def end(self) -> None:
        """Return once all that waits is written and the connection closed; nothing new may come."""
