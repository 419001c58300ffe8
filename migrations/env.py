"""Runs the migrations: one migrator at a time, never waiting long behind traffic.

`cermin migrate` hands over the address of the database; `alembic` on the command line reads
CERMIN_DATABASE_URL like every other entry point.
"""

from alembic import context
from sqlalchemy import Connection, Table, event, text

import app.access.tables
import app.closing.tables
import app.directory.tables
import app.foundation.storage.tables
import app.instruments.tables
import app.integrity.tables
import app.people.tables
import app.ratings.tables
import app.screening.tables
import app.standards.tables
import app.targets.tables  # noqa: F401 - every table registers itself in the metadata
from app.foundation.settings import Settings
from app.foundation.storage.agency_scope import all_agencies
from app.foundation.storage.database import Database, metadata
from app.foundation.storage.distribution import is_distributed, join
from app.foundation.storage.migrations import LOCK

# A migration that waits for a table keeps everybody else waiting behind it.
LONGEST_LOCK_MS = 4_000
# On SQLite racing migrators wait for each other here.
LONGEST_TURN_MS = 30_000


def join_others(table: Table, connection: Connection, **_: object) -> None:
    """Distribute a new table, before a migration writes to it: its foreign keys lead to tables that are distributed."""
    join(connection, table.name)


def run_on_postgresql(connection: Connection) -> None:
    """Apply the pending migrations; where the tables are distributed, new ones are, too."""
    # What was asked is no part of the migrations' transactions.
    with connection.begin():
        distributed = is_distributed(connection)
    if distributed:
        event.listen(Table, "after_create", join_others)
    try:
        run(connection, is_sqlite=False)
    finally:
        if distributed:
            event.remove(Table, "after_create", join_others)


def run(connection: Connection, *, is_sqlite: bool) -> None:
    """Apply the pending migrations: in one transaction each, on SQLite all in one."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=is_sqlite,
        # On SQLite the transaction is the lock: a racing migrator must not come in between two migrations.
        transaction_per_migration=not is_sqlite,
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


def _owners_url() -> str:
    values = Settings()
    return values.owner_url or values.database_url


def online() -> None:
    """On PostgreSQL an advisory lock lets one of several racing migrators work; the others then find nothing to do."""
    url = context.config.attributes.get("database_url") or _owners_url()
    lock_ms = LONGEST_TURN_MS if url.startswith("sqlite") else LONGEST_LOCK_MS
    database = Database(url, statement_timeout_ms=0, lock_timeout_ms=lock_ms)
    try:
        if not database.is_sqlite:
            with all_agencies(), database.unhurried() as session, database.writer.connect() as connection:
                # Held by a transaction, not a connection: behind a pooler a connection is somebody else's in between.
                session.execute(text("SET LOCAL lock_timeout = 0"))
                session.execute(text(f"SELECT pg_advisory_xact_lock({LOCK})"))
                run_on_postgresql(connection)
            return
        with database.writer.connect() as connection:
            # Batch mode rebuilds tables, which foreign keys would forbid; BEGIN IMMEDIATE is the lock.
            connection.connection.driver_connection.execute("PRAGMA foreign_keys=OFF")  # type: ignore[union-attr]  # open by now
            with connection.begin():
                run(connection, is_sqlite=True)
    finally:
        database.dispose()


if context.is_offline_mode():
    context.configure(dialect_name="postgresql", target_metadata=metadata, literal_binds=True)
    with context.begin_transaction():
        context.run_migrations()
else:
    online()
