"""Rows of an import that wait on disk instead of in memory, in a private file that goes with whoever made it."""

import marshal
import sqlite3
from collections.abc import Iterable, Iterator
from typing import Any
from weakref import finalize

CACHE_KIB = 8_192


class Spool:
    """Rows that are put in any order and read in the order of their places, again and again.

    A row is a tuple of numbers, texts, dictionaries of them and None. It lies in a temporary database of SQLite, which
    sorts without needing much memory, and whose file has no name that anybody else could open.
    """

    def __init__(self) -> None:
        self._connection = _private()
        finalize(self, self._connection.close)
        self._connection.execute("CREATE TABLE kept (place TEXT, content BLOB)")
        self._n = 0

    def __len__(self) -> int:
        return self._n

    def put(self, rows: Iterable[tuple[str, tuple[Any, ...]]]) -> None:
        """Add rows, each with its place."""
        added = self._connection.executemany(
            "INSERT INTO kept VALUES (?, ?)", ((place, marshal.dumps(row)) for place, row in rows)
        )
        self._n += max(added.rowcount, 0)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for (content,) in self._connection.execute("SELECT content FROM kept ORDER BY place"):
            yield marshal.loads(content)  # noqa: S302 - what this process wrote itself


class FirstRows:
    """In which row each text came first."""

    def __init__(self) -> None:
        self._connection = _private()
        finalize(self, self._connection.close)
        self._connection.execute("CREATE TABLE first (text TEXT PRIMARY KEY, row INTEGER) WITHOUT ROWID")

    def of(self, text: str, row: int) -> int:
        """The row in which this text came first; from now on this one, if it has not come yet."""
        put = "INSERT INTO first VALUES (?, ?) ON CONFLICT DO NOTHING"
        if self._connection.execute(put, (text, row)).rowcount:
            return row
        [(earlier,)] = self._connection.execute("SELECT row FROM first WHERE text = ?", (text,))
        return int(earlier)


def _private() -> sqlite3.Connection:
    # Without a name SQLite makes a temporary file where its cache is not enough, and takes it away when it is closed.
    # Whoever collects what is left of it may be another thread.
    connection = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    for setting in ("journal_mode = OFF", "synchronous = OFF", f"cache_size = -{CACHE_KIB}"):
        connection.execute(f"PRAGMA {setting}").fetchall()
    # One transaction that never ends: nothing of it is to outlive the process.
    connection.execute("BEGIN")
    return connection
