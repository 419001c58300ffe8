"""The two stores, fresh and furnished with the tests' agency, and with a town's roster for what writes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from app.foundation.storage import migrations as migrating
from app.foundation.storage.database import Database
from benchmarks.roster import Line, furnish_town
from tests.house import furnish
from tests.postgres import PostgresServer, start_postgres


@dataclass(frozen=True)
class Store:
    """A database of its own for this run."""

    name: str
    url: str
    keys: dict[str, str]
    # With the role that the service has: row-level security binds it, as in production.
    service_url: str
    # The process of its server; SQLite has none.
    server: int | None = None
    # By what sheets are spread.
    roster: tuple[Line, ...] = ()


@contextmanager
def stores(*, town: bool = False) -> Iterator[list[Store]]:
    """PostgreSQL from the wheel and an SQLite file, both on the same disk; with a `town` by which sheets are spread."""
    with TemporaryDirectory(prefix="cermin-bench-") as folder:
        server = start_postgres(f"{folder}/pg")
        try:
            process = int(Path(f"{folder}/pg/postmaster.pid").read_text("ascii").split()[0])
            both = [
                _on_server(server, process),
                furnished("SQLite", f"sqlite:///{folder}/bench.db"),
            ]
            yield [_with_town(store) for store in both] if town else both
        finally:
            server.stop()


def furnished(name: str, url: str) -> Store:
    """The database at this address, migrated and with the tests' agency."""
    migrating.upgrade(url)
    database = Database(url)
    keys = furnish(database, "kota", datetime.now(UTC))
    database.dispose()
    return Store(name, url, keys, url)


def _on_server(server: PostgresServer, process: int) -> Store:
    store = furnished("PostgreSQL", server.create("bench"))
    server.let_service_in("bench")
    return replace(store, service_url=server.service_address("bench"), server=process)


def _with_town(store: Store) -> Store:
    database = Database(store.url)
    roster = furnish_town(database, "kota", store.keys["app"], datetime.now(UTC), seed=1)
    database.dispose()
    return replace(store, roster=tuple(roster))
