"""`cermin instrument` adds an agency's own questionnaire and shows those it has."""

from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner, Result

from app.cli import context
from app.cli.instruments import instrument
from app.foundation.storage.database import Database
from app.instruments.loading import shipped
from tests.instruments.test_xlsform import ASKED, HEAD, workbook

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

BOGOR = Path(__file__).parents[1] / "instruments" / "bogor-2011.toml"
IKL = resources.files("app.instruments").joinpath("definitions", "ikl-1.toml").read_text("utf-8")
Run = Callable[..., Result]


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin instrument …` on a database with the agencies of the house."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    context.settings.cache_clear()
    program = typer.Typer()
    program.add_typer(instrument, name="instrument")

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(program, ["instrument", *arguments])
        assert result.exit_code == status, result.output
        return result

    yield invoke
    context.settings.cache_clear()


def one_line(output: str) -> str:
    """Output without the line breaks of a narrow terminal."""
    return " ".join(output.split())


def first_cells(output: str) -> list[str]:
    """The first cell of every row of the table."""
    return [line.split("│")[1].strip() for line in output.splitlines() if line.startswith("│")]


def test_an_agencys_own_questionnaire_is_added_once_and_is_its_own(
    run: Run, furnished: tuple[str, dict[str, str]]
) -> None:
    added = run("add", "kota", str(BOGOR)).stdout
    name = added.removesuffix(" added\n")
    assert run("add", "kota", str(BOGOR)).stdout == f"{name} is there already\n"
    assert name in first_cells(run("list", "kota").stdout)
    assert name not in first_cells(run("list", "desa").stdout)
    database = Database(furnished[0])
    with database.reading() as session:
        statement = text("SELECT actor, subject FROM audit_event WHERE action = 'instrument.added'")
        assert [tuple(row) for row in session.execute(statement)] == [(context.actor(), name)]
    database.dispose()


def test_the_shipped_questionnaires_are_listed_with_their_index(run: Run) -> None:
    output = run("list", "kota").stdout
    assert [cell for cell in first_cells(output) if cell] == sorted(shipped())
    assert [word in output for word in ("IKL", "IKM", "Cermin", "1–4")] == [True] * 4


def test_a_questionnaire_is_shown_with_answers_weights_and_grades(run: Run) -> None:
    output = one_line(run("show", "kota", "skm-2017").stdout)
    assert "Public Satisfaction Index (IKM), 1–4, SHA-256 " + shipped()["skm-2017"].digest in output
    assert "1 Not at all well" in output
    assert "4 Very well" in output
    assert "weights exact (default): 1/9 1/9" in output
    assert "weights 0.111: 0.111 0.111" in output
    assert "grades 2017 (default): A ≥ 88.31 Very good · B ≥ 76.61 Good" in output


def test_faults_of_a_file_are_listed_and_nothing_is_added(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text(IKL, "utf-8")
    assert "ikl-1 is a shipped instrument" in one_line(run("add", "kota", str(file), status=1).stderr)
    file.write_text(BOGOR.read_text("utf-8").replace("0.071", "0.01").replace("1/14", "1/15"), "utf-8")
    faults = run("add", "kota", str(file), status=1).stderr
    assert "weight_modes.0.01" in faults
    assert "weight_modes.exact" in faults
    file.write_bytes(b"\xff")
    assert "is not a UTF-8 text" in one_line(run("add", "kota", str(file), status=1).stderr)
    assert run("add", "kota", str(tmp_path / "none.toml"), status=2).stdout == ""
    assert [cell for cell in first_cells(run("list", "kota").stdout) if cell] == sorted(shipped())


@pytest.mark.parametrize("number", ["9" * 6_000, "0x" + "f" * 6_000])
def test_a_number_without_end_is_a_fault(run: Run, tmp_path: Path, number: str) -> None:
    file = tmp_path / "own.toml"
    file.write_text(f"version = {number}\n", "utf-8")
    assert run("add", "kota", str(file), status=1).stderr


def test_another_content_under_a_known_version_is_refused(run: Run, tmp_path: Path) -> None:
    run("add", "kota", str(BOGOR))
    file = tmp_path / "own.toml"
    file.write_text(BOGOR.read_text("utf-8").replace("Licensing", "Permit"), "utf-8")
    assert "exists with other content" in one_line(run("add", "kota", str(file), status=1).stderr)


def test_what_does_not_exist_is_said(run: Run) -> None:
    assert "There is no agency kampung." in run("list", "kampung", status=1).stderr
    assert "There is no agency kampung." in run("add", "kampung", str(BOGOR), status=1).stderr
    assert f"no instrument x; it has {', '.join(sorted(shipped()))}." in one_line(
        run("show", "kota", "x", status=1).stderr
    )


def test_an_xlsform_is_added_or_every_row_of_it_named_and_nothing_added(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "survei.xlsx"
    file.write_bytes(workbook())
    assert run("add", "kota", str(file)).stdout == "survei-saya-2026 added\n"
    assert run("add", "kota", str(file)).stdout == "survei-saya-2026 is there already\n"
    # What it was converted to may be changed by hand, and is the same questionnaire until then.
    converted = tmp_path / "survei.toml"
    converted.write_text(run("convert", str(file)).stdout, "utf-8")
    assert run("add", "kota", str(converted)).stdout == "survei-saya-2026 is there already\n"
    before = first_cells(run("list", "kota").stdout)
    file.write_bytes(workbook(survey=(HEAD, ASKED, ("text", "saran", "Saran", "Advice"), ("date", "d", "a", "b"))))
    for arguments in (("add", "kota", str(file)), ("convert", str(file))):
        said = one_line(run(*arguments, status=1).stderr)
        assert "survey.3: text is no select_one question; take the row out" in said
        assert "survey.4: date is no select_one question; take the row out" in said
    assert first_cells(run("list", "kota").stdout) == before
