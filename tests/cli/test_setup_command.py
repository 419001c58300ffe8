"""`cermin setup`, and what `cermin serve` says where there is no agency yet."""

from collections.abc import Callable, Iterator

import pytest
from rich.console import Console
from typer.testing import CliRunner, Result

from app.cli import context, setting_up
from app.cli.program import program
from app.cli.setting_up import tell_the_way_in
from app.foundation.clock import system_clock
from app.foundation.storage.database import Database
from app.people.setting_up import SetUp
from tests.house import SECRET
from tests.people.persons import Door, fragment, visit

Run = Callable[..., Result]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin …` on an empty installation; the output is that of a pipe."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", database_url)
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    context.settings.cache_clear()

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(program, arguments)
        assert result.exit_code == status, (result.output, result.exception)
        return result

    yield invoke
    context.settings.cache_clear()


def test_the_command_prints_a_link_that_opens_the_way(run: Run, database_url: str) -> None:
    printed = run("setup")
    assert printed.stdout.startswith("http://127.0.0.1:8000/setup#")
    assert run("setup").stdout == printed.stdout
    with Door.open(database_url) as door:
        door.clock.now = system_clock()
        SetUp(door.database, door.clock, SECRET.encode(), door.sessions).check(visit(), fragment(printed.stdout))


@pytest.mark.parametrize(
    ("variable", "value", "address"),
    [
        ("CERMIN_PUBLIC_URL", "https://cermin.example.go.id/umpan", "https://cermin.example.go.id/umpan/setup#"),
        ("CERMIN_HOST", "0.0.0.0", "http://localhost:8000/setup#"),
        ("CERMIN_HOST", "::1", "http://[::1]:8000/setup#"),
    ],
)
def test_the_link_leads_to_where_the_service_is_reached(
    run: Run, monkeypatch: pytest.MonkeyPatch, variable: str, value: str, address: str
) -> None:
    monkeypatch.setenv(variable, value)
    context.settings.cache_clear()
    assert run("setup").stdout.startswith(address)


def test_with_an_agency_there_is_nothing_to_set_up(run: Run) -> None:
    run("agency", "add", "kota", "Kota")
    assert "There is an agency already" in run("setup", status=1).stderr


def test_with_another_secret_no_link_is_printed_that_opens_nothing(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("setup")
    monkeypatch.setenv("CERMIN_SECRET", "another secret, which is long enough, too")
    context.settings.cache_clear()
    refused = run("setup", status=1)
    assert "Restore the old secret" in " ".join(refused.stderr.split())
    assert "#" not in refused.stdout


def test_a_service_shows_the_link_to_a_terminal_and_to_no_log(
    database_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    database = Database(database_url)
    for terminal in (True, False):
        monkeypatch.setattr(setting_up, "err", Console(stderr=True, force_terminal=terminal))
        tell_the_way_in(database, SECRET.encode(), "http://localhost:8000")
        said = capsys.readouterr()
        assert ("http://localhost:8000/setup#" in said.err) == terminal
        # What is written to standard output may be kept, too.
        assert "setup#" not in said.out
        assert ("installation.empty" in said.out + said.err) != terminal
    database.dispose()


def test_a_service_with_an_agency_says_nothing(run: Run, database_url: str, capsys: pytest.CaptureFixture[str]) -> None:
    run("agency", "add", "kota", "Kota")
    database = Database(database_url)
    tell_the_way_in(database, SECRET.encode(), "http://localhost:8000")
    said = capsys.readouterr()
    assert (said.out, said.err) == ("", "")
    database.dispose()
