"""What a command costs and says: it imports what it uses, and `cermin --help` tells each in its own words."""

import json
import os
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import context
from app.cli.program import COMMANDS, imported, program
from app.foundation.storage.database import Database
from app.foundation.storage.migrations import upgrade
from tests.house import NOW, furnish

ROOT = Path(__file__).parents[2]

# Ends as the console script does, then tells what was imported.
TELL = """
import json, sys
from app.cli import main
try:
    main()
except SystemExit as end:
    print(json.dumps([end.code, sorted(sys.modules)]))
"""
# What the whole service needs and a small command does not.
HEAVY = frozenset(
    [
        "fastapi",
        "starlette",
        "uvicorn",
        "httpx",
        "scipy",
        "numpy",
        "typst",
        "pypdf",
        "xlsxwriter",
        "python_calamine",
        "jinja2",
        "segno",
        "cryptography",
        "prometheus_client",
        "alembic",
        "babel",
        "rich.markdown",
        "app.main",
        "app.jobs",
        "app.foundation.http",
        "app.intake",
        "app.disclosure",
        "app.indices",
        "app.measures",
        "app.closing",
        "app.reports",
        "app.web",
        "app.pages",
        "app.demo",
    ]
)


def modules_of(*arguments: str, **environment: str) -> set[str]:
    """What a process imports that runs this command to its good end."""
    command = [sys.executable, "-c", TELL, *arguments]
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    status, modules = json.loads(ended.stdout.splitlines()[-1])
    assert status == 0, ended.stderr
    return set(modules)


def test_help_imports_no_command_and_nothing_that_draws() -> None:
    modules = modules_of("--help")
    own = {name for name in modules if name.split(".")[0] == "app"}
    assert own == {"app", "app.cli", "app.cli.program", "app.foundation", "app.foundation.garbage_collection"}
    assert modules & {*HEAVY, "rich.console", "pydantic", "sqlalchemy", "structlog"} == set()


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_issuing_a_key_imports_nothing_of_the_web_service(database: Database, database_url: str) -> None:
    furnish(database, "kota", NOW)
    modules = modules_of("key", "issue", "kota", "--kind", "app", CERMIN_DATABASE_URL=database_url)
    assert modules & HEAVY == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_sentence_of_the_list_begins_the_commands_own_help(name: str) -> None:
    assert (imported(name).help or "").startswith(COMMANDS[name].sentence.removesuffix("."))


def test_every_file_of_commands_is_in_the_table() -> None:
    here = {file.stem for file in (ROOT / "app/cli").glob("*.py")}
    # What is shared, and families within a family.
    shared = {"audited_copies", "context", "faults", "integrity_keys", "integrity_step", "naming", "notify_mail"}
    assert here - {entry.file for entry in COMMANDS.values()} == shared | {"__init__", "__main__", "program"}


def test_the_version_is_the_packages() -> None:
    assert CliRunner().invoke(program, ["--version"]).stdout == f"cermin {version('cermin')}\n"


def test_agencies_are_listed_with_their_names_as_they_are(
    database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERMIN_DATABASE_URL", database_url)
    context.settings.cache_clear()
    for arguments in (["add", "kota", "[red]Kota[/red]"], ["add", "desa", "Desa"], ["period", "desa", "month"]):
        assert CliRunner().invoke(program, ["agency", *arguments]).exit_code == 0
    result = CliRunner().invoke(program, ["agency", "list"])
    context.settings.cache_clear()
    rows = [[cell.strip() for cell in line.split("│")[1:4]] for line in result.stdout.splitlines() if "│" in line]
    assert rows == [["desa", "Desa", "month"], ["kota", "[red]Kota[/red]", "quarter"]]


# Starts and ends as `cermin serve` does, but for the sockets, then tells what was imported.
START = """
import asyncio, json, sys
import app.cli.service
from app.foundation.settings import Settings
from app.main import create_app

async def live():
    application = create_app(Settings())
    async with application.router.lifespan_context(application):
        pass

asyncio.run(live())
print(json.dumps(sorted(sys.modules)))
"""


@pytest.mark.long
def test_a_service_on_sqlite_starts_without_what_only_few_requests_need(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/cermin.db"
    upgrade(url)
    environment = os.environ | {"CERMIN_DATABASE_URL": url, "CERMIN_SECRET": "s" * 32}
    told = subprocess.run(
        [sys.executable, "-c", START], env=environment, cwd=ROOT, capture_output=True, text=True, check=True
    )
    imported_packages = set(json.loads(told.stdout.splitlines()[-1]))
    assert {"fastapi", "sqlalchemy", "sqlite3"} <= imported_packages
    needed_by_few = {"alembic", "mako", "psycopg", "typst", "webauthn", "xlsxwriter", "scipy", "numpy"}
    needed_by_few |= {"httpx", "authlib", "joserfc", "python_calamine"}
    needed_by_few |= {"cryptography", "argon2", "segno", "aiosmtplib", "babel", "sqlalchemy.dialects.postgresql"}
    assert not imported_packages & needed_by_few
