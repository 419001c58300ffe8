"""The operators' commands."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner, Result

from app.access.tables import AuditEvent
from app.cli import context
from app.cli.program import program
from app.directory.tables import Agency, Counter, Employee, Posting
from app.foundation.storage.database import Database
from tests.directory.workbooks import NIP, TOWN, dump, with_headers, xlsx_of

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

Run = Callable[..., Result]


@pytest.fixture
def run(database: Database, database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin …` against the database; it must not show a NIP."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", database_url)
    context.settings.cache_clear()

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(program, arguments)
        assert result.exit_code == status, result.output
        assert NIP not in result.output
        return result

    yield invoke
    context.settings.cache_clear()


def test_a_directory_is_added_command_by_command(run: Run, database: Database) -> None:
    assert run("agency", "add", "kota", "Kota Contoh").stdout == "agency kota added\n"
    run("office", "add", "kota", "setda", "Setda", "--timezone", "WIB", "--region-code", "73.71")
    run("office", "add", "kota", "dinas", "Dinas", "--timezone", "Asia/Makassar", "--parent", "setda")
    run("service", "add", "kota", "kk", "KK", "--family", "adminduk")
    run("service", "add", "kota", "ktp", "KTP")
    run("counter", "add", "kota", "dinas", "l1", "Loket 1", "--services", "kk, ktp")
    run("employee", "add", "kota", "E1", "Budi", "--office", "dinas", "--from", "2020-01-31", "--nip", NIP)
    run(
        "employee",
        "add",
        "kota",
        "E2",
        "Ani",
        "--office",
        "setda",
        "--position",
        "Analis",
        "--grade",
        "III/b",
    )
    with database.reading() as session:
        assert session.exec(select(Agency.name)).one() == "Kota Contoh"
        assert session.exec(select(Counter)).one().services == ["kk", "ktp"]
        assert [each.nip for each in session.exec(select(Employee).order_by(Employee.code))] == [NIP, None]
        first = session.exec(select(Posting).where(Posting.employee == "E1")).one()
        trail = session.exec(select(AuditEvent)).all()
        assert str(first.from_on) == "2020-01-31"
    assert {event.actor for event in trail} == {context.actor()}
    assert {event.action for event in trail} == {
        "agency.added", "office.added", "service.added", "counter.added", "employee.added"
    }  # fmt: skip
    assert NIP not in str([event.model_dump() for event in trail])
    assert context.actor().startswith("cli:")


def test_a_fault_ends_with_status_1_and_a_sentence_on_standard_error(run: Run) -> None:
    run("agency", "add", "kota", "Kota")
    result = run("agency", "add", "kota", "Kota", status=1)
    assert result.stdout == ""
    assert result.stderr == "the agency kota already exists\n"
    assert "no office x" in run("employee", "add", "kota", "E1", "B", "--office", "x", status=1).stderr


def test_a_workbook_is_imported_and_counted(run: Run, database: Database, tmp_path: Path) -> None:
    run("agency", "add", "kota", "Kota")
    file = str(xlsx_of(tmp_path / "town.xlsx", with_headers(TOWN)))
    first = run("directory", "import", "kota", file)
    assert [line.split()[1::2] for line in first.stdout.splitlines()[3:8]] == [
        ["offices", "2", "0", "0"],
        ["services", "2", "0", "0"],
        ["counters", "3", "0", "0"],
        ["employees", "2", "0", "0"],
        ["duties", "2", "0", "0"],
    ]
    before = dump(database)
    assert "nothing was changed" in run("directory", "import", "kota", file).stdout
    assert dump(database) == before
    with database.reading() as session:
        event = session.exec(select(AuditEvent).order_by(col(AuditEvent.event_id).desc())).first()
    assert event is not None
    assert event.action == "directory.imported"


def test_the_faults_of_a_workbook_are_a_table_on_standard_error(run: Run, tmp_path: Path) -> None:
    run("agency", "add", "kota", "Kota")
    lines = {"offices": [("code", "name", "parent", "timezone", "region_code"), ("[red]", NIP, "", "WIB", "")]}
    result = run("directory", "import", "kota", str(xlsx_of(tmp_path / "a.xlsx", lines)), status=1)
    assert result.stdout == ""
    assert [cell.strip() for cell in result.stderr.splitlines()[3].split("│")[1:4]] == [
        "offices",
        "2",
        "code",
    ]
    assert "1 fault(s); nothing was written" in result.stderr
    missing = run("directory", "import", "kota", str(tmp_path / "[b]none.xlsx"), status=1)
    assert "[b]none.xlsx" in missing.stderr


def test_the_template_is_written_once_and_imports(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "template.xlsx"
    assert "written" in run("directory", "template", str(file)).stdout
    assert "exists already" in one_line(run("directory", "template", str(file), status=1).stderr)
    other = str(tmp_path / "template.csv")
    assert "must end in .xlsx" in one_line(run("directory", "template", other, status=1).stderr)
    run("agency", "add", "kota", "Kota")
    assert "offices" in run("directory", "import", "kota", str(file)).stdout


def test_a_template_that_cannot_be_written_is_told(run: Run) -> None:
    told = one_line(run("directory", "template", "/nonexistent/x.xlsx", status=1).stderr)
    assert told == "/nonexistent/x.xlsx cannot be written: No such file or directory"


def test_a_name_may_have_200_characters(run: Run) -> None:
    assert run("agency", "add", "kota", "x" * 201, status=1).stderr == "name: write at most 200 characters\n"
    run("agency", "add", "kota", "x" * 200)


def one_line(text: str) -> str:
    """Output without the line breaks of a narrow terminal."""
    return " ".join(text.split())
