"""The group-commit writer: waiting ratings are written in one transaction, and answered only after its commit.

There is no timer. A rating that arrives while a lane is idle is written at once; what arrives while all are busy
waits and goes together with the next group. So an idle service adds no delay, and a busy one pays one flush to disk
for up to 512 ratings.
"""

import asyncio
import time
from collections.abc import Callable, Sequence
from contextlib import suppress

from app.foundation.problems import Problem, busy
from app.foundation.storage.time_budget import current_budget
from app.ratings.groups import Group, GroupQueue, Lane, Waiting, Work
from app.ratings.rating import NewRating, Result, Stored, StoreOutcome

# Behind a stalled database a rating is refused rather than kept waiting longer than a client would: in the queue, and
# until its answer in all. What lies between must suffice for a lock's time-out.
LONGEST_WAIT, LONGEST_ANSWER = 0.8, 2.4
# For how many seconds a stored rating proves that the next one will be stored.
FRESH = 1.0


class Writer:
    """The writer of one process and event loop. `write` returns when the ratings are on disk.

    `lanes` start what writes: a thread for SQLite, tasks of the event loop for PostgreSQL.
    """

    def __init__(self, lanes: Sequence[Callable[[Work], Lane]], *, queue_length: int, group_length: int) -> None:
        self._queue_length = queue_length
        # Ratings waiting or being written.
        self.queued = 0
        self._loop = asyncio.get_running_loop()
        self._drained = asyncio.Event()
        self._queue = GroupQueue(group_length)
        # The last outcome: whether ratings were stored, when, and one that was not.
        self._works, self._settled_at = False, float("-inf")
        self.to_try: NewRating | None = None
        self._lanes = [start(self) for start in lanes]

    async def write(self, ratings: Sequence[NewRating]) -> list[Result]:
        """One result per rating, in order; raises `busy` at once when the queue is full."""
        # A batch longer than the queue is taken when nothing else waits, or it could never be written.
        if self._queue.is_closed or self.queued + len(ratings) > max(self._queue_length, len(ratings)):
            raise busy()
        budget, now = current_budget(), time.monotonic()
        # What it has waited for already, its key or the directory, counts as if it had waited here.
        since = now - (0.0 if budget is None else budget.used)
        done: asyncio.Future[list[Result]] = self._loop.create_future()
        self.queued += len(ratings)
        self._refuse_older(now - LONGEST_WAIT)
        self._queue.put(Waiting(ratings, done, since))
        if budget is not None and budget.used:
            # Whoever else looks at the queue may be a stalled lane, and too late for one that has waited already.
            self._loop.call_later(since + LONGEST_WAIT + 0.01 - now, self._refuse_overdue)
        for lane in self._lanes:
            if lane.wake():
                break
        # A client that hangs up cancels only its own waiting; the write goes on with the others'.
        return await done

    async def works(self) -> bool:
        """Whether ratings reach the disk, by the last outcome; one that is bad or no longer fresh is tried out."""
        if self._works and time.monotonic() - self._settled_at < FRESH:
            return True
        try:
            # Nothing to write is a trial; many who ask at once share it. A lane that died answers nobody.
            await asyncio.wait_for(self.write(()), LONGEST_ANSWER + 0.2)
        except (Problem, TimeoutError):
            return False
        return self._works

    async def drain(self) -> None:
        """Refuse new ratings, write what waits, and end the lanes with their connections."""
        self._queue.is_closed = True
        if self.queued:
            await self._drained.wait()
        for lane in self._lanes:
            lane.wake()
            await lane.end()

    def _refuse_overdue(self) -> None:
        """Answer `busy` to requests that waited too long; called by whoever looks at the queue, thread or loop."""
        self._refuse_older(time.monotonic() - LONGEST_WAIT)

    def _refuse_older(self, latest: float) -> None:
        # Their clients will have given up: what is written now would be stored without anybody hearing of it.
        overdue = self._queue.take_older(latest)
        if not overdue:
            return
        # RuntimeError: the loop is closed, and nobody is left to be answered.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._refuse, overdue)

    def _refuse(self, group: Group) -> None:
        self._settle(group, [busy() for waiting in group for _ in waiting.ratings], works=False)

    # What lanes ask and tell.

    @property
    def has_ended(self) -> bool:
        """Whether nothing new may come."""
        return self._queue.is_closed

    def next_group(self) -> Group | None:
        """The next group; None if nothing waits."""
        self._refuse_overdue()
        return self._queue.take()

    def until(self, group: Group) -> float:
        """The moment by which whoever has waited longest must be answered."""
        return min(waiting.since for waiting in group) + LONGEST_ANSWER

    def written(self, group: Group, results: list[Result]) -> None:
        """Answer a group; in the event loop."""
        self._settle(group, results, works=_proof(results))

    def tried(self, group: Group, *, works: bool) -> None:
        """Answer those who asked for a trial; in the event loop."""
        self._settle(group, [], works=works)

    def _settle(self, group: Group, results: list[Result], *, works: bool | None) -> None:
        self.queued -= len(results)
        if works is not None:
            self._works, self._settled_at = works, time.monotonic()
        if works:
            self.to_try = None
        elif works is False and results:
            # What the next trial tries again: a database may refuse this rating and not another. Its words stay out.
            refused = next(waiting.ratings[0] for waiting in group if waiting.ratings)
            self.to_try = refused._replace(comment=None, profile=None)
        start = 0
        for waiting in group:
            end = start + len(waiting.ratings)
            waiting.answer(results[start:end])
            start = end
        if self._queue.is_closed and not self.queued:
            self._drained.set()


def _proof(results: Sequence[Result]) -> bool | None:
    """Whether these results prove that ratings are stored, or that they are not; replays prove neither."""
    if any(isinstance(one, Stored) and one.outcome is StoreOutcome.stored for one in results):
        return True
    return False if any(isinstance(one, Problem) for one in results) else None
