"""A server that is too old and a database that holds not every text are refused in words, before anything is done."""

from pathlib import Path

import psycopg
import pytest
from psycopg import sql
from typer.testing import CliRunner

from app.cli import context
from app.cli.program import program
from app.foundation.storage import server_requirements
from app.foundation.storage.server_requirements import fault_of_server
from tests.conftest import EMPTY
from tests.postgres import PostgresServer


def command(name: str, url: str, monkeypatch: pytest.MonkeyPatch) -> tuple[int, str]:
    """What a command says of this database; with which status it ends."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", url)
    monkeypatch.delenv("CERMIN_OWNER_URL", raising=False)
    context.settings.cache_clear()
    result = CliRunner().invoke(program, [name])
    context.settings.cache_clear()
    return result.exit_code, " ".join(result.output.split())


@pytest.mark.parametrize(
    ("version", "encoding", "said"),
    [
        (140_021, "UTF8", "PostgreSQL 14; Cermin needs 15"),
        (90_624, "UTF8", "PostgreSQL 9; Cermin needs 15"),
        (180_006, "LATIN1", "encoded in LATIN1"),
    ],
)
def test_what_does_not_do_is_named(version: int, encoding: str, said: str) -> None:
    assert said in str(fault_of_server(version, encoding))


@pytest.mark.parametrize(("version", "encoding"), [(150_000, "UTF8"), (180_006, "UTF8"), (170_010, None)])
def test_what_does_is_taken(version: int, encoding: str | None) -> None:
    assert fault_of_server(version, encoding) is None


@pytest.mark.one_server
@pytest.mark.parametrize("name", ["migrate", "serve", "check"])
@pytest.mark.parametrize("encoding", ["SQL_ASCII", "LATIN1"])
def test_a_database_of_another_encoding_is_refused_with_the_statement_that_makes_a_better_one(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, encoding: str
) -> None:
    monkeypatch.chdir(tmp_path)
    database = f"cermin_test_{encoding.lower()}_{name}"
    made = sql.SQL("CREATE DATABASE {} TEMPLATE template0 ENCODING {} LOCALE 'C'")
    with psycopg.connect(postgres.admin_url, autocommit=True) as admin:
        admin.execute(made.format(sql.Identifier(database), sql.Literal(encoding)))
        try:
            status, said = command(name, postgres.address(database), monkeypatch)
        finally:
            admin.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))
    assert status == (3 if name == "serve" else 1)
    assert f"The database is encoded in {encoding}" in said
    assert "CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'" in said


def test_a_server_that_is_too_old_is_refused(postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch) -> None:
    with postgres.copy_of(EMPTY) as url:
        assert command("migrate", url, monkeypatch)[0] == 0
        monkeypatch.setattr(server_requirements, "OLDEST", 990_000)
        status, said = command("migrate", url, monkeypatch)
    assert status == 1
    assert said.endswith("Cermin needs 99 or newer.")
