"""The store of ratings: writes a group in one transaction and returns each one's outcome; `statements` has the SQL."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from secrets import token_hex

from sqlalchemy import Connection, text

from app.foundation.storage.database import Database
from app.ratings import statements
from app.ratings.citus_steps import steps
from app.ratings.outcomes import Existing, all_found, first_of_each_key, outcome, outcomes, replay_of
from app.ratings.rating import NewRating, Stored
from app.ratings.rows import comments, json_of, postgresql_values, profiles, row, traces


class RatingStore:
    """Ratings in PostgreSQL or SQLite."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_sqlite = database.is_sqlite

    def connect(self) -> Connection:
        """A connection for a writer thread to keep."""
        return self._database.writer.connect()

    def write(self, connection: Connection, group: Sequence[NewRating]) -> list[Stored]:
        """Store a group of one agency's ratings and commit; one result per rating, in order.

        If a key occurs twice in the group, the first is stored and the others are its replays or conflicts.
        """
        unique = first_of_each_key(group)
        write = self._write_sqlite if self._is_sqlite else self._write_postgresql
        return outcomes(group, unique, write(connection, group[0].agency_id, unique))

    def add(self, connection: Connection, rating: NewRating) -> Stored:
        """Store one rating in the caller's transaction, which commits it or rolls it back."""
        existing: Mapping[str, Existing] = {}
        if not self._is_sqlite:
            existing = self._insert_postgresql(connection, rating.agency_id, {rating.key: rating})
        else:
            try:
                _insert_sqlite(connection, rating.agency_id, {rating.key: rating})
            except _AlreadyStored:
                existing = self._rows_under(connection, rating.agency_id, (rating.key,))
        return outcome(rating, rating, existing.get(rating.key))

    def add_all(self, connection: Connection, group: Sequence[NewRating]) -> list[Stored]:
        """Store a group as `write` does, in the caller's transaction."""
        unique, agency_id = first_of_each_key(group), group[0].agency_id
        existing: Mapping[str, Existing] = {}
        if not self._is_sqlite:
            existing = self._insert_postgresql(connection, agency_id, unique)
        else:
            try:
                with connection.begin_nested():
                    _insert_sqlite(connection, agency_id, unique)
            except _AlreadyStored:
                existing = self._rows_under(connection, agency_id, unique)
                _insert_sqlite(connection, agency_id, {key: one for key, one in unique.items() if key not in existing})
        return outcomes(group, unique, existing)

    def try_out(self, connection: Connection, rating: NewRating | None) -> None:
        """Do all that storing this rating (None: no rating) does on SQLite, and keep nothing; raises where it fails."""
        with connection.begin() as trial:
            if rating is None:
                connection.exec_driver_sql(statements.SQLITE_STORE, ("", "[]"))
            else:
                self.add(connection, rating)
            trial.rollback()
        # What is taken back may never have reached the disk. This does: two rows of a log, and none in a table.
        name = trial_name()
        with connection.begin():
            for statement in TOUCH:
                connection.execute(statement, {"name": name})

    def existing(self, agency_id: str, sheets: Sequence[tuple[str, tuple[str, ...]]]) -> list[Stored | None]:
        """Existing rows of these (key, digests): replayed if a digest matches, else conflict; None without a row."""
        with self._database.reader.connect() as connection:
            existing = self._rows_under(connection, agency_id, dict(sheets))
        return [replay_of(digests, existing[key]) if key in existing else None for key, digests in sheets]

    def _write_postgresql(
        self, connection: Connection, agency_id: str, ratings: Mapping[str, NewRating]
    ) -> Mapping[str, Existing]:
        """Write all in one statement; returns the existing rows of ratings that were not inserted, by key."""
        with connection.begin():
            return self._insert_postgresql(connection, agency_id, ratings)

    def _insert_postgresql(
        self, connection: Connection, agency_id: str, ratings: Mapping[str, NewRating]
    ) -> Mapping[str, Existing]:
        if self._database.has_workers:
            skipped = _insert_in_steps(connection, agency_id, ratings)
        else:
            found = connection.execute(POSTGRESQL_STORE, postgresql_values(agency_id, ratings.values()))
            skipped = [key.hex for key in found.scalars()]
        # A second look, because the statement's own snapshot does not show the rows of a writer it had to wait for.
        return all_found(skipped, self._rows_under(connection, agency_id, skipped)) if skipped else {}

    def _write_sqlite(
        self, connection: Connection, agency_id: str, ratings: Mapping[str, NewRating]
    ) -> Mapping[str, Existing]:
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

    def _rows_under(self, connection: Connection, agency_id: str, keys: Iterable[str]) -> Mapping[str, Existing]:
        statement = SQLITE_EXISTING if self._is_sqlite else POSTGRESQL_EXISTING
        values = {"agency_id": agency_id, "keys": json_of(list(keys))}
        rows = connection.execute(statement, values).all()
        if not self._is_sqlite:
            return {key.hex: Existing(*rest) for key, *rest in rows}
        return {key: Existing(digest, office, employee, date.fromisoformat(day))
                for key, digest, office, employee, day in rows}  # fmt: skip


def trial_name() -> str:
    """A name for what a trial writes, which no other has."""
    return f"trial-{token_hex(6)}"


POSTGRESQL_STORE = text(statements.POSTGRESQL_STORE)
POSTGRESQL_EXISTING = text(statements.POSTGRESQL_EXISTING)
SQLITE_EXISTING = text(statements.SQLITE_EXISTING)
TOUCH = tuple(text(each) for each in statements.TOUCH)


class _AlreadyStored(Exception):
    """Not every rating was new; the transaction is rolled back."""


def _insert_in_steps(connection: Connection, agency_id: str, ratings: Mapping[str, NewRating]) -> list[str]:
    """Write all on a Citus cluster; returns the keys of ratings that were not inserted."""
    to_do = steps(agency_id, ratings)
    try:
        statement, values = next(to_do)
        while True:
            found = connection.execute(text(statement), values)
            statement, values = to_do.send(found.scalars().all() if found.returns_rows else [])
    except StopIteration as end:
        skipped: list[str] = end.value
        return skipped


def _insert_sqlite(connection: Connection, agency_id: str, ratings: Mapping[str, NewRating]) -> None:
    """Insert ratings; raises `_AlreadyStored` if one exists, whose comment and profile must not be stored again."""
    new = [rating for _, rating in sorted(ratings.items())]
    if not new:
        return
    stored = connection.exec_driver_sql(statements.SQLITE_STORE, (agency_id, json_of([row(rating) for rating in new])))
    if stored.rowcount != len(new):
        raise _AlreadyStored
    for statement, rows in (
        (statements.SQLITE_TRACE, traces(new)),
        (statements.SQLITE_COMMENT, comments(new)),
        (statements.SQLITE_PROFILE, profiles(new)),
    ):
        if rows:
            connection.exec_driver_sql(statement, (agency_id, json_of(rows)))
