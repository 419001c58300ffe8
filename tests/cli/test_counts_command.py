"""`cermin counts import`: results of which only counts are known have an index, and no interval of it."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner

from app.cli import context
from app.cli.counts import counts
from app.disclosure.reconciliation import reconcile_blocks
from app.instruments.loading import shipped
from app.ratings.rating import COUNTS
from tests.audit_trail import recorded
from tests.house import SECRET, House
from tests.indices.test_golden import PERPUSNAS
from tests.ratings.visits import Visit, put

pytestmark = pytest.mark.sqlite_daily

HEADER = "office,service,month,question,1,2,3,4"
IKL = ("speed", "transparency", "friendliness")


def file_of(folder: Path, *rows: str) -> Path:
    """A file of counts."""
    file = folder / "counts.csv"
    file.write_text("\n".join([HEADER, *rows]), "utf-8")
    return file


def group(*answers: str, office: str = "dukcapil", month: str = "2026-10") -> list[str]:
    """The rows of one office and month by the three questions."""
    return [f"{office},ktp-el,{month},{code},{each}" for code, each in zip(IKL, answers, strict=True)]


@pytest.fixture
def house(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """A service on the database that the commands use."""
    url, keys = furnished
    monkeypatch.setenv("CERMIN_DATABASE_URL", url)
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    context.settings.cache_clear()
    with House.open(url, keys) as opened:
        yield opened
    context.settings.cache_clear()


def run(file: Path, instrument: str = "ikl-1", status: int = 0) -> str:
    """What `cermin counts import kota FILE` says, on one line."""
    program = typer.Typer()
    program.add_typer(counts, name="counts")
    result = CliRunner().invoke(program, ["counts", "import", "kota", str(file), "--instrument", instrument])
    assert result.exit_code == status, result.output
    return " ".join(result.output.split())


def october(house: House, **asked: str) -> dict[str, Any]:
    """The row of the office's October."""
    house.release()
    period = {"from": "2026-10-01", "to": "2026-10-31", "office": "dukcapil"}
    [row] = house.get("/v1/indices", params=period | asked).json()["rows"]
    return dict(row)


def test_perpusnas_from_its_published_counts_has_its_published_index(house: House, tmp_path: Path) -> None:
    rows = [
        f"dukcapil,ktp-el,2026-10,{code},{','.join(map(str, answers))}"
        for code, answers in zip(shipped()["skm-2017"].codes, PERPUSNAS, strict=True)
    ]
    assert "1 groups of counts read, 187 of 187 sheets new" in run(file_of(tmp_path, *rows), "skm-2017")
    row = october(house, instrument="skm-2017")
    assert (row["n"], row["index"]["value"], row["index"]["interval"]) == (187, "87.64", None)
    # Every element has its own.
    assert all(each["interval"] for each in row["dimensions"])
    assert "0 of 187 sheets new" in run(file_of(tmp_path, *rows), "skm-2017")
    assert recorded(house.database, "counts.imported") == [("counts.imported", "cli", "kota")] * 2


def test_beside_sheets_the_interval_is_theirs(house: House, tmp_path: Path) -> None:
    put(house.database, [Visit(sheet=sheet, rated_on=date(2026, 10, 12)) for sheet in ("434", "343") * 10])
    run(file_of(tmp_path, *group("0,0,10,10", "0,0,5,15", "0,2,8,5")))
    row = october(house)
    assert row["n"] == 40
    assert row["index"]["interval"] is not None
    [third] = [each for each in row["dimensions"] if each["code"] == "friendliness"]
    assert third["n"] == 35
    assert reconcile_blocks(house.database, "kota").faults == ()


def test_fewer_answers_to_a_question_are_skipped_sheets(house: House, tmp_path: Path) -> None:
    run(file_of(tmp_path, *group("0,0,10,10", "0,0,5,15", "0,0,0,0")))
    with house.database.reading() as session:
        rows = session.execute(text("SELECT sheet, digest FROM rating")).all()
    assert len(rows) == 20
    assert all(sheet[2] == "-" and sheet[:2] != "--" and digest.startswith(COUNTS) for sheet, digest in rows)


def test_other_counts_for_the_same_are_refused(house: House, tmp_path: Path) -> None:
    run(file_of(tmp_path, *group("0,0,10,10", "0,0,5,15", "0,2,8,5")))
    fewer, other = group("0,0,10,5", "0,0,5,10", "0,2,8,5"), group("0,0,0,9", "0,0,0,9", "0,0,0,9", office="setda")
    assert "they never change" in run(file_of(tmp_path, *fewer, *other), status=1)
    with house.database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM rating")).scalar_one() == 20


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (["utara,ktp-el,2026-10,speed,1,1,1,1"], "no office"),
        (["dukcapil,sim,2026-10,speed,1,1,1,1"], "no service"),
        (["dukcapil,ktp-el,2026-10,WAKTU,1,1,1,1"], "write one of speed, transparency, friendliness"),
        (["dukcapil,ktp-el,2026-13,speed,1,1,1,1"], "write the month as 2026-09"),
        (["dukcapil,ktp-el,1969-12,speed,1,1,1,1"], "write the month as 2026-09"),
        (["dukcapil,ktp-el,2999-01,speed,1,1,1,1"], "not over yet"),
        (["dukcapil,ktp-el,2026-10,speed,1,-1,x,1"], "a whole number"),
        (["dukcapil,ktp-el,2026-10,speed,999999,1,1,1"], "correct the numbers"),
        (["dukcapil,ktp-el,2026-10,speed,1,1,1,1"], "transparency, friendliness missing"),
        (group("0,0,0,0", "0,0,0,0", "0,0,0,0"), "nobody answered"),
        (group("1,1,1,1", "1,1,1,1", "1,1,1,1") * 2, "twice"),
        (["dukcapil,ktp-el,2026-10,speed,1,1,1,1,7"], "more cells"),
    ],
)
def test_a_faulty_file_is_told_row_by_row_and_nothing_is_written(
    house: House, tmp_path: Path, rows: list[str], words: str
) -> None:
    assert words in run(file_of(tmp_path, *rows), status=1)
    with house.database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM rating")).scalar_one() == 0


@pytest.mark.usefixtures("house")
def test_a_faulty_cell_is_one_fault_though_its_question_is_then_missing(tmp_path: Path) -> None:
    assert "1 fault(s)" in run(file_of(tmp_path, *group("1,1,x,1", "1,1,1,1", "1,1,1,1")), status=1)


@pytest.mark.usefixtures("house")
def test_a_file_without_its_columns_or_another_questionnaire_is_refused(tmp_path: Path) -> None:
    bare = tmp_path / "bare.csv"
    bare.write_text("office,service\ndukcapil,ktp-el\n", "utf-8")
    assert "there is no such column" in run(bare, status=1)
    assert "has no instrument no-1" in run(file_of(tmp_path, *group("1,1,1,1", "1,1,1,1", "1,1,1,1")), "no-1", status=1)
