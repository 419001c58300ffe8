"""Services that break the promise, each in one way: a crash test that finds nothing in them proves nothing.

Each function is an entry point like `app.cli:main`, run in a process of its own.
"""

import asyncio
import time
from collections.abc import Sequence
from random import Random
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Connection, text

import app.main
import app.ratings.store
from app.cli import main
from app.foundation.ids import new_id
from app.ratings.keys import KeyMaker
from app.ratings.rating import NewRating, Stored, StoreOutcome
from app.ratings.store import RatingStore
from app.ratings.tallies.rules.increments import TallyKey, count
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


TALLY_COLUMNS = ("agency_id", *TallyKey._fields)
COUNT_ONE = text(
    f"INSERT INTO tally ({', '.join(TALLY_COLUMNS)}, n) "
    f"VALUES ({', '.join(f':{name}' for name in TALLY_COLUMNS)}, :n) "
    f"ON CONFLICT ({', '.join(TALLY_COLUMNS)}) DO UPDATE SET n = tally.n + excluded.n"
)


class ApartStore(RatingStore):
    """Stores a group, and counts it in a second transaction a little later."""

    def write(self, connection: Connection, group: Sequence[NewRating]) -> list[Stored]:
        """Two transactions where there must be one."""
        results = super().write(connection, group)
        pairs = zip(group, results, strict=True)
        new = [rating for rating, result in pairs if result.outcome is StoreOutcome.stored]
        time.sleep(dice.uniform(0.02, 0.05))
        if new:
            with connection.begin():
                connection.execute(COUNT_ONE, [_row(group[0].agency_id, key, n) for key, n in count(new)])
        return results


def _row(agency_id: str, key: TallyKey, n: int) -> dict[str, Any]:
    return {"agency_id": agency_id, **key._asdict(), "period_start": key.period_start.isoformat(), "n": n}


def counts_apart() -> None:
    """The tally is not counted in the transaction of the ratings."""
    store = app.ratings.store
    whole = str(store.POSTGRESQL_STORE)
    uncounted = whole[: whole.index(", tallied AS (")] + whole[whole.index(", commented AS (") :]
    setattr(store, "POSTGRESQL_STORE", text(uncounted))  # noqa: B010 - a constant is replaced
    setattr(store, "count", _nothing)  # noqa: B010 - SQLite's part of the same
    setattr(app.main, "RatingStore", ApartStore)  # noqa: B010 - mypy forbids assigning to a class
    main()


def _nothing(ratings: Sequence[NewRating]) -> list[tuple[TallyKey, int]]:
    """The same keys, each grown by nothing."""
    return [(key, 0) for key, _ in count(ratings)]


def forgets_the_key() -> None:
    """The key of a row is drawn anew at every attempt, so that no retry meets its row."""
    key = KeyMaker.key

    def random_key(self: KeyMaker, agency_id: str, _: UUID) -> str:
        return key(self, agency_id, new_id())

    setattr(KeyMaker, "key", random_key)  # noqa: B010 - mypy forbids assigning to a method
    main()
