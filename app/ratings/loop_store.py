"""The store of ratings in PostgreSQL for a lane of the event loop; what it says and gives is as `store` has it."""

import re
from collections.abc import Mapping, Sequence
from functools import cache

from app.foundation.storage.agency_scope import NOBODY
from app.foundation.storage.database import Database
from app.foundation.storage.loop_connection import LoopConnection
from app.ratings import statements
from app.ratings.citus_steps import steps
from app.ratings.outcomes import Existing, all_found, first_of_each_key, outcomes
from app.ratings.rating import NewRating, Stored
from app.ratings.rows import json_of, postgresql_values
from app.ratings.store import trial_name


class LoopStore:
    """Ratings in PostgreSQL, over connections of the event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def connect(self, seconds: float) -> LoopConnection:
        """A connection for one lane to keep, made within so many seconds."""
        return await self._database.loop_connection(seconds)

    async def write(self, connection: LoopConnection, group: Sequence[NewRating]) -> list[Stored]:
        """Store a group of one agency's ratings and commit; one result per rating, in order."""
        unique = first_of_each_key(group)
        if connection.limits is None:
            await connection.tell(group[0].agency_id)
            # One statement does it all, so it is its own transaction: a begin and a commit around it would be two
            # more round trips for every group.
            existing = await self._insert(connection, group[0].agency_id, unique)
        else:
            async with connection.transaction_of(group[0].agency_id):
                existing = await self._insert(connection, group[0].agency_id, unique)
        return outcomes(group, unique, existing)

    async def try_out(self, connection: LoopConnection, rating: NewRating | None) -> None:
        """Do all that storing this rating (None: no rating) does, and keep nothing of it; raises where it fails."""
        agency_id = NOBODY if rating is None else rating.agency_id
        async with connection.transaction_of(agency_id, force_rollback=True):
            await self._insert(connection, agency_id, {} if rating is None else {rating.key: rating})
        # What is taken back may never have reached the disk. This does: two rows of a log, and none in a table.
        name = trial_name()
        async with connection.transaction_of(agency_id):
            for statement in TOUCH:
                await connection.ask(statement, {"name": name})

    async def _insert(
        self, connection: LoopConnection, agency_id: str, ratings: Mapping[str, NewRating]
    ) -> Mapping[str, Existing]:
        """Write all; returns the existing rows of ratings that were not inserted, by key."""
        if connection.has_workers:
            skipped = await self._insert_in_steps(connection, agency_id, ratings)
        else:
            found = await connection.ask(STORE, postgresql_values(agency_id, ratings.values()))
            skipped = [key.hex for (key,) in found]
        if not skipped:
            return {}
        # A second look, because the statement's own snapshot does not show the rows of a writer it had to wait for.
        rows = await connection.ask(EXISTING, {"agency_id": agency_id, "keys": json_of(skipped)})
        return all_found(skipped, {key.hex: Existing(*rest) for key, *rest in rows})

    async def _insert_in_steps(
        self, connection: LoopConnection, agency_id: str, ratings: Mapping[str, NewRating]
    ) -> list[str]:
        """Write all, a statement a table; returns the keys of ratings that were not inserted."""
        to_do = steps(agency_id, ratings)
        try:
            statement, values = next(to_do)
            while True:
                returned = await connection.ask(for_psycopg(statement), values)
                statement, values = to_do.send([key for (key,) in returned])
        except StopIteration as end:
            skipped: list[str] = end.value
            return skipped


@cache
def for_psycopg(statement: str) -> str:
    """The statement with its parameters as this driver names them."""
    return re.sub(r":([a-z_]+)", r"%(\1)s", statement)


STORE, EXISTING = for_psycopg(statements.POSTGRESQL_STORE), for_psycopg(statements.POSTGRESQL_EXISTING)
TOUCH = tuple(for_psycopg(each) for each in statements.TOUCH)
