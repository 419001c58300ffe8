"""The store of ratings: writes a group in one transaction and returns each one's outcome; `statements` has the SQL."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from secrets import token_hex
from typing import Any

from sqlalchemy import Connection, text

from app.foundation.storage.database import Database
from app.foundation.storage.engines import AUTOCOMMIT
from app.ratings import statements
from app.ratings.rating import NewRating, Stored, StoreOutcome
from app.ratings.rows import array_literals, comments, profiles, row, trace, traces


class RatingStore:
    """Ratings in PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_sqlite = database.is_sqlite

    def connect(self) -> Connection:
        """A connection for one writer thread to keep."""
        connection = self._database.writer.connect()
        if self._is_sqlite or self._database.limits_in_transactions:
            return connection
        # One statement does it all, so it is its own transaction: a begin and a commit around it would be two
        # more round trips for every group.
        return connection.execution_options(isolation_level=AUTOCOMMIT)

    def write(self, connection: Connection, group: Sequence[NewRating]) -> list[Stored]:
        """Store a group of one agency's ratings and commit; one result per rating, in order.

        If a key occurs twice in the group, the first is stored and the others are its replays or conflicts.
        """
        agency_id = group[0].agency_id
        # Reversed, so that of equal keys the first of the group stays in the dictionary.
        unique = {rating.key: rating for rating in reversed(group)}
        write = self._write_sqlite if self._is_sqlite else self._write_postgresql
        existing = write(connection, agency_id, unique)
        return [_result(rating, unique[rating.key], existing) for rating in group]

    def add(self, connection: Connection, rating: NewRating) -> Stored:
        """Store one rating in the caller's transaction, which commits it or rolls it back."""
        one = {rating.key: rating}
        if not self._is_sqlite:
            return _result(rating, rating, self._insert_postgresql(connection, rating.agency_id, one))
        try:
            _insert_sqlite(connection, rating.agency_id, one)
        except _AlreadyStored:
            return _result(rating, rating, self._rows_under(connection, rating.agency_id, one))
        return _result(rating, rating, {})

    def try_out(self, connection: Connection, rating: NewRating | None) -> None:
        """Do all that storing this rating (None: no rating) does, and keep nothing of it; raises where it fails."""
        with connection.begin() as trial:
            if connection.get_execution_options().get("isolation_level") == AUTOCOMMIT:
                # The connection commits every statement by itself; this one shall be taken back.
                connection.exec_driver_sql("BEGIN")
            if rating is not None:
                self.add(connection, rating)
            elif self._is_sqlite:
                connection.exec_driver_sql(statements.SQLITE_STORE, ("", "[]"))
            else:
                empty = {"comments": "[]", "profiles": "[]", **dict.fromkeys(PARAMETERS, "{}")}
                connection.execute(POSTGRESQL_STORE, {"agency_id": "", **empty})
            trial.rollback()
        # What is taken back may never have reached the disk. This does: two rows of a log, and none in a table.
        name = f"trial-{token_hex(6)}"
        with connection.begin():
            for statement in TOUCH:
                connection.execute(statement, {"name": name})

    def existing(self, agency_id: str, sheets: Sequence[tuple[str, tuple[str, ...]]]) -> list[Stored | None]:
        """Existing rows of these (key, digests): replayed if a digest matches, else conflict; None without a row."""
        with self._database.reader.connect() as connection:
            existing = self._rows_under(connection, agency_id, dict(sheets))
        return [_stored_row(digests, existing[key]) if key in existing else None for key, digests in sheets]

    def _write_postgresql(
        self, connection: Connection, agency_id: str, ratings: Mapping[str, NewRating]
    ) -> Mapping[str, Any]:
        """Write all in one statement; returns the existing rows of ratings that were not inserted, by key."""
        with connection.begin():
            return self._insert_postgresql(connection, agency_id, ratings)

    def _insert_postgresql(
        self, connection: Connection, agency_id: str, ratings: Mapping[str, NewRating]
    ) -> Mapping[str, Any]:
        columns = array_literals([(*row(each), *trace(each)) for each in ratings.values()])
        values = {
            "agency_id": agency_id,
            **dict(zip(PARAMETERS, columns, strict=True)),
            "comments": _json(comments(ratings.values())),
            "profiles": _json(profiles(ratings.values())),
        }
        skipped = connection.execute(POSTGRESQL_STORE, values).scalars().all()
        # A second look, because the statement's own snapshot does not show the rows of a writer it had to wait for.
        return self._rows_under(connection, agency_id, [key.hex for key in skipped]) if skipped else {}

    def _write_sqlite(
        self, connection: Connection, agency_id: str, ratings: Mapping[str, NewRating]
    ) -> Mapping[str, Any]:
        """Write all in up to four statements; returns the existing rows, looked up only if not everything was new."""
        try:
            with connection.begin():
                _insert_sqlite(connection, agency_id, ratings)
                return {}
        except _AlreadyStored:
            # SQLite has one writer at a time, so nothing can be inserted between this look and the insert.
            with connection.begin():
                existing = self._rows_under(connection, agency_id, ratings)
                _insert_sqlite(connection, agency_id, {key: one for key, one in ratings.items() if key not in existing})
                return existing

    def _rows_under(self, connection: Connection, agency_id: str, keys: Iterable[str]) -> Mapping[str, Any]:
        statement = SQLITE_EXISTING if self._is_sqlite else POSTGRESQL_EXISTING
        values = {"agency_id": agency_id, "keys": _json(list(keys))}
        rows = connection.execute(statement, values).all()
        return {(found.key if self._is_sqlite else found.key.hex): found for found in rows}


PARAMETERS = (*statements.COLUMNS, *statements.TRACED)
POSTGRESQL_STORE = text(statements.POSTGRESQL_STORE)
POSTGRESQL_EXISTING = text(statements.POSTGRESQL_EXISTING)
SQLITE_EXISTING = text(statements.SQLITE_EXISTING)
TOUCH = (
    text("INSERT INTO lease (name, holder, until_at) VALUES (:name, '', '2000-01-01 00:00:00')"),
    text("DELETE FROM lease WHERE name = :name"),
)


class _AlreadyStored(Exception):
    """Not every rating was new; the transaction is rolled back."""


def _insert_sqlite(connection: Connection, agency_id: str, ratings: Mapping[str, NewRating]) -> None:
    """Insert ratings; raises `_AlreadyStored` if one exists, whose comment and profile must not be stored again."""
    new = [rating for _, rating in sorted(ratings.items())]
    if not new:
        return
    stored = connection.exec_driver_sql(statements.SQLITE_STORE, (agency_id, _json([row(rating) for rating in new])))
    if stored.rowcount != len(new):
        raise _AlreadyStored
    for statement, rows in (
        (statements.SQLITE_TRACE, traces(new)),
        (statements.SQLITE_COMMENT, comments(new)),
        (statements.SQLITE_PROFILE, profiles(new)),
    ):
        if rows:
            connection.exec_driver_sql(statement, (agency_id, _json(rows)))


def _json(rows: Sequence[object]) -> str:
    return json.dumps(rows, separators=(",", ":"))


def _result(rating: NewRating, first: NewRating, existing: Mapping[str, Any]) -> Stored:
    if rating.key in existing:
        return _stored_row(rating.digests, existing[rating.key])
    place = first.place
    outcome = StoreOutcome.stored if rating is first else _compare(rating.digests, first.digest)
    return Stored(outcome, place.office, place.employee, place.rated_on)


def _stored_row(digests: tuple[str, ...], found: Any) -> Stored:
    day = found.rated_on if isinstance(found.rated_on, date) else date.fromisoformat(found.rated_on)
    return Stored(_compare(digests, found.digest), found.office, found.employee, day)


def _compare(digests: tuple[str, ...], stored: str) -> StoreOutcome:
    return StoreOutcome.replayed if stored in digests else StoreOutcome.conflict
