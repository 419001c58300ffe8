"""`cermin volumes import`: all of a file, or nothing and every fault."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import col, select
from typer.testing import CliRunner, Result

from app.access.tables import AuditEvent
from app.cli import context
from app.cli.program import program
from app.directory.tables import Volume
from app.foundation.clock import system_clock
from app.foundation.storage.database import Database

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

HEADER = "office,service,employee,date,served,offered"
Run = Callable[..., Result]
Rows = list[tuple[str, str, str, str, int, int | None]]


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """Imports these lines into kota, or into another agency."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    context.settings.cache_clear()

    def invoke(*lines: str, agency: str = "kota", status: int = 0) -> Result:
        file = tmp_path / "volumes.csv"
        file.write_text("\n".join(lines), "utf-8")
        result = CliRunner().invoke(program, ("volumes", "import", agency, str(file)))
        assert result.exit_code == status, result.output
        return result

    yield invoke
    context.settings.cache_clear()


@pytest.fixture
def stored(furnished: tuple[str, dict[str, str]]) -> Iterator[Callable[[], Rows]]:
    """Reads what kota has; the audit rows must agree with it."""
    database = Database(furnished[0])

    def read() -> Rows:
        with database.reading() as session:
            rows = session.exec(select(Volume).where(Volume.agency_id == "kota").order_by(col(Volume.served_on))).all()
            mine = AuditEvent.agency_id == "kota", AuditEvent.action == "volumes.stored"
            events = session.exec(select(AuditEvent).where(*mine)).all()
        assert bool(rows) == bool(events)
        assert all(event.detail["changed"] > 0 and event.actor == context.actor() for event in events)
        return [(row.office, row.service, row.employee, str(row.served_on), row.served, row.offered) for row in rows]

    yield read
    database.dispose()


GOOD = (HEADER, "dukcapil,ktp-el,E001,2026-11-02,42,40", "upt-makassar,kk,,2026-11-03,7,")
ROWS: Rows = [("dukcapil", "ktp-el", "E001", "2026-11-02", 42, 40), ("upt-makassar", "kk", "", "2026-11-03", 7, None)]


def test_a_file_is_stored_and_importing_it_again_changes_nothing(run: Run, stored: Callable[[], Rows]) -> None:
    assert run(*GOOD).stdout == "2 volumes read, 2 of them new or changed\n"
    assert stored() == ROWS
    assert run(*GOOD).stdout == "2 volumes read, 0 of them new or changed\n"
    assert run(HEADER, "dukcapil,ktp-el,E001,2026-11-02,43,40").stdout.endswith(" 1 of them new or changed\n")
    assert stored()[0][4] == 43


def test_semicolons_a_mark_capitals_and_another_order_of_columns_will_do(run: Run, stored: Callable[[], Rows]) -> None:
    run(
        "\ufeffDate;Served;Offered;Note;Office;Service;Employee",
        "2026-11-02;42;40;ramai;dukcapil;ktp-el;E001",
        ";;;;;;",
        "2026-11-03;7;;;upt-makassar;kk",
    )
    assert stored() == ROWS


def test_every_fault_is_told_with_row_and_column_and_nothing_is_stored(run: Run, stored: Callable[[], Rows]) -> None:
    tomorrow = system_clock().date() + timedelta(days=2)
    result = run(
        HEADER,
        "dukcapil,ktp-el,E001,2026-11-02,42,40",
        "tiada,ktp-el,,2026-11-02,1,",
        "dukcapil,TIADA,E999,02/11/2026,-1,1.5",
        "dukcapil,tiada,E999,2026-11-02,1,",
        "dukcapil,kk,E003,1999-12-31,,2000000",
        f"dukcapil,kk,,{tomorrow},1,",
        "dukcapil,kk,E003,2026-11-02,1,",
        "dukcapil,ktp-el,E001,2026-11-02,1,",
        "dukcapil,kk,,2026-11-02,1,,x",
        status=1,
    )
    faults = [[cell.strip() for cell in line.split("│")[1:3]] for line in result.stderr.splitlines() if "│" in line]
    assert faults == [
        ["3", "office"],
        ["4", "service"],
        ["4", "date"],
        ["4", "served"],
        ["4", "offered"],
        ["5", "service"],
        ["5", "employee"],
        ["6", "date"],
        ["6", "served"],
        ["6", "offered"],
        ["7", "date"],
        ["8", "employee"],
        ["9", ""],
        ["10", ""],
    ]
    assert "14 fault(s); nothing was written" in result.stderr
    assert (result.stdout, stored()) == ("", [])


@pytest.mark.once
@pytest.mark.parametrize("cell", ["", "-1", "1.5", "1,5", "1.200", "1e3", "satu", "1000001", "²", "9" * 20])
def test_a_number_is_whole_and_written_with_digits_only(run: Run, stored: Callable[[], Rows], cell: str) -> None:
    result = run(HEADER, f'dukcapil,kk,,2026-11-02,"{cell}",0', status=1)
    assert "served" in result.stderr
    assert stored() == []


def test_a_file_without_the_columns_is_refused(run: Run) -> None:
    result = run("office,service,date,served", "dukcapil,kk,2026-11-02,1", status=1)
    assert "employee" in result.stderr
    assert "offered" in result.stderr
    assert "2 fault(s); nothing was written" in result.stderr


def test_an_agency_must_exist_and_counts_for_itself_alone(run: Run, stored: Callable[[], Rows]) -> None:
    assert run(*GOOD, agency="tiada", status=1).stderr == "There is no agency tiada.\n"
    run(*GOOD, agency="desa")
    assert stored() == []
