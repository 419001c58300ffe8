"""What an operator mistypes ends a command with one sentence, never with a traceback or a secret."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import context, main
from app.cli.program import program
from app.foundation.storage.database import Database
from app.foundation.storage.installation import claim_secret

PASSWORD = "sandi-kenari"


class Shell:
    """Runs `cermin …` in an empty folder, with the settings that are given and no others."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self._monkeypatch = monkeypatch

    def told(self, *arguments: str, status: int = 1, **environment: str) -> str:
        """What a command that ends badly says, on one line."""
        for name, value in environment.items():
            self._monkeypatch.setenv(name, value)
        context.settings.cache_clear()
        result = CliRunner().invoke(program, arguments)
        assert isinstance(result.exception, SystemExit), result.exception
        assert result.exit_code == status, result.output
        assert "Traceback" not in result.output
        assert PASSWORD not in result.output
        return " ".join(result.output.split())


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    """A terminal."""
    monkeypatch.chdir(tmp_path)
    for name in os.environ:
        if name.startswith("CERMIN_"):
            monkeypatch.delenv(name)
    yield Shell(tmp_path, monkeypatch)
    context.settings.cache_clear()


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("SECRET", PASSWORD, "CERMIN_SECRET must have at least 32 characters."),
        ("PORT", "abc", "CERMIN_PORT must be a whole number."),
        ("PORT", "65536", "CERMIN_PORT must be at most 65535."),
        ("LANGUAGE", "fr", "CERMIN_LANGUAGE must be 'id' or 'en'."),
        ("LOG_LEVEL", "x", "CERMIN_LOG_LEVEL must be 'debug', 'info', 'warning' or 'error'."),
        ("ENVIRONMENT", "x", "CERMIN_ENVIRONMENT must be 'development' or 'production'."),
        ("RECEIVE_SECONDS", "0", "CERMIN_RECEIVE_SECONDS must be more than 0."),
        ("WRITERS", "0", "CERMIN_WRITERS must be at least 1."),
    ],
)
def test_a_bad_setting_is_named_and_its_value_is_not_shown(
    shell: Shell, monkeypatch: pytest.MonkeyPatch, name: str, value: str, expected: str
) -> None:
    monkeypatch.setenv(f"CERMIN_{name}", value)
    assert shell.told("check") == expected


def test_every_bad_setting_is_told_at_once(shell: Shell) -> None:
    told = shell.told("serve", CERMIN_PORT="-1", CERMIN_LANGUAGE="fr")
    assert told == "CERMIN_PORT must be at least 0. CERMIN_LANGUAGE must be 'id' or 'en'."


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("foo", "is no address of a database"),
        ("", "is no address of a database"),
        (f"postgresql://u:{PASSWORD}@h:notaport/c", "is no address of a database"),
        (f"mysql://a:{PASSWORD}@b/c", "postgresql and sqlite, not mysql"),
        (f"postgres://a:{PASSWORD}@b/c", "postgresql and sqlite, not postgres"),
        ("sqlite:///:memory:", "names no file"),
        ("sqlite://", "names no file"),
        ("sqlite:///file:x?mode=memory&uri=true", "no options"),
        ("sqlite+aiosqlite:///x.db", "sqlite:///"),
        ("sqlite:////proc/x/y.db", "/proc/x"),
        (f"postgresql://a:{PASSWORD}@127.0.0.1:1/c", "cannot be used (OperationalError)"),
    ],
)
def test_an_unusable_database_is_told_without_its_password(shell: Shell, url: str, expected: str) -> None:
    assert expected in shell.told("check", CERMIN_DATABASE_URL=url)


@pytest.mark.parametrize("command", ["migrate", "demo"])
@pytest.mark.parametrize("url", ["sqlite:////proc/x/y.db", f"postgresql://a:{PASSWORD}@127.0.0.1:1/c"])
def test_nothing_is_migrated_without_a_database(shell: Shell, command: str, url: str) -> None:
    assert "database" in shell.told(command, CERMIN_DATABASE_URL=url)


@pytest.mark.parametrize("url", ["sqlite:///new.db", f"postgresql://a:{PASSWORD}@127.0.0.1:1/c"])
def test_a_database_that_is_not_ready_is_not_served(shell: Shell, url: str) -> None:
    told = shell.told("serve", "--port", "0", status=3, CERMIN_DATABASE_URL=url)
    assert told == "The database is not reachable or not migrated. Run `cermin migrate`."


@pytest.mark.long
def test_another_secret_is_refused_with_a_sentence_alone(shell: Shell, empty_sqlite: Path) -> None:
    url = f"sqlite:///{shell.folder / 'claimed.db'}"
    (shell.folder / "claimed.db").write_bytes(empty_sqlite.read_bytes())
    database = Database(url)
    claim_secret(database, b"x" * 32)
    database.dispose()
    for command, status in {"serve": 3, "demo": 1}.items():
        told = shell.told(command, status=status, CERMIN_DATABASE_URL=url, CERMIN_SECRET="y" * 32)
        assert told.startswith("CERMIN_SECRET (or its file) is not the one")


def test_a_secret_that_cannot_be_kept_is_told(shell: Shell) -> None:
    url = f"sqlite:///{shell.folder / 'x.db'}"
    told = shell.told("serve", status=3, CERMIN_DATABASE_URL=url, CERMIN_SECRET_FILE="/proc/x/secret")
    assert "secret" in told
    assert "/proc/x" in told


def test_a_database_of_a_newer_program_is_not_migrated(shell: Shell, empty_sqlite: Path) -> None:
    file = shell.folder / "newer.db"
    file.write_bytes(empty_sqlite.read_bytes())
    database = Database(f"sqlite:///{file}")
    with database.writer.connect() as connection, connection.begin():
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999_later'")
    database.dispose()
    assert "newer" in shell.told("migrate", CERMIN_DATABASE_URL=f"sqlite:///{file}")


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_a_port_beyond_the_last_is_refused(shell: Shell, command: str) -> None:
    assert "65535" in shell.told(command, "--port", "99999", status=2)


@pytest.mark.parametrize("arguments", [["agency", "add", "kota", b"\xff"], ["check", b"kota", b"\xff"], [b"\xff.xlsx"]])
def test_arguments_that_are_no_text_are_refused(
    arguments: list[str | bytes], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["cermin", *map(os.fsdecode, arguments)])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 1
    assert capsys.readouterr().err == f"Argument {len(arguments)} is not UTF-8 text.\n"


def test_a_user_without_a_name_is_audited_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found")

    monkeypatch.setattr("getpass.getuser", nobody)
    assert context.actor() == f"cli:user-{os.getuid()}"
