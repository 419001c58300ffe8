"""The group-commit writer: what waits is written together, and nobody is answered before the commit.

There is no timer. A rating that arrives while a writer is idle is written at once; what arrives while
all are busy waits and goes together with the next. So an idle service adds no delay, and a busy one
pays one flush to disk for up to 512 ratings.
"""

import asyncio
import threading
from collections import deque
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog

from app.foundation.database import Connection, DBAPIError, OperationalError, SQLAlchemyError
from app.foundation.problems import Problem
from app.ratings.rating import NewRating, Stored
from app.ratings.store import RatingStore

log = structlog.get_logger("cermin.writer")

Result = Stored | Problem
RETRY_AFTER = 2
# Behind a stalled database a rating is refused rather than kept waiting longer than a client would.
LONGEST_WAIT = 1.4


@dataclass(frozen=True, slots=True)
class _Waiting:
    ratings: Sequence[NewRating]
    done: "asyncio.Future[list[Result]]"
    until: float

    def answer(self, results: list[Result]) -> None:
        """Wake the request, unless it has already gone."""
        if not self.done.done():
            self.done.set_result(results)


def not_stored() -> Problem:
    """Nothing was promised; the client sends the same again."""
    return Problem("busy", headers={"Retry-After": str(RETRY_AFTER)}, seconds=RETRY_AFTER)


class Writer:
    """One per process. `write` returns when the ratings are on disk."""

    def __init__(self, store: RatingStore, *, queue_length: int, group_length: int, writers: int) -> None:
        self._store = store
        self._queue_length = queue_length
        self._group_length = group_length
        self._idle = writers
        self._threads = ThreadPoolExecutor(writers, thread_name_prefix="writer")
        self._connections = _Connections(store)
        self._queue: deque[_Waiting] = deque()
        self._queued = 0
        self._closing = False
        self._drained = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def queued(self) -> int:
        """Ratings waiting or being written."""
        return self._queued

    async def write(self, ratings: Sequence[NewRating]) -> list[Result]:
        """One result per rating, in order; raises `busy` at once when the queue is full."""
        if self._closing or self._queued + len(ratings) > max(self._queue_length, len(ratings)):
            raise not_stored()
        loop = asyncio.get_running_loop()
        waiting = _Waiting(ratings, loop.create_future(), loop.time() + LONGEST_WAIT)
        self._queue.append(waiting)
        self._queued += len(ratings)
        self._start()
        # A client that hangs up cancels only its own waiting; the write goes on with the others'.
        return await waiting.done

    def _start(self) -> None:
        """Hand what waits to an idle writer, if there is one."""
        self._refuse_overdue()
        while self._idle and self._queue:
            self._idle -= 1
            task = asyncio.get_running_loop().create_task(self._write_group(self._gather()))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    def _refuse_overdue(self) -> None:
        now = asyncio.get_running_loop().time()
        while self._queue and self._queue[0].until < now:
            waiting = self._queue.popleft()
            self._queued -= len(waiting.ratings)
            waiting.answer([not_stored() for _ in waiting.ratings])

    def _gather(self) -> list[_Waiting]:
        """The oldest of what waits, up to the group's length (a longer batch goes alone)."""
        group = [self._queue.popleft()]
        length = len(group[0].ratings)
        while self._queue and length + len(self._queue[0].ratings) <= self._group_length:
            length += len(self._queue[0].ratings)
            group.append(self._queue.popleft())
        return group

    async def _write_group(self, group: list[_Waiting]) -> None:
        ratings = [rating for waiting in group for rating in waiting.ratings]
        results: list[Result] = [not_stored() for _ in ratings]
        try:
            loop = asyncio.get_running_loop()
            results = await loop.run_in_executor(self._threads, self._connections.write, ratings)
        except Exception as error:
            log.error("group.failed", n=len(ratings), error=type(error).__name__)
        finally:
            # Whatever broke, nobody is left waiting and the writer takes the next group.
            self._settle(group, results)

    def _settle(self, group: list[_Waiting], results: list[Result]) -> None:
        self._idle += 1
        self._queued -= len(results)
        start = 0
        for waiting in group:
            end = start + len(waiting.ratings)
            waiting.answer(results[start:end])
            start = end
        self._start()
        if self._closing and not self._queued:
            self._drained.set()

    async def drain(self) -> None:
        """Take nothing more, finish what waits, close the connections."""
        self._closing = True
        if self._queued:
            await self._drained.wait()
        self._threads.shutdown()
        self._connections.close()


class _Connections:
    """Each writer's thread keeps one connection and replaces it when it breaks."""

    def __init__(self, store: RatingStore) -> None:
        self._store = store
        self._local = threading.local()
        self._open: list[Connection] = []

    def write(self, ratings: Sequence[NewRating]) -> list[Result]:
        """One transaction per agency: on a sharded database each touches one shard only."""
        results: dict[int, Result] = {}
        of_agency: dict[str, list[int]] = {}
        for index, rating in enumerate(ratings):
            of_agency.setdefault(rating.agency_id, []).append(index)
        for indexes in of_agency.values():
            results.update(zip(indexes, self._write_group([ratings[i] for i in indexes]), strict=True))
        return [results[index] for index in range(len(ratings))]

    def _write_group(self, group: Sequence[NewRating]) -> list[Result]:
        try:
            return list(self._attempt(group))
        except OperationalError as error:
            # A broken connection or a deadlock passes; a lock held too long or a full disk does not.
            return self._again(group) if _is_passing(error) else _refuse(group, error)
        except DBAPIError as error:
            return self._halve(group, error)
        except SQLAlchemyError as error:
            return _refuse(group, error)

    def _again(self, group: Sequence[NewRating]) -> list[Result]:
        """Once more on a fresh connection: every id is idempotent, so nothing is counted twice."""
        try:
            return list(self._attempt(group))
        except SQLAlchemyError as error:
            return _refuse(group, error)

    def _halve(self, group: Sequence[NewRating], error: DBAPIError) -> list[Result]:
        """One row the database refuses must not cost its neighbours: split until it stands alone."""
        if len(group) == 1:
            return _refuse(group, error)
        middle = len(group) // 2
        return self._write_group(group[:middle]) + self._write_group(group[middle:])

    def _attempt(self, group: Sequence[NewRating]) -> list[Stored]:
        connection = getattr(self._local, "connection", None)
        if connection is None or connection.closed or connection.invalidated:
            connection = self._renew(connection)
        try:
            return self._store.write(connection, group)
        except SQLAlchemyError:
            connection.rollback()
            raise

    def _renew(self, broken: Connection | None) -> Connection:
        if broken is not None:
            # Forgotten first: while the database is away `connect` raises, and the next attempt must not
            # give the same connection back a second time.
            self._local.connection = None
            self._open.remove(broken)
            broken.close()
        self._local.connection = self._store.connect()
        self._open.append(self._local.connection)
        connection: Connection = self._local.connection
        return connection

    def close(self) -> None:
        """Give every connection back."""
        for connection in self._open:
            connection.close()


def _is_passing(error: OperationalError) -> bool:
    """A lost connection, or SQLSTATE class 40: deadlock and serialisation failure."""
    return error.connection_invalidated or (getattr(error.orig, "sqlstate", None) or "").startswith("40")


def _refuse(group: Sequence[NewRating], error: Exception) -> list[Result]:
    """Nothing of this group is promised. The error's text may hold row values, so only its type is logged."""
    log.error("group.refused", n=len(group), error=type(error).__name__)
    return [not_stored() for _ in group]
