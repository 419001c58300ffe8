"""Writes a group of ratings in one transaction and says what became of each; `statements` has the SQL."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Connection, text

from app.foundation.storage.database import Database
from app.ratings import statements
from app.ratings.rating import NewRating, Outcome, Stored
from app.ratings.rows import arrays, comments, profiles, row, trace, traces
from app.ratings.tallies.rules.increments import TallyKey, count


class RatingStore:
    """Writes groups to one of the two stores."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_sqlite = database.is_sqlite

    def connect(self) -> Connection:
        """A connection for one writer to keep."""
        connection = self._database.writer.connect()
        if self._is_sqlite:
            return connection
        # One statement does it all, so it is its own transaction: a begin and a commit around it would be two
        # more round trips for every group.
        return connection.execution_options(isolation_level="AUTOCOMMIT")

    def write(self, connection: Connection, group: Sequence[NewRating]) -> list[Stored]:
        """Store a group of one agency's ratings, count them, commit; one result per rating, in order.

        Equal keys may occur in the group: the first one is stored, the others meet it.
        """
        agency_id = group[0].agency_id
        unique = {rating.key: rating for rating in reversed(group)}
        write = self._write_sqlite if self._is_sqlite else self._write_postgresql
        existing = write(connection, agency_id, unique)
        return [_result(rating, unique[rating.key], existing) for rating in group]

    def add(self, connection: Connection, rating: NewRating) -> Stored:
        """Store and count one rating in the caller's transaction, which commits or gives it up."""
        one = {rating.key: rating}
        if not self._is_sqlite:
            return _result(rating, rating, self._add_postgresql(connection, rating.agency_id, one))
        try:
            _add_sqlite(connection, rating.agency_id, one)
        except _Met:
            return _result(rating, rating, self._existing(connection, rating.agency_id, one))
        return _result(rating, rating, {})

    def met(self, agency_id: str, sheets: Sequence[tuple[str, str]]) -> list[Stored | None]:
        """For each (key, digest): what stands under the key already, replayed where the digest agrees."""
        with self._database.reader.connect() as connection:
            existing = self._existing(connection, agency_id, dict(sheets))
        return [_met(digest, existing[key]) if key in existing else None for key, digest in sheets]

    def _write_postgresql(
        self, connection: Connection, agency_id: str, ratings: Mapping[str, NewRating]
    ) -> Mapping[str, Any]:
        """Insert, count and keep apart in one statement; returns the rows that stood there before."""
        with connection.begin():
            return self._add_postgresql(connection, agency_id, ratings)

    def _add_postgresql(
        self, connection: Connection, agency_id: str, ratings: Mapping[str, NewRating]
    ) -> Mapping[str, Any]:
        values = {
            "agency_id": agency_id,
            **dict(zip(WRITTEN, arrays([(*row(each), *trace(each)) for each in ratings.values()]), strict=True)),
            "comments": _json(comments(ratings.values())),
            "profiles": _json(profiles(ratings.values())),
        }
        met = connection.execute(POSTGRESQL_STORE, values).scalars().all()
        return self._existing(connection, agency_id, [key.hex for key in met]) if met else {}

    def _write_sqlite(
        self, connection: Connection, agency_id: str, ratings: Mapping[str, NewRating]
    ) -> Mapping[str, Any]:
        """The same in up to five; what stood there before is looked up only if not everything was new."""
        try:
            with connection.begin():
                _add_sqlite(connection, agency_id, ratings)
                return {}
        except _Met:
            with connection.begin():
                existing = self._existing(connection, agency_id, ratings)
                _add_sqlite(connection, agency_id, {key: one for key, one in ratings.items() if key not in existing})
                return existing

    def _existing(self, connection: Connection, agency_id: str, keys: Iterable[str]) -> Mapping[str, Any]:
        statement = SQLITE_EXISTING if self._is_sqlite else POSTGRESQL_EXISTING
        values = {"agency_id": agency_id, "keys": _json(list(keys))}
        rows = connection.execute(statement, values).all()
        return {(found.key if self._is_sqlite else found.key.hex): found for found in rows}


WRITTEN = (*statements.COLUMNS, *statements.TRACED)
POSTGRESQL_STORE = text(statements.POSTGRESQL_STORE)
POSTGRESQL_EXISTING = text(statements.POSTGRESQL_EXISTING)
SQLITE_EXISTING = text(statements.SQLITE_EXISTING)


class _Met(Exception):
    """Not everything was new; the transaction is given up."""


def _add_sqlite(connection: Connection, agency_id: str, ratings: Mapping[str, NewRating]) -> None:
    """Raises `_Met` if a row stands there already: counts and comments must not know of it."""
    new = [rating for _, rating in sorted(ratings.items())]
    if not new:
        return
    stored = connection.exec_driver_sql(statements.SQLITE_STORE, (agency_id, _json([row(rating) for rating in new])))
    if stored.rowcount != len(new):
        raise _Met
    for statement, rows in (
        (statements.SQLITE_TRACE, traces(new)),
        (statements.SQLITE_COUNT, [(*_plain(key), n) for key, n in count(new)]),
        (statements.SQLITE_COMMENT, comments(new)),
        (statements.SQLITE_PROFILE, profiles(new)),
    ):
        if rows:
            connection.exec_driver_sql(statement, (agency_id, _json(rows)))


def _json(rows: Sequence[object]) -> str:
    return json.dumps(rows, separators=(",", ":"))


def _plain(key: TallyKey) -> tuple[object, ...]:
    """The key as SQLite keeps it: a date is its ISO text."""
    return tuple(part.isoformat() if isinstance(part, date) else part for part in key)


def _result(rating: NewRating, first: NewRating, existing: Mapping[str, Any]) -> Stored:
    if rating.key in existing:
        return _met(rating.digest, existing[rating.key])
    place = first.place
    outcome = Outcome.stored if rating is first else _compare(rating.digest, first.digest)
    return Stored(outcome, place.office, place.employee, place.rated_on)


def _met(digest: str, found: Any) -> Stored:
    day = found.rated_on if isinstance(found.rated_on, date) else date.fromisoformat(found.rated_on)
    return Stored(_compare(digest, found.digest), found.office, found.employee, day)


def _compare(digest: str, of_row: str) -> Outcome:
    return Outcome.replayed if digest == of_row else Outcome.conflict
