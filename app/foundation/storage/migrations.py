"""Migrates a database to the newest schema, and finds out which revision it has."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from app.foundation.startup_errors import StartupError
from app.foundation.storage.database import Database

# Any number that no other program uses as an advisory lock on this database: who migrates or distributes holds it.
LOCK = 7_235_001
ROOT = Path(__file__).resolve().parents[3]


def _config(database_url: str) -> Config:
    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["database_url"] = database_url
    return config


def upgrade(database_url: str, revision: str = "head") -> None:
    """Apply every pending migration up to `revision`."""
    try:
        command.upgrade(_config(database_url), revision)
    except CommandError:
        raise StartupError(
            "The schema of the database is not one of this program's; is it that of a newer version?"
        ) from None


@cache
def head() -> str | None:
    """The newest revision this program knows."""
    return ScriptDirectory.from_config(_config("")).get_current_head()


@cache
def known() -> frozenset[str]:
    """Every revision this program knows."""
    return frozenset(each.revision for each in ScriptDirectory.from_config(_config("")).walk_revisions())


def current(database: Database) -> str | None:
    """The revision the database has; None before the first migration."""
    with database.reader.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()
