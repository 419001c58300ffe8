"""A real database in memory, migrated as any other: each transaction of tickets and notifications is one request.

Nothing waits within a transaction, so one runs at a time. What becomes of it the weather decides, as of every request.
"""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

from greenlet import getcurrent
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import StaticPool
from sqlmodel import Session

from app.directory.tables import Agency
from app.foundation.storage import migrations
from app.foundation.storage.agency_scope import NO_AGENCY, current_scope
from app.foundation.storage.database import Database
from app.foundation.storage.time_budget import waiting
from tests.simulation.fibers import wait_for
from tests.simulation.memory_store import LONGEST, NEVER_DONE, Asker, Killed, MemoryStore
from tests.simulation.town import AGENCIES, BEGIN, WEBHOOKS
from tests.simulation.weather import Fate


@cache
def template() -> bytes:
    """A migrated database with the town's agencies and their webhooks."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "town.db"
        migrations.upgrade(f"sqlite:///{file}")
        database = Database(f"sqlite:///{file}")
        with database.writing() as session:
            for agency_id in AGENCIES:
                session.add(
                    Agency(agency_id=agency_id, name=agency_id, directory_version=UUID(int=0), created_at=BEGIN)
                )
            session.flush()
            session.add_all(each.model_copy() for each in WEBHOOKS)
        database.dispose()
        with sqlite3.connect(file) as connection:
            connection.execute("PRAGMA journal_mode=DELETE")
            return connection.serialize()


def in_memory() -> Engine:
    """An engine on a copy of the template: one connection, which everybody shares."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(":memory:", check_same_thread=False, isolation_level=None)
        connection.deserialize(template())
        connection.execute("PRAGMA foreign_keys=ON")
        return connection

    engine = create_engine("sqlite://", creator=connect, poolclass=StaticPool)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN"))
    return engine


class QuietDatabase:
    """`Database` over this engine, for looking at it."""

    is_sqlite = True

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with Session(self._engine, expire_on_commit=False) as session, session.begin():
            yield session

    reading = snapshot = unhurried = writing


class SqlDatabase(QuietDatabase):
    """`Database` for one process of the simulation."""

    def __init__(self, engine: Engine, store: MemoryStore, asker: Asker) -> None:
        super().__init__(engine)
        self._store = store
        self._asker = asker

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """The same, and what the weather makes of it."""
        # PostgreSQL, which alone enforces it, would show no rows.
        assert current_scope() != NO_AGENCY, "a session does not say whose rows it may touch"
        fate = self._before()
        with super().writing() as session:
            yield session
        self._after(fate)

    reading = snapshot = unhurried = writing

    def _before(self) -> Fate:
        weather = self._store.weather
        fate = weather.fate()
        if fate is not Fate.fine:
            self._store.tell(f"{self._asker.name} asks for a transaction: {fate}")
        self._wait(weather.delay() + (weather.late() if fate is Fate.late_before else 0.0))
        if fate is Fate.killed_before:
            self._asker.kill("before a transaction")
            raise Killed
        if self._store.is_down or fate in NEVER_DONE:
            raise _lost(fate)
        return fate

    def _after(self, fate: Fate) -> None:
        if fate is Fate.killed_after:
            self._asker.kill("after a transaction")
            raise Killed
        weather = self._store.weather
        self._wait(weather.delay() + (weather.late() if fate is Fate.late_after else 0.0))
        if fate is Fate.cut_after:
            raise _lost(fate)

    def _wait(self, seconds: float) -> None:
        """Wait for the server, as long as whoever asks has left."""
        with waiting(LONGEST) as left:
            self._pause(min(seconds, left))
            if seconds > left:
                raise _lost(Fate.late_before)

    def _pause(self, seconds: float) -> None:
        # What the service does on a loop of its own cannot wait here: there an answer comes at once.
        if seconds and getcurrent().parent is not None:
            wait_for(asyncio.sleep(seconds))
        if not self._asker.is_alive:
            raise Killed


def _lost(fate: Fate) -> OperationalError:
    return OperationalError(fate, {}, Exception(fate), connection_invalidated=True)
