"""A writer thread: one thread with one connection that writes group after group.

The thread takes the next group itself as soon as it has written one; going back to the event loop for it would
leave the disk idle while the loop is busy.
"""

import threading
from collections.abc import Callable, Sequence
from math import inf
from time import monotonic
from typing import TypeVar

import structlog

from app.foundation.problems import Problem, busy
from app.foundation.storage.database import Connection, DBAPIError, OperationalError, SQLAlchemyError
from app.foundation.storage.time_budget import budget_of
from app.ratings.rating import NewRating, Stored
from app.ratings.store import RatingStore

log = structlog.get_logger("cermin.writer")

Result = Stored | Problem
Group = TypeVar("Group")
Done = TypeVar("Done")


class GroupWriter:
    """Writes groups on one connection, which it replaces when it breaks."""

    def __init__(self, store: RatingStore) -> None:
        self._store = store
        self._connection: Connection | None = None
        self._until = inf

    def write(self, ratings: Sequence[NewRating], until: float = inf) -> list[Result]:
        """Write the ratings, each agency's in a transaction of its own; one result per rating, in order. Never raises.

        On a database that is distributed by agency each transaction then touches one shard only. After the moment
        `until` nothing more is tried, and a connection on which no answer came until then is dropped.
        """
        self._until = until
        with budget_of(until - monotonic()):
            return self._write(ratings)

    def try_out(self, rating: NewRating | None, until: float) -> bool:
        """Whether a rating would be stored: does with this one all but keep it. Never raises."""
        try:
            with budget_of(until - monotonic()):
                self._attempt(lambda connection: self._store.try_out(connection, rating))
        except Exception as error:
            log.error("trial.failed", error=type(error).__name__)
            return False
        return True

    def _write(self, ratings: Sequence[NewRating]) -> list[Result]:
        of_agency: dict[str, list[int]] = {}
        for index, rating in enumerate(ratings):
            of_agency.setdefault(rating.agency_id, []).append(index)
        if len(of_agency) == 1:
            return self._write_safely(ratings)
        results: dict[int, Result] = {}
        for indexes in of_agency.values():
            results.update(zip(indexes, self._write_safely([ratings[i] for i in indexes]), strict=True))
        return [results[index] for index in range(len(ratings))]

    def _write_safely(self, group: Sequence[NewRating]) -> list[Result]:
        """Write one agency's ratings; whatever breaks, every request is answered and the thread goes on."""
        try:
            return self._write_group(group)
        except Exception as error:
            log.error("group.failed", n=len(group), error=type(error).__name__)
            return [busy() for _ in group]

    def _write_group(self, group: Sequence[NewRating]) -> list[Result]:
        if monotonic() > self._until:
            # An earlier agency's part, or half, has used the time up.
            return [busy() for _ in group]
        try:
            return self._store_group(group)
        except OperationalError as error:
            # A retry helps after a broken connection or a deadlock; after a lock timeout or a full disk it adds load.
            return self._retry(group, error) if _is_transient(error) else _refuse(group, error)
        except DBAPIError as error:
            return self._halve(group, error)
        except SQLAlchemyError as error:
            return _refuse(group, error)

    def _retry(self, group: Sequence[NewRating], error: OperationalError) -> list[Result]:
        """Write the group once more on a fresh connection: every id is idempotent, so nothing is counted twice."""
        if monotonic() > self._until:
            return _refuse(group, error)
        try:
            return self._store_group(group)
        except SQLAlchemyError as error:
            return _refuse(group, error)

    def _halve(self, group: Sequence[NewRating], error: DBAPIError) -> list[Result]:
        """Split a refused group until the row that the database refuses is alone: it must not cost the others."""
        if len(group) == 1:
            return _refuse(group, error)
        middle = len(group) // 2
        return self._write_group(group[:middle]) + self._write_group(group[middle:])

    def _store_group(self, group: Sequence[NewRating]) -> list[Result]:
        return list(self._attempt(lambda connection: self._store.write(connection, group)))

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


def start_writer_thread(
    group_writer: GroupWriter, next_group: Callable[[], Group | None], write: Callable[[GroupWriter, Group], None]
) -> threading.Thread:
    """Start a thread that has every group written, until `next_group` gives None."""

    def run() -> None:
        try:
            while (group := next_group()) is not None:
                write(group_writer, group)
        finally:
            group_writer.close()

    # A daemon: a process whose event loop has died must not live on for its writer threads.
    thread = threading.Thread(target=run, name="rating-writer", daemon=True)
    thread.start()
    return thread


def _is_transient(error: OperationalError) -> bool:
    """Whether a retry may succeed: a lost connection, or SQLSTATE class 40 (deadlock, serialisation failure)."""
    return error.connection_invalidated or (getattr(error.orig, "sqlstate", None) or "").startswith("40")


def _refuse(group: Sequence[NewRating], error: Exception) -> list[Result]:
    """Answer `busy` for the whole group and log why."""
    # The error's text may hold row values, so only its type is logged.
    log.error("group.refused", n=len(group), error=type(error).__name__)
    return [busy() for _ in group]
