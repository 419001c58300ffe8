"""Services that break the promise, each in one way: a test that finds nothing in them proves nothing.

Each function is an entry point like `app.cli:main`, run in a process of its own.
"""

import asyncio
import time
from collections.abc import Sequence
from random import Random
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Connection, text

import app.ratings.loop_store
import app.wiring.intake
from app.cli import main
from app.foundation.ids import new_id
from app.foundation.storage.loop_connection import LoopConnection
from app.ratings.keys import KeyMaker
from app.ratings.loop_store import LoopStore, for_psycopg
from app.ratings.rating import NewRating, Result, Stored, StoreOutcome
from app.ratings.rows import comments, profiles
from app.ratings.store import RatingStore
from app.ratings.writer import Writer


def put_in_place(holder: object, name: str, value: object) -> None:
    """Let something else stand under a name that is there: a mutant whose place has moved would change nothing."""
    assert hasattr(holder, name), f"nothing is called {name} there"
    setattr(holder, name, value)


dice = Random()
# How long the second transaction comes after the first: so long that a kill nearly always falls between them.
APART_SECONDS = (0.1, 0.3)


class HastyWriter(Writer):
    """Answers at once and writes later, as a service with a background queue does."""

    _tasks: ClassVar[set[asyncio.Task[None]]] = set()

    async def write(self, ratings: Sequence[NewRating]) -> list[Result]:
        """Say that it is stored."""
        task = asyncio.get_running_loop().create_task(self._write_later(ratings))
        self._tasks.add(task)
        places = [rating.place for rating in ratings]
        return [Stored(StoreOutcome.stored, place.office, place.employee, place.rated_on) for place in places]

    async def _write_later(self, ratings: Sequence[NewRating]) -> None:
        await asyncio.sleep(dice.uniform(0.05, 0.2))
        await super().write(ratings)


def answers_before_commit() -> None:
    """A rating is acknowledged before it is on disk."""
    put_in_place(app.wiring.intake, "Writer", HastyWriter)
    main()


COMMENT_APART = (
    "INSERT INTO comment (agency_id, comment_id, instrument, office, written_in, text, mixed) "
    "VALUES (:agency_id, :comment_id, :instrument, :office, :written_in, :text, false)"
)
PROFILE_APART = (
    "INSERT INTO profile_tally (agency_id, instrument, office, month, attribute, value, n) "
    "VALUES (:agency_id, :instrument, :office, :month, :attribute, :value, 1) "
    "ON CONFLICT (agency_id, instrument, office, month, attribute, value) DO UPDATE SET n = profile_tally.n + 1"
)


class ApartStore(RatingStore):
    """Stores a group, and its comments and profiles in a second transaction a little later: on SQLite."""

    def write(self, connection: Connection, group: Sequence[NewRating]) -> list[Stored]:
        """Two transactions where there must be one."""
        results = super().write(connection, without_words(group))
        time.sleep(dice.uniform(*APART_SECONDS))
        with connection.begin():
            for statement, row in rows_apart(group, results):
                connection.execute(text(statement), row)
        return results


class ApartLoopStore(LoopStore):
    """The same on PostgreSQL."""

    async def write(self, connection: LoopConnection, group: Sequence[NewRating]) -> list[Stored]:
        """Two transactions where there must be one."""
        results = await super().write(connection, without_words(group))
        await asyncio.sleep(dice.uniform(*APART_SECONDS))
        async with connection.transaction():
            for statement, row in rows_apart(group, results):
                await connection.execute(for_psycopg(statement), row)
        return results


def without_words(group: Sequence[NewRating]) -> list[NewRating]:
    """The ratings alone."""
    return [rating._replace(comment=None, profile=None) for rating in group]


def rows_apart(group: Sequence[NewRating], results: Sequence[Stored]) -> list[tuple[str, dict[str, object]]]:
    """What else is to be stored of those that are new."""
    pairs = zip(group, results, strict=True)
    new = [rating for rating, result in pairs if result.outcome is StoreOutcome.stored]
    rows = [(COMMENT_APART, row) for row in comments(new)] + [(PROFILE_APART, row) for row in profiles(new)]
    return [
        (statement, {"agency_id": group[0].agency_id, **{name: row[name] for name in row if name != "key"}})
        for statement, row in rows
    ]


def comments_apart() -> None:
    """Comments and profiles are not stored in the transaction of the ratings."""
    put_in_place(app.wiring.intake, "RatingStore", ApartStore)
    # Imported where a lane is made, on PostgreSQL alone.
    put_in_place(app.ratings.loop_store, "LoopStore", ApartLoopStore)
    main()


def forgets_the_key() -> None:
    """The key of a row is drawn anew at every attempt, so that no retry meets its row."""
    key = KeyMaker.key

    def random_key(self: KeyMaker, agency_id: str, _: UUID) -> str:
        return key(self, agency_id, new_id())

    put_in_place(KeyMaker, "key", random_key)
    main()


def unsorted() -> None:
    """The ratings of a group are stored in the order in which they were sent: on PostgreSQL."""
    statement = app.ratings.loop_store.STORE
    hasty = statement.replace("ORDER BY key", "")
    assert hasty != statement
    app.ratings.loop_store.STORE = hasty
    main()
