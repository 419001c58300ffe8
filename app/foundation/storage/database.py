"""The database: an engine for reading and one for writing, the column types, the naming convention of constraints.

Besides this file only the rooms' `tables` and `store` modules know SQLAlchemy.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, Dialect, Engine, inspect, make_url, text
from sqlalchemy import DateTime as SqlDateTime
from sqlalchemy import String as SqlString
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError, OperationalError, SQLAlchemyError, TimeoutError
from sqlalchemy.types import TypeDecorator, TypeEngine
from sqlmodel import Session, SQLModel

from app.foundation.private_files import open_to_others
from app.foundation.storage.engines import AUTOCOMMIT, sqlite_engine
from app.foundation.storage.time_budget import patience

if TYPE_CHECKING:
    from app.foundation.storage.loop_connection import LoopConnection

__all__ = [
    "Code",
    "Connection",
    "DBAPIError",
    "Database",
    "IntegrityError",
    "OperationalError",
    "SQLAlchemyError",
    "Session",
    "Text",
    "TimeoutError",
    "UtcDateTime",
    "address",
    "metadata",
]

# Conventional names make constraints addressable in migrations and in ON CONFLICT ON CONSTRAINT.
SQLModel.metadata.naming_convention = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
metadata = SQLModel.metadata
# Rows are validated before they are rows: a table's validator is made for whoever asks for it, not at every start.
SQLModel.model_config["defer_build"] = True


@cache
def Text(length: int) -> TypeEngine[str]:
    """Bounded text that PostgreSQL compares byte by byte, exactly as SQLite and Python do."""
    return SqlString(length).with_variant(SqlString(length, collation="C"), "postgresql")


@cache
def Code() -> TypeEngine[str]:
    """A code given by the agency (`disdukcapil`, `E017`): at most 40 characters."""
    return Text(40)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC in Python whatever the store keeps; SQLite would hand back naive values."""

    impl = SqlDateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Refuse naive values instead of guessing their zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment must carry its time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - SQLAlchemy's signature
        """Mark SQLite's naive values as the UTC they are."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def address(url: str) -> URL:
    """The parts of a database's address. Raises ValueError with a sentence that repeats none of it."""
    try:
        parts = make_url(url)
    except (ArgumentError, ValueError):
        raise ValueError(
            "is no address of a database; write sqlite:///var/cermin.db or postgresql://user:password@host/name"
        ) from None
    store = parts.get_backend_name()
    if store not in ("sqlite", "postgresql"):
        raise ValueError(f"names a database that Cermin does not know: it knows postgresql and sqlite, not {store}")
    if store == "sqlite":
        if parts.drivername not in ("sqlite", "sqlite+pysqlite"):
            raise ValueError("names a driver that Cermin does not use; write sqlite:///var/cermin.db")
        if parts.query:
            raise ValueError("has options after the name of the file; sqlite takes no options")
        # Every connection would have a memory of its own, and every start an empty one.
        if parts.database in (None, "", ":memory:"):
            raise ValueError("names no file; write sqlite:///var/cermin.db")
    return parts


# How long background jobs wait for a lock, in milliseconds.
BACKGROUND_LOCK_MS = 20_000


class Database:
    """Hands out sessions. `reading()` never blocks a writer; `writing()` is one transaction, committed at the end."""

    def __init__(
        self,
        url: str,
        *,
        pool_size: int = 8,
        statement_timeout_ms: int = 2_200,
        lock_timeout_ms: int = 1_500,
        owner_url: str | None = None,
    ) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        if self.is_sqlite:
            self._reader = sqlite_engine(url, pool_size, "BEGIN", lock_timeout_ms)
            self.writer = self.keeper = sqlite_engine(url, pool_size, "BEGIN IMMEDIATE", lock_timeout_ms)
        else:
            # Here, because an office with SQLite needs no driver of PostgreSQL.
            from app.foundation.storage.postgresql_engine import limits_of, postgresql_engine

            self._limits = limits_of(self.url, statement_timeout_ms, lock_timeout_ms)
            self.writer = postgresql_engine(url, pool_size, self._limits)
            # Every statement of PostgreSQL's ordinary transactions sees its own moment anyway; without one, a read
            # is spared two round trips. Who needs one moment for several statements asks for a snapshot.
            self._reader = self.writer.execution_options(isolation_level=AUTOCOMMIT)
            # For what PostgreSQL may grant to the owner of the tables alone; a connection is made when there is some.
            self.keeper = self.writer
            if owner_url is not None:
                limits = limits_of(make_url(owner_url), statement_timeout_ms, lock_timeout_ms)
                self.keeper = postgresql_engine(owner_url, 1, limits)

    @property
    def limits_in_transactions(self) -> bool:
        """Whether only a transaction can say how long it may take, and whose rows: behind a pooler, and with Citus."""
        if self.is_sqlite:
            return False
        if self._limits.in_transactions is None:
            with self.writer.connect():
                # The first connection has shown it.
                pass
        return bool(self._limits.in_transactions)

    @property
    def has_workers(self) -> bool:
        """Whether tables may lie on workers of a Citus cluster."""
        return self.limits_in_transactions and self._limits.has_workers

    async def loop_connection(self, seconds: float) -> "LoopConnection":
        """A connection to PostgreSQL for the event loop, made within so many seconds; none of the pool's."""
        from app.foundation.storage.loop_connection import LoopConnection
        from app.foundation.storage.postgresql_engine import postgresql_arguments

        engine, limits = self.writer, self._limits
        arguments, parameters = engine.dialect.create_connect_args(engine.url)
        told = {**parameters, **postgresql_arguments(engine.url)}
        connection = await LoopConnection.over(lambda: limits.connect(*arguments, **told), seconds)
        connection.limits = limits if limits.in_transactions else None
        return connection

    @property
    def reader(self) -> Engine:
        """The engine for reads."""
        return self.writer if self.limits_in_transactions else self._reader

    def revision(self) -> str | None:
        """The newest migration that was applied; None before the first."""
        with self.reader.connect() as connection:
            # The table in which the migrations note where they are.
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A session for reads; nothing it does is kept."""
        with Session(self.reader, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def snapshot(self, *, hurried: bool = True) -> Iterator[Session]:
        """A session whose reads all see the same moment, however long they take.

        Not `hurried`: each of them may take as long as it needs; for background jobs, which nobody waits for.
        """
        # SQLite in WAL mode gives every transaction one; PostgreSQL must be asked.
        # The engine without options: the reader's AUTOCOMMIT would be applied after, and win.
        engine = self.reader if self.is_sqlite else self.writer.execution_options(isolation_level="REPEATABLE READ")
        with Session(engine, expire_on_commit=False) as session:
            if hurried or self.is_sqlite:
                yield session
                return
            with patience():
                session.execute(text("SET LOCAL statement_timeout = 0"))
                yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction: committed when the block ends, rolled back when it raises."""
        with self._transaction(self.writer) as session:
            yield session

    @contextmanager
    def unhurried(self) -> Iterator[Session]:
        """One transaction whose statements may take as long as they need: for background jobs, which nobody waits for.

        On PostgreSQL it also waits longer for locks than an answer may; on SQLite whoever writes waits alike.
        """
        with self._unhurried(self.writer) as session:
            yield session

    @contextmanager
    def keeping(self) -> Iterator[Session]:
        """As `unhurried`, with the role that owns the tables where the settings name it: for looking after tables."""
        with self._unhurried(self.keeper) as session:
            yield session

    @contextmanager
    def _transaction(self, engine: Engine) -> Iterator[Session]:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            yield session

    @contextmanager
    def _unhurried(self, engine: Engine) -> Iterator[Session]:
        with patience(), self._transaction(engine) as session:
            if not self.is_sqlite:
                # For this transaction only; the connection goes back to the pool as it was.
                session.execute(text("SET LOCAL statement_timeout = 0"))
                session.execute(text(f"SET LOCAL lock_timeout = {BACKGROUND_LOCK_MS}"))
            yield session

    def dispose(self) -> None:
        """Close every pooled connection."""
        self._reader.dispose()
        self.writer.dispose()
        self.keeper.dispose()

    def open_places(self) -> list[str]:
        """SQLite's folder and file where others than their owner may look into them; none on PostgreSQL."""
        if not self.is_sqlite:
            return []
        file = Path(str(self.url.database))
        return [str(place) for place in (file.parent, file) if open_to_others(place)]

    def unsafe_settings(self) -> list[str]:
        """PostgreSQL settings under which an acknowledged rating could be lost; empty when all is well."""
        if self.is_sqlite:
            return []
        names = ("fsync", "full_page_writes", "synchronous_commit")
        with self.reader.connect() as connection:
            shown = {name: {connection.execute(text(f"SHOW {name}")).scalar_one()} for name in names}
            if connection.execute(text("SELECT 1 FROM pg_extension WHERE extname = 'citus'")).first() is not None:
                # Ratings lie on the workers. One that does not answer keeps nobody from starting.
                for name, values in shown.items():
                    asked = text("SELECT result FROM run_command_on_workers(:question) WHERE success")
                    values.update(connection.execute(asked, {"question": f"SHOW {name}"}).scalars())
        return [name for name, values in shown.items() if "off" in values]
