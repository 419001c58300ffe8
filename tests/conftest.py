"""Fixtures shared by all tests: both stores, and a whole running service on each."""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile, rmtree
from tempfile import mkdtemp

import pytest

from app.foundation.storage import migrations as migrating
from app.foundation.storage.database import Database
from tests.house import House, furnish_two
from tests.postgres import PostgresServer, start_postgres

# Several test processes may share one server that the environment names.
EMPTY, FURNISHED = f"cermin_empty_{os.getpid()}", f"cermin_furnished_{os.getpid()}"
STORES = ("sqlite", "postgresql")


@dataclass(frozen=True)
class Template:
    """A database to be copied, and the keys it was furnished with."""

    name: str
    keys: dict[str, str]


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database file with every migration."""
    file = tmp_path_factory.mktemp("template") / "empty.db"
    migrating.upgrade(f"sqlite:///{file}")
    return file


@pytest.fixture(scope="session")
def furnished_sqlite(empty_sqlite: Path) -> Template:
    """The same with two agencies."""
    file = empty_sqlite.with_name("furnished.db")
    copyfile(empty_sqlite, file)
    return Template(str(file), furnish_two(f"sqlite:///{file}"))


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A PostgreSQL server of this test run alone (CERMIN_TEST_POSTGRES_URL names another)."""
    # The socket's path must stay short, so the data does not lie under pytest's own long folder.
    folder = mkdtemp(prefix="cermin-pg-")
    server = start_postgres(folder)
    migrating.upgrade(server.create(EMPTY))
    yield server
    server.stop()
    rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def furnished_postgres(postgres: PostgresServer) -> Template:
    """A template database with two agencies."""
    return Template(FURNISHED, furnish_two(postgres.create(FURNISHED, EMPTY)))


@pytest.fixture(params=STORES)
def store(request: pytest.FixtureRequest) -> str:
    """Every suite that touches the store runs on both."""
    name: str = request.param
    return name


@pytest.fixture
def database_url(store: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database."""
    if store == "sqlite":
        yield _copied(request.getfixturevalue("empty_sqlite"), tmp_path)
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.copy_of(EMPTY) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database."""
    opened = Database(database_url)
    yield opened
    opened.dispose()


@pytest.fixture
def furnished(store: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a database with the agencies `kota` and `desa`, and their keys."""
    template: Template = request.getfixturevalue(f"furnished_{'sqlite' if store == 'sqlite' else 'postgres'}")
    if store == "sqlite":
        yield _copied(Path(template.name), tmp_path), template.keys
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.copy_of(template.name) as url:
        yield url, template.keys


@pytest.fixture
def house(furnished: tuple[str, dict[str, str]]) -> Iterator[House]:
    """A running service with the agencies `kota` and `desa` and keys of every kind."""
    url, keys = furnished
    with House.open(url, keys) as opened:
        yield opened


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs on PostgreSQL runs on SQLite as well, where its lines are traced; browsers test scripts."""
    for item in items:
        given = getattr(getattr(item, "callspec", None), "params", {})
        on_postgresql = given.get("store") == "postgresql" or "postgres" in getattr(item, "fixturenames", ())
        if on_postgresql or item.path.parent.name == "browser":
            item.add_marker("untraced")


def _copied(file: Path, folder: Path) -> str:
    target = folder / "cermin.db"
    copyfile(file, target)
    return f"sqlite:///{target}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests passed on each store: that both ran is seen, not believed."""
    passed = [str(report.nodeid) for report in terminalreporter.stats.get("passed", []) if report.when == "call"]
    for store in STORES:
        n = sum(store in re.split(r"[\[\]-]", node) for node in passed)
        terminalreporter.write_line(f"passed on {store}: {n}")
