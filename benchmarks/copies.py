"""Copies of all that is written of ten made offices under other codes: a large ledger in minutes instead of hours.

Every copy has its own ratings, blocks, sums and charts; the agency's sums are added up anew by the service.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from app.disclosure.sums import renew_sums
from app.foundation.storage.database import Database
from app.instruments.registry import instruments_of
from benchmarks.made_agency import AGENCY

# `office-0000` to `office-0009`: the digit in which they differ stays in every copy.
TEMPLATES = 10
# How the columns of a row that names an office, an employee or a rating are written in the `nth` copy.
OFFICE = "replace({0}, 'office-000', 'office-' || printf('%03d', nth))"
EMPLOYEE = "replace({0}, 'E000', 'E' || printf('%03d', nth))"
PLACES = "replace(replace({0}, 'office-000', 'office-' || printf('%03d', nth)), '\"E000', '\"E' || printf('%03d', nth))"
KEY, BLOCK = "substr({0}, 1, 28) || printf('%04x', nth)", ":newest + {0} * :copies + nth"
WRITTEN = {"office": OFFICE, "employee": EMPLOYEE, "parts": PLACES, "key": KEY, "block": BLOCK}
TABLES = ("rating", "block", "block_rating", "block_sum", "chart_month", "waiting", "profile_cell", "profile_tally")


def copy_offices(database: Database, copies: int) -> None:
    """Write what there is of the ten offices so many times in all. Only SQLite's file is made this way."""
    assert database.is_sqlite, "copies are made in SQLite's own words"
    database.dispose()
    connection = sqlite3.connect(str(database.url.database), isolation_level=None)
    try:
        # Nobody else has it, and if it breaks it is made again.
        for setting in (
            "journal_mode = OFF",
            "synchronous = OFF",
            "cache_size = -3000000",
            "temp_store = FILE",
            "threads = 2",
        ):
            connection.execute(f"PRAGMA {setting}").fetchall()
        connection.execute("BEGIN")
        newest = connection.execute("SELECT coalesce(max(block), 0) FROM block").fetchone()[0]
        with _without_indexes(connection):
            for table in TABLES:
                connection.execute(_copying(connection, table), {"newest": newest, "copies": copies})
        # Of each span one block that the sums are said not to have: its agency's are then added up again.
        connection.execute(
            "UPDATE block SET summed = 0 WHERE block IN "
            "(SELECT min(block) FROM block GROUP BY instrument, first_month, last_month)"
        )
        connection.execute("COMMIT")
        connection.execute("PRAGMA journal_mode = WAL").fetchall()
    finally:
        connection.close()
    with database.reading() as session:
        instruments = instruments_of(session, AGENCY)
    renew_sums(database, AGENCY, instruments)
    with database.reading() as session:
        session.execute(text("PRAGMA wal_checkpoint(TRUNCATE)"))


@contextmanager
def _without_indexes(connection: sqlite3.Connection) -> Iterator[None]:
    """Make the indexes again in the end, which takes less than to go on with them, and what is said of them."""
    statistics = connection.execute("SELECT tbl, idx, stat FROM sqlite_stat1").fetchall()
    places = ", ".join("?" for _ in TABLES)
    indexes = connection.execute(
        f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL AND tbl_name IN ({places})",
        TABLES,
    ).fetchall()
    for name, _ in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    yield
    for _, statement in indexes:
        connection.execute(statement)
    connection.execute("DELETE FROM sqlite_stat1")
    connection.executemany("INSERT INTO sqlite_stat1 (tbl, idx, stat) VALUES (?, ?, ?)", statistics)


def _copying(connection: sqlite3.Connection, table: str) -> str:
    names = [name for (name,) in connection.execute("SELECT name FROM pragma_table_info(?)", (table,))]
    values = [WRITTEN.get(name, "{0}").format(f"{table}.{name}") for name in names]
    # Sums of the whole agency are of no office.
    only = "WHERE office <> ''" if table == "block_sum" else ""
    return (
        "WITH RECURSIVE copy(nth) AS (SELECT 1 UNION ALL SELECT nth + 1 FROM copy WHERE nth + 1 < :copies) "
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)} "
        # Each row with its copies, which follow it in the order of the key, so that every page is written once.
        f"FROM {table} CROSS JOIN copy {only}"
    )
