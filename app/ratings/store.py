"""The only SQL of this room: writes a group of ratings in one transaction and says what became of each."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID, uuid4

from sqlalchemy import Connection, Date, TextClause, bindparam, text

from app.foundation.database import Database, Session
from app.ratings import statements
from app.ratings.counting import TallyKey, count
from app.ratings.rating import NewRating, Outcome, Stored


class RatingStore:
    """Writes groups to one of the two stores."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._is_sqlite = database.is_sqlite

    def connect(self) -> Connection:
        """A connection for one writer to keep."""
        return self._database.writer.connect()

    def write(self, connection: Connection, group: Sequence[NewRating]) -> list[Stored]:
        """Store a group of one agency's ratings, count them, commit; one result per rating, in order.

        Equal keys may occur in the group: the first one is stored, the others meet it.
        """
        agency_id = group[0].agency_id
        unique = {rating.key: rating for rating in reversed(group)}
        with connection.begin():
            insert = self._insert_sqlite if self._is_sqlite else self._insert_postgresql
            existing = insert(connection, agency_id, unique)
            self._keep_apart(connection, [r for key, r in unique.items() if key not in existing])
        return [_result(rating, unique[rating.key], existing) for rating in group]

    def met(self, agency_id: str, sheets: Sequence[tuple[UUID, str]]) -> list[Stored | None]:
        """For each (key, digest): what stands under the key already, replayed where the digest agrees."""
        with self._database.reader.connect() as connection:
            existing = self._existing(connection, agency_id, dict(sheets))
        return [_met(digest, existing[key]) if key in existing else None for key, digest in sheets]

    def _insert_postgresql(
        self, connection: Connection, agency_id: str, ratings: Mapping[UUID, NewRating]
    ) -> Mapping[UUID, Any]:
        """Insert and count in one statement; returns the rows that stood there before."""
        rows = json.dumps([_row(rating) for rating in ratings.values()])
        met = connection.execute(POSTGRESQL_STORE, {"agency_id": agency_id, "rows": rows}).scalars().all()
        return self._existing(connection, agency_id, met) if met else {}

    def _insert_sqlite(
        self, connection: Connection, agency_id: str, ratings: Mapping[UUID, NewRating]
    ) -> Mapping[UUID, Any]:
        """Look, insert what is missing, count it; returns the rows that stood there before."""
        existing = self._existing(connection, agency_id, ratings)
        new = [rating for key, rating in sorted(ratings.items()) if key not in existing]
        if new:
            # Straight to the driver: for many small rows the statement compiler costs more than SQLite.
            connection.exec_driver_sql(statements.SQLITE_STORE, [(agency_id, *_row(rating).values()) for rating in new])
            tallies = [(agency_id, *_plain(key), n) for key, n in count(new)]
            connection.exec_driver_sql(statements.SQLITE_COUNT, tallies)
        return existing

    def _existing(self, connection: Connection, agency_id: str, keys: Iterable[UUID]) -> Mapping[UUID, Any]:
        statement = SQLITE_EXISTING if self._is_sqlite else POSTGRESQL_EXISTING
        values = {"agency_id": agency_id, "keys": json.dumps([key.hex for key in keys])}
        rows = connection.execute(statement, values).all()
        return {(UUID(hex=row.key) if self._is_sqlite else row.key): row for row in rows}

    def _keep_apart(self, connection: Connection, ratings: Sequence[NewRating]) -> None:
        """Comments and profiles of the ratings really stored, without a way back to them."""
        comments = sorted((_comment(rating) for rating in ratings if rating.comment), key=_comment_id)
        if comments:
            connection.execute(COMMENT, comments)
        profiles = Counter(part for rating in ratings if rating.profile for part in _profile(rating))
        if profiles:
            connection.execute(PROFILE, [dict(part) | {"n": n} for part, n in sorted(profiles.items())])


POSTGRESQL_STORE = text(statements.POSTGRESQL_STORE)
POSTGRESQL_EXISTING = text(statements.POSTGRESQL_EXISTING)
SQLITE_EXISTING = text(statements.SQLITE_EXISTING)
COMMENT = text(statements.COMMENT)
PROFILE = text(statements.PROFILE)


def _plain(key: TallyKey) -> tuple[object, ...]:
    """The key as SQLite keeps it: a date is its ISO text."""
    return tuple(part.isoformat() if isinstance(part, date) else part for part in key)


def _row(rating: NewRating) -> dict[str, Any]:
    """The row in the order of `statements.COLUMNS`."""
    place = rating.place
    return {
        "key": rating.key.hex,
        "rated_on": place.rated_on.isoformat(),
        "office": place.office,
        "counter": place.counter,
        "service": place.service,
        "employee": place.employee,
        "channel": place.channel,
        "ticketed": False,
        "standing": "counted",
        "instrument": rating.instrument,
        "sheet": rating.sheet,
        "digest": rating.digest,
    }


def _month(day: date) -> str:
    return day.replace(day=1).isoformat()


def _comment(rating: NewRating) -> dict[str, Any]:
    return {
        "agency_id": rating.agency_id,
        "comment_id": uuid4().hex,
        "office": rating.place.office,
        "written_in": _month(rating.place.rated_on),
        "text": rating.comment,
    }


def _comment_id(row: dict[str, Any]) -> str:
    return str(row["comment_id"])


def _profile(rating: NewRating) -> Iterable[tuple[tuple[str, str], ...]]:
    """One hashable tally key per attribute given."""
    assert rating.profile is not None
    for attribute, value in rating.profile.items():
        yield (
            ("agency_id", rating.agency_id),
            ("office", rating.place.office),
            ("month", _month(rating.place.rated_on)),
            ("attribute", attribute),
            ("value", value),
        )


def _result(rating: NewRating, first: NewRating, existing: Mapping[UUID, Any]) -> Stored:
    if rating.key in existing:
        return _met(rating.digest, existing[rating.key])
    place = first.place
    outcome = Outcome.stored if rating is first else _compare(rating.digest, first.digest)
    return Stored(outcome, place.office, place.employee, place.rated_on)


def _met(digest: str, row: Any) -> Stored:
    day = row.rated_on if isinstance(row.rated_on, date) else date.fromisoformat(row.rated_on)
    return Stored(_compare(digest, row.digest), row.office, row.employee, day)


def _compare(digest: str, of_row: str) -> Outcome:
    return Outcome.replayed if digest == of_row else Outcome.conflict


class TallyDifference(NamedTuple):
    """A key whose tally is not the number of its ratings."""

    agency_id: str
    grain: str
    unit: str
    period_start: date
    service: str
    channel: str
    standing: str
    instrument: str
    sheet: str
    tallied: int
    counted: int


def count_rows(session: Session, agency_id: str | None) -> tuple[int, int]:
    """How many ratings and how many tally rows there are."""
    values = {"agency_id": agency_id}
    return session.execute(COUNT_RATINGS, values).scalar_one(), session.execute(COUNT_TALLIES, values).scalar_one()


def tally_differences(session: Session, agency_id: str | None, most: int) -> list[TallyDifference]:
    """Every key whose tally differs from a recount, up to `most`."""
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = SQLITE_DIFFERENCES if is_sqlite else POSTGRESQL_DIFFERENCES
    rows = session.execute(statement, {"agency_id": agency_id, "most": most})
    return [TallyDifference(*(getattr(row, name) for name in TallyDifference._fields)) for row in rows]


def stray_codes(session: Session, agency_id: str | None, most: int) -> list[str]:
    """Codes in ratings that the agency's directory does not have, as sentences."""
    return [
        f"{row.agency_id}: ratings name the {row.kind} {row.code}, which the directory does not have"
        for statement in STRAYS
        for row in session.execute(statement, {"agency_id": agency_id, "most": most})
    ]


def purge_comments(session: Session, oldest_month: date) -> int:
    """Delete the comments written in months before `oldest_month`."""
    return len(session.execute(PURGE, {"oldest_month": oldest_month}).all())


def unlink_comments(session: Session) -> None:
    """Rewrite the comments that came in since the last time, all in this one transaction."""
    session.execute(UNLINK_COMMENTS)


def unlink_profiles(session: Session, today: date) -> None:
    """Rewrite the profile tallies that may have been touched since the last time."""
    session.execute(UNLINK_PROFILES, {"since": today - timedelta(days=62)})


def _optional(statement: str) -> TextClause:
    """A statement with an agency that may be left out; the type tells PostgreSQL what NULL is."""
    return text(statement.replace(":agency_id", "CAST(:agency_id AS VARCHAR)"))


def _dated(statement: str, name: str) -> TextClause:
    return text(statement).bindparams(bindparam(name, type_=Date))


PURGE = _dated("DELETE FROM comment WHERE written_in < :oldest_month RETURNING comment_id", "oldest_month")
UNLINK_COMMENTS = text("UPDATE comment SET mixed = true WHERE mixed = false")
UNLINK_PROFILES = _dated("UPDATE profile_tally SET n = n WHERE month >= :since", "since")
COUNT_RATINGS = _optional("SELECT count(*) FROM rating WHERE :agency_id IS NULL OR agency_id = :agency_id")
COUNT_TALLIES = _optional("SELECT count(*) FROM tally WHERE :agency_id IS NULL OR agency_id = :agency_id")
POSTGRESQL_DIFFERENCES = _optional(statements.differences(statements.POSTGRESQL_MONTH))
SQLITE_DIFFERENCES = _optional(statements.differences(statements.SQLITE_MONTH))
STRAYS = tuple(_optional(statement) for statement in statements.strays())
