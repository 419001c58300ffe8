"""What every command needs: the settings, the database, and clear endings."""

import getpass
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import typer
from rich.console import Console

from app.foundation.database import Database
from app.foundation.secret import load_secret
from app.foundation.settings import Settings

out = Console()
err = Console(stderr=True)


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
    finally:
        opened.dispose()


def actor() -> str:
    """How the audit trail names the person at the terminal."""
    return f"cli:{getpass.getuser()}"[:100]


def fail(message: str) -> typer.Exit:
    """Say what is wrong on standard error; raise the result to end with status 1."""
    err.print(message, style="red", markup=False, highlight=False)
    return typer.Exit(1)
