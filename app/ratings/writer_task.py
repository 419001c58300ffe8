"""The lane of PostgreSQL: a task of the event loop with one connection.

The server works in a process of its own, so a thread here would only wait, and fight for the interpreter's lock with
the loop at every hand-over (decision 31).
"""

import asyncio
from collections.abc import Callable, Sequence
from time import monotonic

import structlog

from app.foundation.storage.loop_connection import LoopConnection, PostgresError, PostgresOperationalError
from app.ratings.group_plan import Fault, FaultKind, Outcome, plan_of
from app.ratings.groups import Group, Lane, Work, ratings_of
from app.ratings.loop_store import LoopStore
from app.ratings.rating import NewRating, Result

log = structlog.get_logger("cermin.writer")


class TaskWriter:
    """Writes groups on one connection, which it replaces when it breaks."""

    def __init__(self, store: LoopStore) -> None:
        self._store = store
        self._connection: LoopConnection | None = None

    async def write(self, ratings: Sequence[NewRating], until: float) -> list[Result]:
        """Write the ratings; one result per rating, in order. Never raises.

        After the moment `until` nothing more is tried, and a connection on which no answer came until then is dropped.
        """
        plan = plan_of(ratings, lambda: monotonic() > until)
        try:
            part = next(plan)
            while True:
                part = plan.send(await self._store_part(part, until))
        except StopIteration as end:
            results: list[Result] = end.value
            return results

    async def try_out(self, rating: NewRating | None, until: float) -> bool:
        """Whether a rating would be stored: does with this one all but keep it. Never raises."""
        try:
            await self._store.try_out(await self._connected(until), rating)
        except Exception as error:
            log.error("trial.failed", error=type(error).__name__)
            await self._forget_failed()
            return False
        return True

    async def _store_part(self, part: Sequence[NewRating], until: float) -> Outcome:
        # Whatever breaks, every request is answered and the lane goes on.
        try:
            connection = await self._connected(until)
        except Exception as error:
            return Fault(FaultKind.lasting, type(error).__name__)
        try:
            return await self._store.write(connection, part)
        except Exception as error:
            is_lost = await self._forget_failed()
            return Fault(_kind(error, is_lost=is_lost), type(error).__name__)

    async def _connected(self, until: float) -> LoopConnection:
        connection = self._connection
        if connection is None or connection.is_lost:
            await self.close()
            connection = self._connection = await self._store.connect(until - monotonic())
        connection.until = until
        return connection

    async def _forget_failed(self) -> bool:
        """Take back what a failed statement has begun; whether the connection is lost."""
        connection = self._connection
        if connection is not None and not await connection.restored():
            await self.close()
        return self._connection is None

    async def close(self) -> None:
        """Close the connection."""
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.close()


class TaskLane:
    """A lane in a task of the event loop."""

    def __init__(self, store: LoopStore, work: Work) -> None:
        self._work = work
        self._loop = asyncio.get_running_loop()
        self._writer = TaskWriter(store)
        # What an idle lane waits for.
        self._idle: asyncio.Future[None] | None = None
        self._task = self._loop.create_task(self._run(), name="rating-writer")

    def wake(self) -> bool:
        """Tell it that something waits; False if it is busy, and will see it by itself."""
        if self._idle is None or self._idle.done():
            return False
        self._idle.set_result(None)
        return True

    async def end(self) -> None:
        """Return once the task has ended."""
        await self._task

    async def _run(self) -> None:
        try:
            while True:
                group = self._work.next_group()
                if group is not None:
                    await self._write(group)
                elif self._work.has_ended:
                    return
                else:
                    self._idle = self._loop.create_future()
                    await self._idle
        finally:
            await self._writer.close()

    async def _write(self, group: Group) -> None:
        ratings, until = ratings_of(group), self._work.until(group)
        if ratings:
            self._work.written(group, await self._writer.write(ratings, until))
        else:
            self._work.tried(group, works=await self._writer.try_out(self._work.to_try, until))


def task_lane(store: LoopStore) -> Callable[[Work], Lane]:
    """What starts a lane in a task that writes to this store."""
    return lambda work: TaskLane(store, work)


def _kind(error: Exception, *, is_lost: bool) -> FaultKind:
    if isinstance(error, PostgresOperationalError):
        # A retry helps after a lost connection, or SQLSTATE class 40 (deadlock, serialisation failure).
        is_passing = is_lost or (error.sqlstate or "").startswith("40")
        return FaultKind.passing if is_passing else FaultKind.lasting
    return FaultKind.row if isinstance(error, PostgresError) else FaultKind.lasting
