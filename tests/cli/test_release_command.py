"""`cermin release`: the figures of months that are over can be read at once, and nothing is told twice."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from typer.testing import CliRunner

from app.cli import context
from app.cli.program import program
from app.disclosure.rules.calendar import LAST_ZONE, months_until
from app.foundation.clock import system_clock
from app.foundation.storage.database import Database
from tests.audit_trail import recorded
from tests.ratings.visits import Visit, put

pytestmark = pytest.mark.sqlite_daily

Run = Callable[..., str]


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin …`, and gives what it says on one line; twelve ratings of an office and four of another are new."""
    today = system_clock().astimezone(LAST_ZONE).date()
    month = months_until(today.replace(day=1) - timedelta(days=1), 1)[0]
    database = Database(furnished[0])
    put(database, [Visit(rated_on=month.first)] * 12 + [Visit(rated_on=month.first, office="upt-makassar")] * 4)
    database.dispose()
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    monkeypatch.setenv("CERMIN_RELEASE_AFTER_DAYS", "0")

    def invoke(*arguments: str, status: int = 0) -> str:
        context.settings.cache_clear()
        result = CliRunner().invoke(program, arguments)
        assert result.exit_code == status, (result.output, result.exception)
        return " ".join(result.output.split()).replace(month.code, "the month")

    yield invoke
    context.settings.cache_clear()


def test_what_can_be_told_is_told_once_and_what_waits_is_said(run: Run, furnished: tuple[str, dict[str, str]]) -> None:
    assert "The agency has no release of figures" in run("index", "kota", "--by", "office", status=1)
    waits = "4 of ended months wait until there are ten"
    assert run("release", "kota") == f"release 1, up to the month: 12 ratings told, {waits}"
    assert run("release", "kota") == f"release 2, up to the month: 0 ratings told, {waits}"
    database = Database(furnished[0])
    assert recorded(database, "figures.released") == [("figures.released", "cli", number) for number in "12"]
    database.dispose()


def test_a_month_that_ended_lately_is_not_told_yet(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CERMIN_RELEASE_AFTER_DAYS", "60")
    said = run("release", "kota")
    assert said.endswith(": 0 ratings told, 0 of ended months wait until there are ten")
    assert "the month" not in said


def test_each_agency_has_releases_of_its_own_and_an_unknown_one_none(run: Run) -> None:
    assert run("release", "desa").startswith("release 1, up to the month: 0 ratings told")
    assert run("release", "kota").startswith("release 1, up to the month: 12 ratings told")
    assert "There is no agency tiada." in run("release", "tiada", status=1)
