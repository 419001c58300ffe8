"""SQLite's engine, and the pool of both: how connections are made, pooled and bounded in time."""

from pathlib import Path
from typing import Any

from sqlalchemy import Engine, QueuePool, create_engine, event, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from app.foundation.private_files import make_file, make_folder
from app.foundation.startup_errors import StartupError
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
