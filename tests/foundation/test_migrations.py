"""Migrations lead to the schema of the tables and back, on both stores, and may race."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text

from app.directory.tables import Agency
from app.foundation.http.routes import readiness_of
from app.foundation.ids import new_id
from app.foundation.storage import migrations as migrating
from app.foundation.storage.database import Database, metadata
from tests.downgrading import downgrade
from tests.house import NOW
from tests.postgres import owners_address

ROOT = Path(migrating.__file__).parents[3]
VERSIONS = sorted(file for file in (ROOT / "migrations" / "versions").glob("*.py"))
# Four processes that have loaded everything start at the same moment; the exit status counts those that failed.
RACE = """
import os, sys
import app.access.tables, app.directory.tables, app.instruments.tables, app.ratings.tables
from app.foundation.storage.migrations import upgrade

ready, start = os.pipe()
racers = []
for _ in range(4):
    racer = os.fork()
    if racer == 0:
        os.close(start)
        os.read(ready, 1)
        upgrade(sys.argv[1])
        os._exit(0)
    racers.append(racer)
os.close(start)
sys.exit(sum(os.waitpid(racer, 0)[1] != 0 for racer in racers))
"""


@pytest.fixture
def database_url(database_url: str) -> str:
    """Migrations are for whoever owns the tables."""
    return owners_address(database_url)


def scripts() -> list[ModuleType]:
    """The migrations from the first to the newest."""
    directory = ScriptDirectory.from_config(Config(str(ROOT / "alembic.ini")))
    return [script.module for script in directory.walk_revisions()][::-1]


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection that leaves nothing open behind it."""
    database = Database(url)
    with database.writer.connect() as connection:
        yield connection
    database.dispose()


def index_shape(index: Any) -> str:
    """An index as text, also the condition of one that has only some of the rows."""
    return str(index | {"dialect_options": {name: str(value) for name, value in index["dialect_options"].items()}})


def shape(url: str) -> dict[str, Any]:
    """Everything that can be told of the tables: columns, keys, constraints, indexes."""
    with connected(url) as connection:
        found = inspect(connection)
        return {
            table: (
                # A column that comes back stands last: their order means nothing.
                sorted(
                    (column["name"], str(column["type"]), column["nullable"]) for column in found.get_columns(table)
                ),
                found.get_pk_constraint(table),
                sorted(map(str, found.get_foreign_keys(table))),
                sorted(map(str, found.get_check_constraints(table))),
                sorted(map(str, found.get_unique_constraints(table))),
                sorted(map(index_shape, found.get_indexes(table))),
            )
            for table in sorted(found.get_table_names())
        }


@pytest.mark.long
def test_upgrading_undoing_everything_and_upgrading_again_leads_to_the_same_schema(database_url: str) -> None:
    first = shape(database_url)
    assert first.keys() == metadata.tables.keys() | {"alembic_version"}
    downgrade(database_url, "base")
    assert shape(database_url).keys() == {"alembic_version"}
    migrating.upgrade(database_url)
    assert shape(database_url) == first


@pytest.mark.campaign
def test_every_migration_can_be_undone_and_done_again_by_itself(database_url: str) -> None:
    for script in scripts()[::-1]:
        after = shape(database_url)
        downgrade(database_url, script.down_revision or "base")
        migrating.upgrade(database_url, script.revision)
        assert shape(database_url) == after
        downgrade(database_url, script.down_revision or "base")


@pytest.mark.long
def test_the_migrated_schema_is_the_one_of_the_tables(database_url: str) -> None:
    with connected(database_url) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_text_is_compared_byte_by_byte_wherever_it_is_stored(database: Database) -> None:
    # A store that sorted as people do would page and group otherwise than Python and the other store.
    with database.writing() as session:
        for code in ("b", "a", "B", "a-b", "ab", "a_b", "Z"):
            session.add(Agency(agency_id=code, name=code, directory_version=new_id(), created_at=NOW))
    with database.reading() as session:
        listed = session.execute(text("SELECT agency_id FROM agency ORDER BY agency_id")).scalars().all()
    assert listed == sorted(listed)


@pytest.mark.long
def test_migrating_again_changes_nothing(database_url: str, database: Database) -> None:
    before = shape(database_url)
    migrating.upgrade(database_url)
    assert shape(database_url) == before
    assert migrating.current(database) == migrating.head()


@pytest.mark.long
def test_the_service_knows_whether_its_database_is_migrated(database_url: str, database: Database) -> None:
    assert readiness_of(database).status == "ready"
    downgrade(database_url, "base")
    assert (readiness_of(database).status, readiness_of(database).migration) == ("not ready", "behind")
    with database.writing() as session:
        session.execute(text("INSERT INTO alembic_version (version_num) VALUES ('9999_of_tomorrow')"))
    assert (readiness_of(database).status, readiness_of(database).migration) == ("not ready", "ahead")


def test_files_are_numbered_without_gaps_and_named_after_their_revision() -> None:
    revisions = [script.revision for script in scripts()]
    assert [file.stem for file in VERSIONS] == revisions
    # A service that starts asks the files alone, without the library that applies them.
    assert (migrating.head(), migrating.known()) == (revisions[-1], frozenset(revisions))
    for number, script in enumerate(scripts(), start=1):
        assert re.fullmatch(rf"{number:04}_[a-z][a-z0-9_]*", script.revision)
        assert script.down_revision == (revisions[number - 2] if number > 1 else None)
        assert script.__doc__
        assert len(script.revision) <= 32, "alembic's own column holds no more"


def test_a_migration_imports_nothing_of_the_program() -> None:
    # The program goes on; what a migration did to a database years ago must stay what it was.
    for file in VERSIONS:
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert all(name.split(".")[0] in ("alembic", "sqlalchemy") for name in names), (file.name, names)


@pytest.mark.campaign
def test_migrators_may_race(store: str, request: pytest.FixtureRequest, tmp_path: Path) -> None:
    if store == "sqlite":
        race(f"sqlite:///{tmp_path / 'race.db'}")
        return
    server = request.getfixturevalue("postgres")
    with server.copy_of("template0") as url:
        race(url)


def race(url: str) -> None:
    """Four processes migrate one empty database at the same moment; all must end well."""
    ended = subprocess.run([sys.executable, "-c", RACE, url], cwd=ROOT, capture_output=True, timeout=60, check=False)
    assert ended.returncode == 0, ended.stderr.decode()
    assert shape(url).keys() == metadata.tables.keys() | {"alembic_version"}
    with connected(url) as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [migrating.head()]
