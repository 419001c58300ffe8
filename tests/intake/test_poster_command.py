"""`cermin poster`, as an operator types it."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import context
from app.cli.program import program

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily


def invoke(*arguments: str, status: int) -> Result:
    """Run the command."""
    context.settings.cache_clear()
    result = CliRunner().invoke(program, ("poster", *arguments))
    context.settings.cache_clear()
    assert result.exit_code == status, (result.output, result.exception)
    return result


def test_a_poster_is_written_or_it_is_said_why_not(
    furnished: tuple[str, dict[str, str]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    file = tmp_path / "poster.svg"
    missing = invoke("kota", "dukcapil", "--out", str(file), status=1)
    assert "CERMIN_PUBLIC_URL" in missing.stderr
    monkeypatch.setenv("CERMIN_PUBLIC_URL", "https://cermin.example.go.id")
    assert invoke("kota", "dukcapil", "--out", str(file), status=0).stdout.strip() == str(file)
    assert file.read_text("utf-8").startswith("<svg")
    sheet = tmp_path / "poster.pdf"
    assert invoke("kota", "dukcapil", "--out", str(sheet), "--language", "en", status=0).stdout.strip() == str(sheet)
    assert sheet.read_bytes().startswith(b"%PDF")
    trust = invoke("kota", "dukcapil", "--out", str(file), "--instrument", "kepercayaan-2025", status=0)
    assert trust.stdout.strip() == str(file)
    only = invoke("kota", "dukcapil", "--out", str(file), "--instrument", "maladministrasi-2025", status=1)
    assert "with a ticket only" in only.stderr
    assert "id or en" in invoke("kota", "dukcapil", "--language", "fr", status=1).stderr
    assert "no agency tiada" in invoke("tiada", "dukcapil", "--out", str(file), status=1).stderr
    assert "no office" in invoke("kota", "tiada", "--out", str(file), status=1).stderr
    assert "Is a directory" in invoke("kota", "setda", "--out", str(tmp_path), status=1).stderr
