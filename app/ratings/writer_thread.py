"""A lane of the writer: one thread with one connection that writes what waits, group after group.

The thread takes the next group itself as soon as it has written one; going back to the event loop for it would
leave the disk idle while the loop is busy.
"""

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

import structlog

from app.foundation.problems import Problem, busy
from app.foundation.storage.database import Connection, DBAPIError, OperationalError, SQLAlchemyError
from app.ratings.rating import NewRating, Stored
from app.ratings.store import RatingStore

log = structlog.get_logger("cermin.writer")

Result = Stored | Problem
Group = TypeVar("Group")


class GroupWriter:
    """Writes groups on one connection, which it replaces when it breaks."""

    def __init__(self, store: RatingStore) -> None:
        self._store = store
        self._connection: Connection | None = None

    def write(self, ratings: Sequence[NewRating]) -> list[Result]:
        """One transaction per agency: on a sharded database each touches one shard only. Never raises."""
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
        """Whatever breaks, nobody is left waiting and the lane takes the next group."""
        try:
            return self._write_group(group)
        except Exception as error:
            log.error("group.failed", n=len(group), error=type(error).__name__)
            return [busy() for _ in group]

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
        connection = self._connection
        if connection is None or connection.closed or connection.invalidated:
            connection = self._renew()
        try:
            return self._store.write(connection, group)
        except SQLAlchemyError:
            connection.rollback()
            raise

    def _renew(self) -> Connection:
        # Given back first: while the database is away `connect` raises, and the next attempt must not give the
        # same connection back a second time.
        self.close()
        self._connection = self._store.connect()
        return self._connection

    def close(self) -> None:
        """Give the connection back."""
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


def start_writer_thread(
    scribe: GroupWriter,
    take: Callable[[], Group | None],
    ratings_of: Callable[[Group], Sequence[NewRating]],
    give: Callable[[Group, list[Result]], None],
) -> threading.Thread:
    """A thread that takes groups until there is none, has each written and gives it back with its results."""

    def run() -> None:
        try:
            while (group := take()) is not None:
                give(group, scribe.write(ratings_of(group)))
        finally:
            scribe.close()

    # A daemon: a process whose loop has died must not live on for its lanes.
    thread = threading.Thread(target=run, name="lane", daemon=True)
    thread.start()
    return thread


def _is_passing(error: OperationalError) -> bool:
    """A lost connection, or SQLSTATE class 40: deadlock and serialisation failure."""
    return error.connection_invalidated or (getattr(error.orig, "sqlstate", None) or "").startswith("40")


def _refuse(group: Sequence[NewRating], error: Exception) -> list[Result]:
    """Nothing of this group is promised. The error's text may hold row values, so only its type is logged."""
    log.error("group.refused", n=len(group), error=type(error).__name__)
    return [busy() for _ in group]
