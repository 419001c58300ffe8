"""The group-commit writer: waiting ratings are written in one transaction, and answered only after its commit.

There is no timer. A rating that arrives while a writer thread is idle is written at once; what arrives while
all are busy waits and goes together with the next group. So an idle service adds no delay, and a busy one
pays one flush to disk for up to 512 ratings.
"""

import asyncio
import threading
import time
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from app.foundation.problems import Problem, busy
from app.foundation.storage.time_budget import current_budget
from app.ratings.rating import NewRating, Stored, StoreOutcome
from app.ratings.store import RatingStore
from app.ratings.writer_thread import GroupWriter, Result, start_writer_thread

# Behind a stalled database a rating is refused rather than kept waiting longer than a client would: in the queue, and
# until its answer in all. What lies between must suffice for a lock's time-out.
LONGEST_WAIT, LONGEST_ANSWER = 0.8, 2.4
# For how many seconds a stored rating proves that the next one will be stored.
FRESH = 1.0


@dataclass(frozen=True, slots=True)
class _Waiting:
    ratings: Sequence[NewRating]
    done: "asyncio.Future[list[Result]]"
    since: float

    def answer(self, results: list[Result]) -> None:
        """Give the waiting request its results, unless its client has hung up."""
        if not self.done.done():
            self.done.set_result(results)


_Group = list[_Waiting]


class Writer:
    """The writer of one process and event loop. `write` returns when the ratings are on disk."""

    def __init__(self, store: RatingStore, *, queue_length: int, group_length: int, writers: int) -> None:
        self._queue_length = queue_length
        self._group_length = group_length
        self._queued = 0
        self._loop = asyncio.get_running_loop()
        self._drained = asyncio.Event()
        # Shared by the threads and the event loop, under the condition's lock: the queue, and whether it has ended.
        self._changed = threading.Condition(threading.Lock())
        self._queue: deque[_Waiting] = deque()
        self._closing = False
        self._threads = [
            start_writer_thread(GroupWriter(store), self._next_group, self._write_group) for _ in range(writers)
        ]
        # The last outcome: whether ratings were stored, when, and one that was not.
        self._works, self._settled_at = False, float("-inf")
        self._refused: NewRating | None = None

    @property
    def queued(self) -> int:
        """Ratings waiting or being written."""
        return self._queued

    async def write(self, ratings: Sequence[NewRating]) -> list[Result]:
        """One result per rating, in order; raises `busy` at once when the queue is full."""
        # A batch longer than the queue is taken when nothing else waits, or it could never be written.
        if self._closing or self._queued + len(ratings) > max(self._queue_length, len(ratings)):
            raise busy()
        budget = current_budget()
        # What it has waited for already, its key or the directory, counts as if it had waited here.
        since = time.monotonic() - (0.0 if budget is None else budget.used)
        waiting = _Waiting(ratings, self._loop.create_future(), since)
        self._queued += len(ratings)
        with self._changed:
            self._refuse_overdue()
            self._queue.append(waiting)
            self._changed.notify()
        # A client that hangs up cancels only its own waiting; the write goes on with the others'.
        return await waiting.done

    async def works(self) -> bool:
        """Whether ratings reach the disk, by the last outcome; one that is bad or no longer fresh is tried out."""
        if self._works and time.monotonic() - self._settled_at < FRESH:
            return True
        try:
            # Nothing to write is a trial; many who ask at once share it. A thread that died answers nobody.
            await asyncio.wait_for(self.write(()), LONGEST_ANSWER + 0.2)
        except (Problem, TimeoutError):
            return False
        return self._works

    def _refuse_overdue(self) -> None:
        """Answer `busy` to requests that waited too long; the caller, thread or event loop, holds the lock."""
        # Their clients will have given up: what is written now would be stored without anybody hearing of it.
        latest = time.monotonic() - LONGEST_WAIT
        while self._queue and self._queue[0].since < latest:
            overdue = self._queue.popleft()
            self._hand_back([overdue], [busy() for _ in overdue.ratings], works=False)

    def _next_group(self) -> _Group | None:
        """Wait for the next group: the oldest requests, up to the group's length; None when draining is done."""
        with self._changed:
            self._refuse_overdue()
            while not self._queue:
                if self._closing:
                    return None
                self._changed.wait()
            # The first is taken however long it is, so that a batch longer than a group is not stuck.
            group = [self._queue.popleft()]
            length = len(group[0].ratings)
            while self._queue and length + len(self._queue[0].ratings) <= self._group_length:
                length += len(self._queue[0].ratings)
                group.append(self._queue.popleft())
            return group

    def _write_group(self, group_writer: GroupWriter, group: _Group) -> None:
        """Write a group, or try out whether one would be stored; called by a writer thread."""
        ratings = [rating for waiting in group for rating in waiting.ratings]
        # The moment by which whoever has waited longest must be answered.
        until = min(waiting.since for waiting in group) + LONGEST_ANSWER
        if ratings:
            results = group_writer.write(ratings, until)
            self._hand_back(group, results, works=_proof(results))
        else:
            self._hand_back(group, [], works=group_writer.try_out(self._refused, until))

    def _hand_back(self, group: _Group, results: list[Result], *, works: bool | None) -> None:
        """Hand results to the event loop, from a writer thread or from the loop itself."""
        # RuntimeError: the loop is closed, and nobody is left to be answered.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._settle, group, results, works)

    def _settle(self, group: _Group, results: list[Result], works: bool | None) -> None:
        self._queued -= len(results)
        if works is not None:
            self._works, self._settled_at = works, time.monotonic()
        if works:
            self._refused = None
        elif works is False and results:
            # What the next trial tries again: a database may refuse this rating and not another. Its words stay out.
            self._refused = group[0].ratings[0]._replace(comment=None, profile=None)
        start = 0
        for waiting in group:
            end = start + len(waiting.ratings)
            waiting.answer(results[start:end])
            start = end
        if self._closing and not self._queued:
            self._drained.set()

    async def drain(self) -> None:
        """Refuse new ratings, write what waits, and end the threads with their connections."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._queued:
            await self._drained.wait()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)


def _proof(results: Sequence[Result]) -> bool | None:
    """Whether these results prove that ratings are stored, or that they are not; replays prove neither."""
    if any(isinstance(one, Stored) and one.outcome is StoreOutcome.stored for one in results):
        return True
    return False if any(isinstance(one, Problem) for one in results) else None
