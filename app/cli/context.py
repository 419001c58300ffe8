"""What every command needs: the settings, the database, and clear endings."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import typer
from rich.console import Console
from rich.table import Table

from app.foundation.database import Database, SQLAlchemyError
from app.foundation.secret import load_secret
from app.foundation.settings import Settings

out = Console()
err = Console(stderr=True)

# A pipe has no width; the usual 80 columns would cut ids and figures off.
PIPE_WIDTH = 400


def print_table(table: Table, console: Console = out) -> None:
    """Draw a table; what goes into a pipe is never cut."""
    wide = console if console.is_terminal else Console(file=console.file, width=PIPE_WIDTH)
    wide.print(table)


@cache
def settings() -> Settings:
    """The settings, read once."""
    return Settings()


def secret() -> bytes:
    """The installation's secret."""
    given = settings().secret
    return load_secret(given.get_secret_value() if given else None, settings().secret_file)


@contextmanager
def database() -> Iterator[Database]:
    """The configured database, closed at the end of the command."""
    values = settings()
    opened = Database(values.database_url, pool_size=2, statement_timeout_ms=0, lock_timeout_ms=10_000)
    try:
        yield opened
    except SQLAlchemyError as error:
        # The error's own text would show SQL and perhaps values.
        raise fail(
            f"The database cannot be used ({type(error).__name__}). Is CERMIN_DATABASE_URL right, and is the "
            "database migrated? Run `cermin migrate`."
        ) from None
    finally:
        opened.dispose()


def actor() -> str:
    """How the audit trail names the person at the terminal."""
    return f"cli:{getpass.getuser()}"[:100]


def fail(message: str) -> typer.Exit:
    """Say what is wrong on standard error; raise the result to end with status 1."""
    err.print(message, style="red", markup=False, highlight=False)
    return typer.Exit(1)
