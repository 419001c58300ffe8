"""`cermin promises`: all of a file, or nothing and every fault by row and column; and the list."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from app.cli import context
from app.cli.program import program
from app.foundation.storage.database import Database

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

PROMISES = "service,valid_from,amount,unit,source"
COUNTS = "office,service,month,half,within,twice,more,services,steps_due,steps_done"
Run = Callable[..., Result]


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """Imports these lines into kota, or into another agency."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    context.settings.cache_clear()

    def invoke(what: str, *lines: str, agency: str = "kota", status: int = 0) -> Result:
        file = tmp_path / "told.csv"
        file.write_text("\n".join((PROMISES if what == "import" else COUNTS, *lines)), "utf-8")
        given = ("list", agency) if what == "list" else (what, agency, str(file))
        result = CliRunner().invoke(program, ("promises", *given))
        assert result.exit_code == status, result.output
        return result

    yield invoke
    context.settings.cache_clear()


def counted(url: str) -> list[tuple[str, str, int]]:
    database = Database(url)
    with database.reading() as session:
        rows = session.execute(text("SELECT service, what, n FROM standard_count WHERE n > 0 ORDER BY service, what"))
        found = [tuple(row) for row in rows]
    database.dispose()
    return found


def test_promises_and_counts_of_files_are_taken_whole_and_again_change_nothing(
    run: Run, furnished: tuple[str, dict[str, str]]
) -> None:
    lines = ("kk,2026-01,3,working-days,Perwal 12/2025", " ktp-el ,2026-01,15,minutes,SK 4/2026", "kk,2099-01,,,")
    assert "3 promises read, 3 of them new" in run("import", *lines).output
    assert "3 promises read, 0 of them new" in run("import", *lines).output
    listed = run("list").output
    assert [word in listed for word in ("kk", "2099-01", "working-days", "SK 4/2026")] == [True] * 4
    assert "kk" not in run("list", agency="desa").output
    told = ("dukcapil,ktp-el,2026-02,1,20,3,0,,,", "dukcapil,kk,2026-02,,,,,12,5,58")
    assert "2 counts of a month read, 2 of them new" in run("counts", *told).output
    assert "0 of them new" in run("counts", *told).output
    assert counted(furnished[0]) == [
        ("kk", "done", 58), ("kk", "due", 60), ("kk", "due-squared", 300), ("kk", "services", 12),
        ("ktp-el", "half", 1), ("ktp-el", "twice", 3), ("ktp-el", "within", 20),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("what", "line", "row", "column", "said"),
    [
        ("import", "tiada,2026-01,3,hours,SK", "2", "service", "no service with this code"),
        ("import", "kk,2026,3,hours,SK", "2", "valid_from", "not valid"),
        ("import", "kk,2026-01,banyak,hours,SK", "2", "amount", "wrong type"),
        ("import", "kk,2026-01,3,hours,", "2", "", "an amount, a unit and a source"),
        ("import", "kk,2026-01,30,hours,SK", "2", "amount", "1 to 24 hours"),
        ("counts", "dukcapil,kk,2026-02,1,2,3,4,,,", "2", "times", "Nothing is promised"),
        ("counts", "dukcapil,kk,2026-02,1,2,3,,,,", "2", "more", "required"),
        ("counts", "dukcapil,kk,2026-02,,,,,3,5,16", "2", "steps_done", "More steps were done"),
        ("counts", "dukcapil,kk,2026-02,,,,,3,lima,16", "2", "steps_due", "wrong type"),
        ("counts", "dukcapil,kk,2026-02,,,,,,,", "2", "", "times, steps, or both"),
    ],
)
def test_what_is_wrong_is_named_by_row_and_column_and_nothing_is_written(
    run: Run, furnished: tuple[str, dict[str, str]], what: str, line: str, row: str, column: str, said: str
) -> None:
    output = " ".join(run(what, line, status=1).output.split())
    assert f"│ {row} │ {column}" in output
    assert said in output
    assert "nothing was written" in output
    assert counted(furnished[0]) == []


def test_an_agency_that_is_none_is_named(run: Run) -> None:
    for what in ("import", "counts", "list"):
        assert "There is no agency tiada" in run(what, agency="tiada", status=1).output
