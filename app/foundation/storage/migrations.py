"""Migrates a database to the newest schema, and finds out which revision it has."""

from functools import cache
from pathlib import Path

from app.foundation.startup_errors import StartupError
from app.foundation.storage.database import Database

# Any number that no other program uses as an advisory lock on this database: who migrates or distributes holds it.
LOCK = 7_235_001
ROOT = Path(__file__).resolve().parents[3]
VERSIONS = ROOT / "migrations" / "versions"


def upgrade(database_url: str, revision: str = "head") -> None:
    """Apply every pending migration up to `revision`."""
    # Here, because a service that only looks which revision there is needs none of it.
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(str(ROOT / "alembic.ini"))
    config.attributes["database_url"] = database_url
    try:
        command.upgrade(config, revision)
    except CommandError:
        raise StartupError(
            "The schema of the database is not one of this program's; is it that of a newer version?"
        ) from None


@cache
def head() -> str:
    """The newest revision this program knows."""
    return max(known())


@cache
def known() -> frozenset[str]:
    """Every revision this program knows."""
    # A migration's revision is the name of its file, and their numbers are their order.
    return frozenset(file.stem for file in VERSIONS.glob("[0-9]*.py"))


def current(database: Database) -> str | None:
    """The revision the database has; None before the first migration."""
    return database.revision()
