"""Fixtures shared by all tests: both stores, and a whole running service on each."""

import logging
import os
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import copyfile, disk_usage, rmtree
from tempfile import mkdtemp

import pytest

from app.foundation.storage import migrations as migrating
from app.foundation.storage.agency_scope import all_agencies
from app.foundation.storage.database import Database
from app.foundation.telemetry import LibraryEvents
from tests.citus import CITUS_URL, cluster, distribute
from tests.compiled import share_compiled_statements
from tests.effort import load_profile
from tests.house import NOW, House, furnish_two
from tests.lending import Lending, keep
from tests.postgres import PostgresServer, owners_address, start_postgres

# Several test processes may share one server that the environment names.
EMPTY, FURNISHED = f"cermin_empty_{os.getpid()}", f"cermin_furnished_{os.getpid()}"
STORES = ("sqlite", "postgresql")
# Kept, because what is entered is left when nobody holds it any more.
OF_ALL = ExitStack()
# Where files are memory, nobody waits for a disk; the databases of a run need less than this.
MEMORY, ROOM = Path("/dev/shm"), 2 * 1_024**3  # noqa: S108 - pytest and mkdtemp make folders of their own there


Lend = Callable[[str], AbstractContextManager[tuple[str, dict[str, str]]]]


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
    """A PostgreSQL server of this test run alone (CERMIN_TEST_POSTGRES_URL names another, or CERMIN_TEST_CITUS_URL)."""
    if CITUS_URL is not None:
        with cluster(CITUS_URL) as nodes:
            migrating.upgrade(nodes.create(EMPTY))
            distribute(nodes.address(EMPTY))
            nodes.let_service_in(EMPTY)
            yield nodes
        return
    # The socket's path must stay short, so the data does not lie under pytest's own long folder.
    folder = mkdtemp(prefix="cermin-pg-", dir=os.environ.get("PYTEST_DEBUG_TEMPROOT"))
    server = start_postgres(folder)
    migrating.upgrade(server.create(EMPTY))
    server.let_service_in(EMPTY)
    yield server
    server.stop()
    rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def furnished_postgres(postgres: PostgresServer) -> Template:
    """A template database with two agencies, which it can bring back."""
    url = postgres.create(FURNISHED, EMPTY)
    keys = furnish_two(url)
    keep(url)
    return Template(FURNISHED, keys)


@pytest.fixture(scope="session")
def lending(postgres: PostgresServer, furnished_postgres: Template) -> Lending:
    """Databases of this process that tests borrow one after the other."""
    return Lending(postgres, furnished_postgres.name)


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
    lending: Lending = request.getfixturevalue("lending")
    with lending.lend(filled=False) as url:
        yield url


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    """A migrated, empty database."""
    opened = Database(database_url, owner_url=owners_address(database_url))
    yield opened
    opened.dispose()


@pytest.fixture(scope="session")
def lend(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Lend:
    """Lends a database with the agencies `kota` and `desa`, for a test or for all tests of a file."""

    @contextmanager
    def lent(store: str) -> Iterator[tuple[str, dict[str, str]]]:
        template: Template = request.getfixturevalue(f"furnished_{'sqlite' if store == 'sqlite' else 'postgres'}")
        if store == "sqlite":
            folder = tmp_path_factory.mktemp("lent")
            yield _copied(Path(template.name), folder), template.keys
            rmtree(folder, ignore_errors=True)
            return
        lending: Lending = request.getfixturevalue("lending")
        with lending.lend(filled=True) as url:
            yield url, template.keys

    return lent


@pytest.fixture
def furnished(store: str, lend: Lend) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a database with the agencies `kota` and `desa`, and their keys."""
    with lend(store) as (url, keys):
        yield url, keys


@pytest.fixture(scope="session")
def quiet_sqlite(lend: Lend) -> Iterator[House]:
    """A running service for all tests of this process that change nothing."""
    with lend("sqlite") as (url, keys), House.open(url, keys) as one:
        yield one


@pytest.fixture(scope="session")
def quiet_postgresql(lend: Lend) -> Iterator[House]:
    """The same on PostgreSQL."""
    with lend("postgresql") as (url, keys), House.open(url, keys) as one:
        yield one


@pytest.fixture
def house(store: str, request: pytest.FixtureRequest) -> Iterator[House]:
    """A running service with the agencies `kota` and `desa` and keys of every kind.

    One of the test's own; or, for tests marked `quiet`, one that they share and leave as it was.
    """
    if request.node.get_closest_marker("quiet"):
        shared: House = request.getfixturevalue(f"quiet_{store}")
        before = shared.numbers()
        yield shared
        shared.clock.now = NOW
        assert shared.numbers() == before, "a quiet test changed the database"
        return
    url, keys = request.getfixturevalue("furnished")
    with House.open(url, keys) as opened:
        yield opened


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """A test that configures logging, as `cermin serve` does, leaves nothing of it to the next ones of its process."""
    yield
    root = logging.getLogger()
    root.handlers = [each for each in root.handlers if not isinstance(each, LibraryEvents)]
    logging.captureWarnings(False)


def pytest_configure(config: pytest.Config) -> None:
    """Temporary files lie in memory where there is enough of it, unless somebody says where they shall lie.

    What is killed writes to a disk, as it would anywhere.
    """
    # Tests look at all rows; the service under test begins every request and every job anew.
    OF_ALL.enter_context(all_agencies())
    load_profile()
    share_compiled_statements()
    told = "PYTEST_DEBUG_TEMPROOT" in os.environ or config.getoption("markexpr") == "fault"
    if not told and MEMORY.is_dir() and disk_usage(MEMORY).free > ROOM:
        os.environ["PYTEST_DEBUG_TEMPROOT"] = str(MEMORY)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What runs on PostgreSQL runs on SQLite as well, where its lines are traced; browsers test scripts.

    What is marked `sqlite_daily`, and all but the first case of what is marked `once`, meets PostgreSQL in the
    campaign only; what belongs to the campaign anyway, in the one at full size.
    """
    met = set[str]()
    for item in items:
        given = getattr(getattr(item, "callspec", None), "params", {})
        on_postgresql = "postgresql" in given.values() or "postgres" in getattr(item, "fixturenames", ())
        if on_postgresql and CITUS_URL is not None and item.get_closest_marker("one_server"):
            item.add_marker(
                pytest.mark.skip(reason="one_server: looks into a server, or gives it what Citus does not take")
            )
        apart = item.get_closest_marker("campaign") or _is_left_out_of_coverage(item)
        if on_postgresql:
            item.add_marker("untraced")
            kind = item.nodeid.split("[")[0]
            blind = item.get_closest_marker("sqlite_daily") or (kind in met and item.get_closest_marker("once"))
            if blind:
                item.add_marker("full_size" if apart else "campaign")
            met.add(kind)
        # What `make coverage` leaves out needs another place.
        if _is_left_out_of_coverage(item):
            item.add_marker("campaign")
        if item.path.parent.name == "browser":
            item.add_marker("browser")
        if item.get_closest_marker("fault") and item.path.parent.name != "faults":
            # Its target runs one folder, and every other one leaves it out.
            raise pytest.UsageError(f"{item.nodeid} is a fault outside tests/faults: nothing would run it")


def _is_left_out_of_coverage(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("long") and item.get_closest_marker("untraced"))


def _copied(file: Path, folder: Path) -> str:
    target = folder / "cermin.db"
    copyfile(file, target)
    return f"sqlite:///{target}"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how many tests passed on each store and in a browser: that all ran is seen, not believed."""
    passed = [str(report.nodeid) for report in terminalreporter.stats.get("passed", []) if report.when == "call"]
    for store in STORES:
        n = sum(store in re.split(r"[\[\]-]", node) for node in passed)
        terminalreporter.write_line(f"passed on {store}: {n}")
    n = sum(node.startswith("tests/browser/") for node in passed)
    terminalreporter.write_line(f"passed in Chromium: {n}")
