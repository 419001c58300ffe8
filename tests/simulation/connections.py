"""What stands where the service has its connections: the same calls and errors, over the store in memory."""

import asyncio
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar

from psycopg import errors
from sqlalchemy.exc import IntegrityError, OperationalError

from app.foundation.storage.loop_connection import PostgresOperationalError
from app.foundation.storage.time_budget import FREE, waiting
from app.ratings.outcomes import Existing, first_of_each_key, outcomes, replay_of
from app.ratings.rating import NewRating, Stored
from tests.simulation.fibers import wait_for
from tests.simulation.memory_store import (
    LONGEST,
    Asker,
    BadRow,
    Cut,
    Deadlock,
    Killed,
    MemoryStore,
    Refused,
    Row,
    State,
)

T = TypeVar("T")
# A rating with this comment is one that the database refuses.
POISON = "poison"
# How long a statement of the intake may take on a connection of a pool.
STATEMENT_SECONDS = 2.4


def insert(state: State, ratings: Mapping[str, NewRating]) -> dict[str, Existing]:
    """Store the ratings of which there is no row, all or none; the rows that were there, by key."""
    if any(rating.comment == POISON for rating in ratings.values()):
        raise BadRow
    found: dict[str, Existing] = {}
    for key, rating in ratings.items():
        row = state.rows.get((rating.agency_id, key))
        if row is not None:
            found[key] = existing(row)
    for key, rating in ratings.items():
        if key not in found:
            state.rows[rating.agency_id, key] = Row(rating)
    return found


def existing(row: Row) -> Existing:
    """A row as the store of ratings finds it."""
    place = row.rating.place
    return Existing(row.rating.digest, place.office, place.employee, place.rated_on)


class SimulatedLoopConnection:
    """`LoopConnection`: one that closes itself when an answer comes after `until`."""

    def __init__(self, store: MemoryStore, asker: Asker) -> None:
        self._store = store
        self._asker = asker
        self._generation = store.generation
        self.until = 0.0
        self.is_lost = False

    async def ask(self, what: str, do: Callable[[State], T]) -> T:
        """Have something done; raises what the driver would."""
        limit = max(FREE, self.until - asyncio.get_running_loop().time())
        try:
            if self._generation != self._store.generation:
                raise Cut
            return await self._store.ask(self._asker, what, do, limit)
        except Cut:
            self.is_lost = True
            raise PostgresOperationalError from None
        except Deadlock:
            raise errors.DeadlockDetected from None
        except Refused:
            raise errors.LockNotAvailable from None
        except BadRow:
            raise errors.CheckViolation from None

    async def restored(self) -> bool:
        """Whether it can be used again."""
        return not self.is_lost

    async def close(self) -> None:
        """Close it."""
        self.is_lost = True


class SimulatedLoopStore:
    """`LoopStore`: a group is stored by one statement."""

    def __init__(self, store: MemoryStore, asker: Asker) -> None:
        self._store = store
        self._asker = asker

    async def connect(self, seconds: float) -> SimulatedLoopConnection:
        """A connection for one lane."""
        connection = SimulatedLoopConnection(self._store, self._asker)
        connection.until = asyncio.get_running_loop().time() + seconds
        await connection.ask("connects", lambda state: None)
        return connection

    async def write(self, connection: SimulatedLoopConnection, group: Sequence[NewRating]) -> list[Stored]:
        """Store a group of one agency's ratings."""
        unique = first_of_each_key(group)
        found = await connection.ask(f"stores {len(unique)}", lambda state: insert(state, unique))
        return outcomes(group, unique, found)

    async def try_out(self, connection: SimulatedLoopConnection, rating: NewRating | None) -> None:
        """Do as if this rating were stored."""
        await connection.ask("tries", lambda state: None)


class FiberConnection:
    """`Connection`, for what runs in a fiber where the service has a thread."""

    def __init__(self, store: MemoryStore, asker: Asker) -> None:
        self._store = store
        self._asker = asker
        self._generation = store.generation
        self.closed = self.invalidated = False

    def ask(self, what: str, do: Callable[[State], T], longest: float = LONGEST) -> T:
        """Have something done; raises what the driver would."""
        try:
            if self._generation != self._store.generation:
                raise Cut
            with waiting(longest) as seconds:
                return wait_for(self._store.ask(self._asker, what, do, seconds))
        except Cut:
            self.invalidated = True
            raise OperationalError(what, {}, Exception("cut"), connection_invalidated=True) from None
        except (Deadlock, Refused):
            raise OperationalError(what, {}, Exception("refused")) from None
        except BadRow:
            raise IntegrityError(what, {}, Exception("a bad row")) from None

    def rollback(self) -> None:
        """Nothing is left of what was refused."""

    def lock(self, state: State, lease: str) -> None:
        """Keep others from taking the lease until this is closed, as the row of a transaction that is not over."""
        if not self.closed:
            state.locks[lease] = self

    def close(self) -> None:
        """Close it."""
        self.closed = True
        locks = self._store.state.locks
        for lease in [lease for lease, holder in locks.items() if holder is self]:
            del locks[lease]


class FiberStore:
    """`RatingStore`, as the writer's thread and the intake use it."""

    def __init__(self, store: MemoryStore, asker: Asker) -> None:
        self._store = store
        self._asker = asker

    def connect(self) -> FiberConnection:
        """A connection for a writer's thread."""
        connection = FiberConnection(self._store, self._asker)
        connection.ask("connects", lambda state: None)
        return connection

    def write(self, connection: FiberConnection, group: Sequence[NewRating]) -> list[Stored]:
        """Store a group of one agency's ratings."""
        unique = first_of_each_key(group)
        found = connection.ask(f"stores {len(unique)}", lambda state: insert(state, unique))
        return outcomes(group, unique, found)

    def try_out(self, connection: FiberConnection, rating: NewRating | None) -> None:
        """Do as if this rating were stored."""
        connection.ask("tries", lambda state: None)

    def existing(self, agency_id: str, sheets: Sequence[tuple[str, tuple[str, ...]]]) -> list[Stored | None]:
        """What is stored under these keys."""

        def look(state: State) -> list[Stored | None]:
            rows = [(digests, state.rows.get((agency_id, key))) for key, digests in sheets]
            return [None if row is None else replay_of(digests, existing(row)) for digests, row in rows]

        return FiberConnection(self._store, self._asker).ask(f"looks up {len(sheets)}", look, STATEMENT_SECONDS)


class SimulatedDatabase:
    """`Database`, as nights and leases use it: what they ask of a session is one request to the store each."""

    is_sqlite = False

    def __init__(self, store: MemoryStore, asker: Asker, still: Callable[[], float] = lambda: 0.0) -> None:
        self._store = store
        self.asker = asker
        self._still = still

    @contextmanager
    def session(self) -> Iterator[FiberConnection]:
        """A session on a connection of its own; the process may stand still before it and after it."""
        self._stand_still()
        connection = FiberConnection(self._store, self.asker)
        try:
            yield connection
        finally:
            connection.close()
        self._stand_still()

    def _stand_still(self) -> None:
        if seconds := self._still():
            self._store.tell(f"{self.asker.name} stands still for {seconds:.0f} s")
            wait_for(asyncio.sleep(seconds))
            if not self.asker.is_alive:
                raise Killed

    reading = writing = unhurried = session
