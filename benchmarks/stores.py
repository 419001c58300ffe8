"""The two stores, fresh and furnished with the tests' agency."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from tempfile import TemporaryDirectory

from app.foundation.storage import migrations as migrating
from app.foundation.storage.database import Database
from tests.house import furnish
from tests.postgres import start_postgres


@dataclass(frozen=True)
class Store:
    """A database of its own for this run."""

    name: str
    url: str
    keys: dict[str, str]


@contextmanager
def stores() -> Iterator[list[Store]]:
    """PostgreSQL from the wheel and an SQLite file, both on the same disk."""
    with TemporaryDirectory(prefix="cermin-bench-") as folder:
        server = start_postgres(f"{folder}/pg")
        try:
            yield [
                furnished("PostgreSQL", server.create("bench")),
                furnished("SQLite", f"sqlite:///{folder}/bench.db"),
            ]
        finally:
            server.stop()


def furnished(name: str, url: str) -> Store:
    """The database at this address, migrated and with the tests' agency."""
    migrating.upgrade(url)
    database = Database(url)
    keys = furnish(database, "kota", datetime.now(UTC))
    database.dispose()
    return Store(name, url, keys)
