"""`cermin demo`: the furnished agency really goes through the intake, and its known truths can be read."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.context import settings
from app.cli.program import program
from app.demo.truths import NEWCOMER, SELF_RATER
from app.foundation.clock import system_clock
from app.foundation.database import Database
from app.ratings.reconciliation import reconcile


@pytest.fixture
def demo(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """What the command printed."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", database_url)
    monkeypatch.setenv("CERMIN_SECRET_FILE", str(tmp_path / "secret"))
    settings.cache_clear()
    yield run("demo", "--no-serve")
    settings.cache_clear()


def run(*arguments: str) -> str:
    """One command that must end well; what it printed."""
    result = CliRunner().invoke(program, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout


def test_the_demo_loads_once_and_every_rating_is_counted(demo: str, database_url: str) -> None:
    database = Database(database_url, statement_timeout_ms=0)
    report = reconcile(database)
    assert 58_000 < report.ratings < 62_000
    assert (report.differences, report.strays) == ([], [])
    kinds = re.findall(r"^ +(\w+) +crm_(\w+)_\w+_\w+$", demo, re.MULTILINE)
    assert kinds == [(kind, kind) for kind in ("device", "app", "queue", "reader", "supervisor", "admin")]
    assert demo.count("curl ") == 4
    again = run("demo", "--no-serve")
    assert again != demo
    assert reconcile(database).ratings == report.ratings
    database.dispose()
    assert "all agree" in run("check", "kab-cermin")
    known_truths_can_be_read()


def known_truths_can_be_read() -> None:
    """Everybody has figures but the newcomer, who has fewer than ten ratings."""
    today = system_clock().date()
    since, until = str(today - timedelta(days=190)), str(today)
    table = run("index", "kab-cermin", "--by", "employee", "--from", since, "--to", until)
    lines = {line.split()[1]: line for line in table.splitlines() if re.match(r"│ E\d{3} ", line)}
    assert len(lines) == 40
    assert not re.search(r"\d\d\.\d\d", lines[NEWCOMER])
    assert re.search(r"\d\d\.\d\d", lines[SELF_RATER])
