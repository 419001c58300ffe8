"""`cermin report` writes a closed period's reports into a folder."""

import csv
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from zipfile import ZipFile

import pytest
import typer
from python_calamine import CalamineWorkbook
from typer.testing import CliRunner, Result

from app.access.principals import Reach
from app.cli import context
from app.cli.reports import report
from app.closing.addressing import asked
from app.closing.lifecycle import Method, close, finalise
from app.directory.tables import Employee
from app.disclosure.releasing import ReleaseOrder, release_agency
from app.foundation.storage.database import Database
from app.seals.signing import SigningKey
from tests.closing.steps import AFTER_THE_WINDOW, rated
from tests.house import CANARY_NIP, LATE, NOW, SECRET
from tests.ratings.visits import put

pytestmark = pytest.mark.sqlite_daily

Run = Callable[..., Result]


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin report …` on a database whose October is a draft."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    context.settings.cache_clear()
    database = Database(furnished[0])
    put(database, [*rated("E001", 12), *rated("E004", 12)])
    release_agency(database, "kota", ReleaseOrder(NOW, "test", timedelta(0), LATE))
    close(database, Reach("kota", None, "test"), asked("2026-10"), by=Method("ikl-1"), now=NOW, working_days=5)
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
    names = ["2026-10-ikl-1-r1-employee-E001.json", "2026-10-ikl-1-r1-employee-E004.json"]
    assert sorted(file.name for file in folder.iterdir()) == names


def read(content: bytes, delimiter: str = ";") -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(content.decode("utf-8-sig"), newline=""), delimiter=delimiter))


def test_an_appraisal_is_one_file_with_every_employee(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "penilaian"
    run("kota", "appraisal", "2026-10", "--out", str(folder))
    run("kota", "appraisal", "2026-10", "--format", "csv", "--out", str(folder))
    names = ["2026-10-ikl-1-appraisals-kota.csv", "2026-10-ikl-1-appraisals-kota.xlsx"]
    assert sorted(file.name for file in folder.iterdir()) == names
    assert [row["code"] for row in read((folder / names[0]).read_bytes())] == ["E001", "E004"]
    run("kota", "appraisal", "2026-10", "--format", "csv", "--language", "en", "--out", str(folder))
    assert [row["code"] for row in read((folder / names[0]).read_bytes(), ",")] == ["E001", "E004"]


def test_csv_is_written_for_the_language_of_the_report(run: Run, tmp_path: Path) -> None:
    headings = {"id": "Bagian laporan;Tabel;Baris;Kolom;Nilai", "en": "Section,Table,Row,Column,Value"}
    for language, begins in headings.items():
        run("kota", "employee", "2026-10", "--format", "csv", "--language", language, "--out", str(tmp_path))
        texts = [file.read_text("utf-8-sig") for file in tmp_path.glob("*.csv")]
        assert texts
        assert all(text.startswith(begins) for text in texts)


@pytest.mark.long
def test_the_whole_nip_is_written_only_when_it_is_asked_for(run: Run, tmp_path: Path) -> None:
    for kind, form in (("appraisal", "csv"), ("employee", "csv"), ("employee", "html")):
        for word, expected in ((), False), (("--nip",), True):
            folder = tmp_path / f"{kind}-{form}-{expected}"
            told = run("kota", kind, "2026-10", "--format", form, "--out", str(folder), *word).output
            for file in folder.iterdir():
                assert (CANARY_NIP in file.read_text("utf-8")) is expected
            assert CANARY_NIP not in told + str(list(folder.iterdir()))


@pytest.mark.long
def test_a_pack_is_what_one_appraiser_takes_along_once_it_is_final(
    run: Run, furnished: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    database, asked_for = (
        Database(furnished[0]),
        ("kota", "pack", "2026-10", "--appraiser", "E002", "--out", str(tmp_path)),
    )
    with database.writing() as session:
        for code in ("E001", "E004"):
            employee = session.get_one(Employee, ("kota", code))
            employee.appraiser = "E002"
            session.add(employee)
    assert "is not final" in " ".join(run(*asked_for, status=1).output.split())
    later, key = NOW + AFTER_THE_WINDOW, SigningKey.generate()
    finalise(database, Reach("kota", None, "test"), asked("2026-10"), "ikl-1", key=key, now=later)
    database.dispose()
    assert "2026-10-ikl-1-pack-E002.zip written" in "".join(run(*asked_for).output.splitlines())
    with ZipFile(tmp_path / "2026-10-ikl-1-pack-E002.zip") as archive:
        assert len(archive.namelist()) == 3
    run(*asked_for, "--format", "xlsx", "--language", "en", "--nip")
    workbook = CalamineWorkbook.from_path(tmp_path / "2026-10-ikl-1-pack-E002.xlsx")
    assert CANARY_NIP in {row[1] for row in workbook.get_sheet_by_name("People").to_python()}


def test_the_surveys_of_a_period_are_files_too(run: Run, tmp_path: Path) -> None:
    run("kota", "skm", "2026-10", "--format", "csv", "--out", str(tmp_path))
    names = ["2026-10-ikl-1-r1-skm-ALL.csv", "2026-10-ikl-1-r1-skm-dukcapil.csv"]
    assert sorted(file.name for file in tmp_path.glob("*.csv")) == names


@pytest.mark.once
@pytest.mark.parametrize("form", ["pdf", "xlsx", "csv", "html"])
def test_one_unit_in_one_format_and_language(run: Run, tmp_path: Path, form: str) -> None:
    run("kota", "office", "2026-10", "--unit", "dukcapil", "--format", form, "--language", "en", "--out", str(tmp_path))
    assert (tmp_path / f"2026-10-ikl-1-r1-office-dukcapil.{form}").stat().st_size > 500


@pytest.mark.long
@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("kota", "employee", "2026-10", "--format", "docx"), "There is no format docx"),
        (("kota", "employee", "2026-10", "--language", "fr"), "written in id or en"),
        (("kota", "employee", "2026-09"), "This period has not been closed"),
        (("kota", "employee", "2026-10", "--instrument", "skm-2017"), "This period has not been closed"),
        (("kota", "employee", "2026-10", "--unit", "E009"), "There is no such report."),
        (("kota", "appraisal", "2026-10", "--format", "pdf"), "There is no format pdf; there are json, csv"),
        (("kota", "appraisal", "2026-10", "--unit", "E001"), "leave --unit out"),
        (("kota", "appraisal", "2026-10", "--revision", "7"), "There is no such report."),
        (("kota", "appraisal", "2026-09"), "This period has not been closed"),
        (("kota", "appraisal", "2026-13"), "2026-Q3"),
        (("tiada", "appraisal", "2026-10"), "There is no agency tiada."),
        (("kota", "pack", "2026-10"), "name that employee with --appraiser"),
        (("kota", "employee", "2026-10", "--appraiser", "E002"), "name that employee with --appraiser"),
        (("kota", "pack", "2026-10", "--appraiser", "E002", "--unit", "E001"), "leave --unit out"),
        (("kota", "pack", "2026-10", "--appraiser", "E002", "--format", "pdf"), "there are xlsx, zip"),
        (("kota", "employee", "2026-13"), "2026-Q3"),
        (("tiada", "employee", "2026-10"), "There is no agency tiada."),
    ],
)
def test_what_cannot_be_written_is_said(run: Run, tmp_path: Path, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in " ".join(run(*arguments, "--out", str(tmp_path), status=1).output.split())


def test_a_folder_that_cannot_be_made_is_said(run: Run, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    for kind in ("agency", "appraisal"):
        told = run("kota", kind, "2026-10", "--out", str(tmp_path / "file" / "x"), status=1).output
        assert "cannot be written" in " ".join(told.split())
