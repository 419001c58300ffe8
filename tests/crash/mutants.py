"""Services that break the promise, each in one way: a crash test that finds nothing in them proves nothing.

Each function is an entry point like `app.cli:main`, run in a process of its own.
"""

import asyncio
import time
from collections.abc import Sequence
from random import Random
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Connection, text

import app.main
from app.cli import main
from app.foundation.ids import new_id
from app.ratings.keys import KeyMaker
from app.ratings.rating import NewRating, Stored, StoreOutcome
from app.ratings.rows import comments, profiles
from app.ratings.store import RatingStore
from app.ratings.writer import Writer
from app.ratings.writer_thread import Result

dice = Random()


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
    setattr(app.main, "Writer", HastyWriter)  # noqa: B010 - mypy forbids assigning to a class
    main()


COMMENT_APART = text(
    "INSERT INTO comment (agency_id, comment_id, office, written_in, text, mixed) "
    "VALUES (:agency_id, :comment_id, :office, :written_in, :text, false)"
)
PROFILE_APART = text(
    "INSERT INTO profile_tally (agency_id, office, month, attribute, value, n) "
    "VALUES (:agency_id, :office, :month, :attribute, :value, 1) "
    "ON CONFLICT (agency_id, office, month, attribute, value) DO UPDATE SET n = profile_tally.n + 1"
)


class ApartStore(RatingStore):
    """Stores a group, and its comments and profiles in a second transaction a little later."""

    def write(self, connection: Connection, group: Sequence[NewRating]) -> list[Stored]:
        """Two transactions where there must be one."""
        results = super().write(connection, [rating._replace(comment=None, profile=None) for rating in group])
        pairs = zip(group, results, strict=True)
        new = [rating for rating, result in pairs if result.outcome is StoreOutcome.stored]
        time.sleep(dice.uniform(0.02, 0.05))
        rows = ((COMMENT_APART, comments(new)), (PROFILE_APART, profiles(new)))
        with connection.begin():
            for statement, found in rows:
                if found:
                    connection.execute(statement, [{"agency_id": group[0].agency_id, **each} for each in found])
        return results


def comments_apart() -> None:
    """Comments and profiles are not stored in the transaction of the ratings."""
    setattr(app.main, "RatingStore", ApartStore)  # noqa: B010 - mypy forbids assigning to a class
    main()


def forgets_the_key() -> None:
    """The key of a row is drawn anew at every attempt, so that no retry meets its row."""
    key = KeyMaker.key

    def random_key(self: KeyMaker, agency_id: str, _: UUID) -> str:
        return key(self, agency_id, new_id())

    setattr(KeyMaker, "key", random_key)  # noqa: B010 - mypy forbids assigning to a method
    main()
