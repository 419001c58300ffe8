"""What every command uses: the settings, the database, tables, and errors as sentences."""

import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import typer
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from rich.console import Console
from rich.table import Table

from app.foundation.secret import load_secret
from app.foundation.settings import Settings
from app.foundation.startup_errors import StartupError
from app.foundation.storage.agency_scope import all_agencies
from app.foundation.storage.database import Database, SQLAlchemyError

out = Console()
err = Console(stderr=True)

EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - compared with, not listened on

# A pipe has no width; the usual 80 columns would cut ids and figures off.
PIPE_WIDTH = 400

# What a setting must be, by the kind of its fault.
EXPECTED = {
    "int_parsing": "be a whole number",
    "float_parsing": "be a number",
    "bool_parsing": "be true or false",
    "greater_than_equal": "be at least {ge:g}",
    "greater_than": "be more than {gt:g}",
    "less_than_equal": "be at most {le:g}",
    "literal_error": "be {expected}",
    "enum": "be {expected}",
    "too_short": "have at least {min_length} characters",
    "string_too_short": "have at least {min_length} characters",
}


def print_table(table: Table, console: Console = out) -> None:
    """Draw a table; what goes into a pipe is never cut."""
    wide = console if console.is_terminal else Console(file=console.file, width=PIPE_WIDTH)
    wide.print(table)


@cache
def settings() -> Settings:
    """The settings, read once."""
    try:
        return Settings()
    except ValidationError as error:
        # The message says what is expected and never the value, which may be a secret.
        raise fail("\n".join(map(_setting_fault, error.errors(include_url=False, include_input=False)))) from None


def _setting_fault(found: ErrorDetails) -> str:
    variable = f"CERMIN_{found['loc'][0]}".upper()
    if found["type"] in EXPECTED:
        return f"{variable} must {EXPECTED[found['type']].format(**found.get('ctx', {}))}."
    return f"{variable} {found['msg'].removeprefix('Value error, ')}."


def secret() -> bytes:
    """The installation's secret."""
    given = settings().secret
    return load_secret(given.get_secret_value() if given else None, settings().secret_file)


def secret_at_hand() -> bytes | None:
    """The installation's secret; None where there is none, and none is made."""
    values = settings()
    return secret() if values.secret is not None or values.secret_file.exists() else None


def address(host: str | None = None, port: int | None = None) -> str:
    """The address under which the service is reached, for links that are printed."""
    values = settings()
    if values.public_url is not None:
        return values.public_url
    host, port = host or values.host, values.port if port is None else port
    # What listens on every address is reached on the machine itself by its own name.
    return f"http://{'localhost' if host in EVERY_ADDRESS else f'[{host}]' if ':' in host else host}:{port}"


@contextmanager
def database() -> Iterator[Database]:
    """The configured database, closed at the end of the command."""
    values = settings()
    with _opened(values.database_url, values.owner_url) as opened:
        yield opened


@contextmanager
def owners_database() -> Iterator[Database]:
    """The same, opened by the role that owns its tables, where the settings name one."""
    values = settings()
    with _opened(values.owner_url or values.database_url, None) as opened:
        yield opened


@contextmanager
def _opened(url: str, owner_url: str | None) -> Iterator[Database]:
    with reporting_errors():
        # No limit on statements, as nobody waits for a command's answer; a busy service may hold locks for seconds.
        opened = Database(url, pool_size=2, statement_timeout_ms=0, lock_timeout_ms=10_000, owner_url=owner_url)
        try:
            # Whoever may run a command may read the whole database anyway.
            with all_agencies():
                yield opened
        finally:
            opened.dispose()


@contextmanager
def reporting_errors(status: int = 1) -> Iterator[None]:
    """End the command with a sentence and this status if the installation or its database cannot be used."""
    try:
        yield
    except StartupError as error:
        raise fail(str(error), status) from None
    except SQLAlchemyError as error:
        # The error's own text would show SQL and perhaps values.
        raise fail(
            f"The database cannot be used ({type(error).__name__}). Is CERMIN_DATABASE_URL right, and is the "
            "database migrated? Run `cermin migrate`.",
            status,
        ) from None


def actor() -> str:
    """How the audit trail names the person at the terminal."""
    try:
        return f"cli:{getpass.getuser()}"[:100]
    except (KeyError, OSError):
        # A container may run as a user that the machine has no name for.
        return f"cli:user-{os.getuid()}"


def fail(message: str, status: int = 1) -> typer.Exit:
    """Print what is wrong on standard error; raise the result to end with this status."""
    err.print(message, style="red", markup=False, highlight=False)
    return typer.Exit(status)
