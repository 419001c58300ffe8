"""The lane of SQLite: one thread with one connection. The database works inside this process, and would hold the loop.

The thread takes the next group itself as soon as it has written one; going back to the event loop for it would
leave the disk idle while the loop is busy.
"""

import asyncio
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from math import inf
from time import monotonic
from typing import TypeVar

import structlog

from app.foundation.storage.database import Connection, DBAPIError, OperationalError, SQLAlchemyError
from app.foundation.storage.time_budget import budget_of
from app.ratings.group_plan import Fault, FaultKind, Outcome, plan_of
from app.ratings.groups import Group, Lane, Work, ratings_of
from app.ratings.rating import NewRating, Result
from app.ratings.store import RatingStore

log = structlog.get_logger("cermin.writer")

Done = TypeVar("Done")


class GroupWriter:
    """Writes groups on one connection, which it replaces when it breaks."""

    def __init__(self, store: RatingStore) -> None:
        self._store = store
        self._connection: Connection | None = None

    def write(self, ratings: Sequence[NewRating], until: float = inf) -> list[Result]:
        """Write the ratings; one result per rating, in order. Never raises.

        After the moment `until` nothing more is tried, and a connection on which no answer came until then is dropped.
        """
        plan = plan_of(ratings, lambda: monotonic() > until)
        try:
            part = next(plan)
            while True:
                part = plan.send(self._store_part(part, until))
        except StopIteration as end:
            results: list[Result] = end.value
            return results

    def try_out(self, rating: NewRating | None, until: float) -> bool:
        """Whether a rating would be stored: does with this one all but keep it. Never raises."""
        try:
            with budget_of(until - monotonic()):
                self._attempt(lambda connection: self._store.try_out(connection, rating))
        except Exception as error:
            log.error("trial.failed", error=type(error).__name__)
            return False
        return True

    def _store_part(self, part: Sequence[NewRating], until: float) -> Outcome:
        try:
            # A budget for each: short waits are free, and those of many parts would leave the last one all of the time.
            with budget_of(until - monotonic()):
                return self._attempt(lambda connection: self._store.write(connection, part))
        except Exception as error:  # Whatever breaks, every request is answered and the thread goes on.
            return Fault(_kind(error), type(error).__name__)

    def _attempt(self, work: Callable[[Connection], Done]) -> Done:
        connection = self._connection
        if connection is None or connection.closed or connection.invalidated:
            connection = self._renew()
        try:
            return work(connection)
        except SQLAlchemyError:
            connection.rollback()
            raise

    def _renew(self) -> Connection:
        # Closed first: while the database is away `connect` raises, and the next attempt must not return
        # the same connection to the pool a second time.
        self.close()
        self._connection = self._store.connect()
        return self._connection

    def close(self) -> None:
        """Return the connection to its pool."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class ThreadLane:
    """A lane in a thread of its own."""

    def __init__(self, store: RatingStore, work: Work) -> None:
        self._work = work
        self._loop = asyncio.get_running_loop()
        self._writer = GroupWriter(store)
        self._woken = threading.Event()
        # A daemon: a process whose event loop has died must not live on for its writer thread.
        self._thread = threading.Thread(target=self._run, name="rating-writer", daemon=True)
        self._thread.start()

    def wake(self) -> bool:
        """Tell it that something waits; busy or not, it looks once more."""
        if not self._woken.is_set():
            self._woken.set()
        return True

    async def end(self) -> None:
        """Return once the thread has ended."""
        await asyncio.to_thread(self._thread.join)

    def _run(self) -> None:
        try:
            while (group := self._next()) is not None:
                self._write(group)
        finally:
            self._writer.close()

    def _next(self) -> Group | None:
        """Wait for the next group; None when nothing new may come."""
        while True:
            # Cleared before the look: what comes after it sets it again.
            self._woken.clear()
            has_ended = self._work.has_ended
            group = self._work.next_group()
            if group is not None or has_ended:
                return group
            self._woken.wait()

    def _write(self, group: Group) -> None:
        ratings, until = ratings_of(group), self._work.until(group)
        if ratings:
            results = self._writer.write(ratings, until)
            self._tell(lambda: self._work.written(group, results))
        else:
            works = self._writer.try_out(self._work.to_try, until)
            self._tell(lambda: self._work.tried(group, works=works))

    def _tell(self, outcome: Callable[[], None]) -> None:
        # RuntimeError: the loop is closed, and nobody is left to be answered.
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(outcome)


def thread_lane(store: RatingStore) -> Callable[[Work], Lane]:
    """What starts a lane in a thread that writes to this store."""
    return lambda work: ThreadLane(store, work)


def _kind(error: Exception) -> FaultKind:
    if isinstance(error, OperationalError):
        return FaultKind.passing if _is_passing(error) else FaultKind.lasting
    return FaultKind.row if isinstance(error, DBAPIError) else FaultKind.lasting


def _is_passing(error: OperationalError) -> bool:
    """Whether a retry may succeed: a lost connection, or SQLSTATE class 40 (deadlock, serialisation failure)."""
    return error.connection_invalidated or (getattr(error.orig, "sqlstate", None) or "").startswith("40")
