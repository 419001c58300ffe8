"""The engines behind a `Database`: how connections to SQLite and PostgreSQL are made, pooled and bounded in time."""

from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import URL, Dialect, Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.pool import ConnectionPoolEntry, PoolProxiedConnection

from app.foundation.private_files import make_file, make_folder
from app.foundation.startup_errors import StartupError
from app.foundation.storage.agency_scope import current_scope
from app.foundation.storage.bounded_connection import KEEPALIVE, BoundedConnection
from app.foundation.storage.server_limits import ServerLimits
from app.foundation.storage.time_budget import current_budget, seconds_left, waiting

# What SQLite keeps beside its file.
SQLITE_BESIDE = ("-wal", "-shm")

# Keys are random within their day, so that a page is written often: a longer log (16 MiB) carries it home less often.
CHECKPOINT = "wal_autocheckpoint=4000"

# Statements of their own, without BEGIN and COMMIT.
AUTOCOMMIT = "AUTOCOMMIT"

# How long nobody's request waits for a connection of the pool; a request waits a third of that, so that there is time
# left for what it wants to ask.
POOL_SECONDS, HURRIED_POOL_SECONDS = 3.0, 1.0


class BoundedPool(QueuePool):
    """A pool in which a request waits for a connection no longer than its time budget allows."""

    _longest = POOL_SECONDS

    def _do_get(self) -> ConnectionPoolEntry:
        with waiting(POOL_SECONDS):
            return super()._do_get()

    # SQLAlchemy has no hook for this: the pool reads its time-out anew at every wait.
    @property
    def _timeout(self) -> float:
        return seconds_left(self._longest if current_budget() is None else HURRIED_POOL_SECONDS)

    @_timeout.setter
    def _timeout(self, seconds: float) -> None:
        self._longest = seconds


def sqlite_engine(url: str, pool_size: int, begin: str, lock_ms: int) -> Engine:
    """WAL with synchronous=FULL: readers never wait, and a commit is on disk before it is answered."""
    file = make_url(url).database
    if file and file != ":memory:":
        _make_private(Path(file))
    engine = create_engine(
        url,
        poolclass=BoundedPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        connect_args={"check_same_thread": False},
    )

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: ConnectionPoolEntry) -> None:
        # The driver's own transaction handling would begin late and commit early; ours is explicit.
        connection.isolation_level = None
        for pragma in (
            f"busy_timeout={lock_ms}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            # What is deleted is overwritten; not every build of SQLite does so by itself.
            "secure_delete=ON",
            CHECKPOINT,
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def start(connection: Any) -> None:
        # Only here does SQLite wait for others: for the writer before, and no longer than this request still may.
        with waiting(lock_ms / 1_000) as seconds:
            if hurried := seconds * 1_000 < lock_ms:
                connection.exec_driver_sql(f"PRAGMA busy_timeout={int(seconds * 1_000)}")
            try:
                connection.exec_driver_sql(begin)
            finally:
                if hurried:
                    connection.exec_driver_sql(f"PRAGMA busy_timeout={lock_ms}")

    return engine


def _make_private(file: Path) -> None:
    """See that nobody else may read SQLite's file; its log and its index get the permissions that it has."""
    try:
        make_folder(file.parent)
    except OSError as error:
        raise StartupError(f"The folder of the database, {file.parent}, cannot be made: {error.strerror}.") from None
    try:
        make_file(file)
        for beside in SQLITE_BESIDE:
            if (found := file.with_name(file.name + beside)).exists():
                make_file(found)
    except OSError:
        # Whoever opens it next says what is wrong with it.
        return


def postgresql_address(url: str) -> URL:
    """The address for our driver. Its options are among the limits."""
    return make_url(url).set(drivername="postgresql+psycopg").difference_update_query(["options"])


def postgresql_arguments(parts: URL) -> dict[str, Any]:
    """What our driver is told beside the address."""
    # What the operator says in the address about keeping connections alive holds.
    keepalive = {name: value for name, value in KEEPALIVE.items() if name not in parts.query}
    return {"connect_timeout": 3, "application_name": "cermin", **keepalive}


def postgresql_engine(url: str, pool_size: int, limits: ServerLimits) -> Engine:
    """No overflow: a storm waits in our bounded queue, not in the server's connection slots."""
    parts = postgresql_address(url)
    engine = create_engine(
        parts,
        poolclass=BoundedPool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=POOL_SECONDS,
        # The connection used last is the one whose plans and caches are warm.
        pool_use_lifo=True,
        connect_args=postgresql_arguments(parts),
    )

    @event.listens_for(engine, "do_connect")
    def connect_in_time(_: Dialect, __: ConnectionPoolEntry, arguments: Any, parameters: Any) -> BoundedConnection:
        return limits.connect(*arguments, **parameters)

    @event.listens_for(engine, "checkout")
    def check(connection: BoundedConnection, _: ConnectionPoolEntry, __: PoolProxiedConnection) -> None:
        # After a restart of the server the pool is full of dead connections; to ask costs less than a failed request.
        # SQLAlchemy's own ping would do so, too, but says nothing beside it.
        try:
            connection.check(None if limits.in_transactions else current_scope())
        except psycopg.Error:
            if connection.closed:
                raise InvalidatePoolError from None
            raise

    @event.listens_for(engine, "begin")
    def limit(connection: Any) -> None:
        if limits.in_transactions and connection.get_execution_options().get("isolation_level") != AUTOCOMMIT:
            connection.exec_driver_sql(limits.statement, (current_scope(),))

    return engine
