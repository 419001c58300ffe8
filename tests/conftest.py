"""Fixtures shared by all tests: both stores, and a whole running service on each."""

from collections.abc import Iterator
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import mkdtemp

import pytest

from app.foundation import migrating
from app.foundation.database import Database
from tests.house import House
from tests.postgres import PostgresServer, start_postgres

STORES = ("sqlite", "postgresql")


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database file with every migration, to be copied."""
    file = tmp_path_factory.mktemp("template") / "template.db"
    migrating.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test run alone (CERMIN_TEST_POSTGRES_URL names another)."""
    # The socket's path must stay short, so the data does not lie under pytest's own long folder.
    folder = mkdtemp(prefix="cermin-pg-")
    server = start_postgres(folder)
    migrating.upgrade(server.create("cermin_template"))
    yield server
    server.stop()
    rmtree(folder, ignore_errors=True)


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> str:
    """Every suite that touches the store runs on both."""
    name: str = request.param
    return name


@pytest.fixture
def database_url(store: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database."""
    if store == "sqlite":
        file = tmp_path / "cermin.db"
        copyfile(request.getfixturevalue("migrated_sqlite"), file)
        yield f"sqlite:///{file}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.copy_of("cermin_template") as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database."""
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def house(database_url: str) -> Iterator[House]:
    """A running service with the agencies `kota` and `desa` and keys of every kind."""
    with House.open(database_url) as opened:
        yield opened
