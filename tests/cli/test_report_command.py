"""`cermin report` writes a closed period's reports into a folder."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from typer.testing import CliRunner, Result

from app.cli import context
from app.cli.reports import report
from app.foundation.database import Database
from app.reports.lifecycle import Reach, asked, close
from tests.house import NOW, SECRET
from tests.indices.visits import put
from tests.reports.closing import rated

Run = Callable[..., Result]


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin report …` on a database whose October is a draft."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    context.settings.cache_clear()
    database = Database(furnished[0])
    put(database, [*rated("E001", 12), *rated("E004", 12)])
    close(database, Reach("kota", "", "test"), asked("2026-10"), instrument="ikl-1", now=NOW, working_days=5)
    database.dispose()
    program = typer.Typer()
    program.command()(report)

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(program, arguments)
        assert result.exit_code == status, result.output
        return result

    yield invoke
    context.settings.cache_clear()


def test_every_report_of_a_kind_is_a_file_named_by_codes(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "laporan" / "oktober"
    told = run("kota", "employee", "2026-10", "--format", "json", "--out", str(folder)).output
    assert "2 reports written" in " ".join(told.split())
    names = ["2026-10-r1-employee-E001.json", "2026-10-r1-employee-E004.json"]
    assert sorted(file.name for file in folder.iterdir()) == names


@pytest.mark.parametrize("form", ["pdf", "xlsx", "csv", "html"])
def test_one_unit_in_one_format_and_language(run: Run, tmp_path: Path, form: str) -> None:
    run("kota", "office", "2026-10", "--unit", "dukcapil", "--format", form, "--language", "en", "--out", str(tmp_path))
    assert (tmp_path / f"2026-10-r1-office-dukcapil.{form}").stat().st_size > 500


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("kota", "employee", "2026-10", "--format", "docx"), "There is no format docx"),
        (("kota", "employee", "2026-10", "--language", "fr"), "written in id or en"),
        (("kota", "employee", "2026-09"), "There is no such report."),
        (("kota", "employee", "2026-13"), "2026-Q3"),
        (("tiada", "employee", "2026-10"), "There is no agency tiada."),
    ],
)
def test_what_cannot_be_written_is_said(run: Run, tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in " ".join(run(*arguments, "--out", str(tmp_path), status=1).output.split())


def test_a_folder_that_cannot_be_made_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    told = run("kota", "agency", "2026-10", "--out", str(tmp_path / "file" / "x"), status=1).output
    assert "cannot be written" in " ".join(told.split())
