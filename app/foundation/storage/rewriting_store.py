"""The SQL that takes away where and when rows came: written anew, in random order, and the old versions overwritten."""

import sqlite3
from typing import NamedTuple

from sqlalchemy import text

from app.foundation.storage.database import BACKGROUND_LOCK_MS, Database, OperationalError, Session, metadata
from app.foundation.storage.roles_store import may_maintain
from app.foundation.storage.time_budget import patience


class Apart(NamedTuple):
    """A table whose rows must not tell when they came.

    Rows with one value of `within` are written anew together, all of them, as soon as one of them is not mixed; None:
    its rows are not, only what was deleted goes. `counts`: its rows are changed by the intake. `grows`: it keeps its
    rows for ever.
    """

    table: str
    within: str | None = None
    counts: bool = False
    grows: bool = False


class NotAllowed(Exception):
    """Neither the service's role nor the owner's may VACUUM a table: `cermin migrate` grants it (docs/operating.md)."""


class Busy(Exception):
    """Others use the database for longer than was waited for them."""


def is_busy(error: Exception) -> bool:
    """Whether a statement failed because of what others do: a lock that was not given, or a deadlock."""
    cause = error.orig if isinstance(error, OperationalError) else error
    if isinstance(cause, sqlite3.Error):
        return getattr(cause, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
    return isinstance(error, Busy) or getattr(cause, "sqlstate", None) in ("55P03", "40P01")


# The intake waits for a lock a little longer than whoever makes it wait.
POLITE_LOCK_MS = 1_000


def rewrite(session: Session, apart: Apart) -> int:
    """Delete and insert anew, shuffled, what shares a group with a row that is not mixed; how many rows.

    PostgreSQL only: rows keep the number of the transaction that wrote them, and the place they got. So that neither
    a number nor a stretch of the table tells the day on which a row came, the whole group gets new ones.
    """
    table = metadata.tables[apart.table]
    columns = [name for name in table.columns.keys() if name != "mixed"]  # noqa: SIM118 - a collection, no mapping
    listed = ", ".join(columns)
    if apart.counts:
        # Before anything is seen or locked, so that nobody's count waits for a row while we wait for his.
        session.execute(text(f"SET LOCAL lock_timeout = {POLITE_LOCK_MS}"))
        session.execute(text(f"LOCK TABLE {table.name} IN SHARE ROW EXCLUSIVE MODE"))
    deleted = (
        f"DELETE FROM {table.name} WHERE {apart.within} IN "
        f"(SELECT {apart.within} FROM {table.name} WHERE NOT mixed) RETURNING {listed}"
    )
    statement = (
        f"WITH gone AS ({deleted}), anew AS (INSERT INTO {table.name} ({listed}, mixed) "
        f"SELECT {listed}, true FROM gone ORDER BY gen_random_uuid() RETURNING 1) SELECT count(*) FROM anew"
    )
    return int(session.execute(text(statement)).scalar_one())


def mark(session: Session, apart: Apart) -> None:
    """Mark every row of the table as mixed."""
    session.execute(text(f"UPDATE {apart.table} SET mixed = true WHERE NOT mixed"))


def sweep(database: Database, apart: Apart) -> None:
    """Take old versions of rows out of the table's files.

    PostgreSQL's ordinary VACUUM frees their place and leaves their bytes there; FULL writes the table anew, which
    holds the intake up for as long: too long for a table that only grows.
    """
    # Without patience the connection would be closed after some seconds, which a large table takes.
    with patience(), database.keeper.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        if not may_maintain(connection, apart.table):
            # PostgreSQL would warn, do nothing, and be done.
            raise NotAllowed(apart.table)
        for setting in ("statement_timeout = 0", f"lock_timeout = {POLITE_LOCK_MS}"):
            connection.exec_driver_sql(f"SET {setting}")
        try:
            connection.exec_driver_sql(f"VACUUM {'' if apart.grows else '(FULL) '}{apart.table}")
        finally:
            for setting in ("statement_timeout", "lock_timeout"):
                connection.exec_driver_sql(f"RESET {setting}")


def rebuild(database: Database) -> None:
    """Write SQLite's whole file anew, every table in the order of its key, without free pages."""
    _on_sqlite(database, "VACUUM")


def empty_the_log(database: Database) -> None:
    """Bring SQLite's log home and cut it to nothing. Raises `Busy` while somebody reads or writes."""
    if _on_sqlite(database, "PRAGMA wal_checkpoint(TRUNCATE)"):
        raise Busy


def _on_sqlite(database: Database, statement: str) -> int:
    """The first value that a statement gives which may stand in no transaction; 0 where it gives none."""
    connection = database.writer.raw_connection()
    try:
        cursor = connection.cursor()
        [[patience]] = cursor.execute("PRAGMA busy_timeout").fetchall()
        cursor.execute(f"PRAGMA busy_timeout={BACKGROUND_LOCK_MS}")
        try:
            found = cursor.execute(statement).fetchone()
        finally:
            cursor.execute(f"PRAGMA busy_timeout={patience}")
            cursor.close()
        return int(found[0]) if found else 0
    finally:
        connection.close()
