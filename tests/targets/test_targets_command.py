"""`cermin targets import`: all of a file, or nothing and every fault by row and column."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import context
from app.cli.program import program
from app.foundation.storage.database import Database
from app.targets.store import targets_of

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

HEADER = "period,instrument,office,employee,figure,value"
Run = Callable[..., Result]


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Run]:
    """Imports these lines into kota, or into another agency."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    context.settings.cache_clear()

    def invoke(*lines: str, agency: str = "kota", status: int = 0) -> Result:
        file = tmp_path / "targets.csv"
        file.write_text("\n".join((HEADER, *lines)), "utf-8")
        result = CliRunner().invoke(program, ("targets", "import", agency, str(file)))
        assert result.exit_code == status, result.output
        return result

    yield invoke
    context.settings.cache_clear()


@pytest.fixture
def stored(furnished: tuple[str, dict[str, str]]) -> Iterator[Callable[[], dict[tuple[str, str], int]]]:
    """Reads what kota has for the fourth quarter."""
    database = Database(furnished[0])

    def read() -> dict[tuple[str, str], int]:
        with database.reading() as session:
            found = targets_of(session, "kota", "2026-Q4", "ikl-1")
        return {(key.unit, key.figure): value for key, value in found.items()}

    yield read
    database.dispose()


def test_a_file_is_taken_whole_and_again_changes_nothing(
    run: Run, stored: Callable[[], dict[tuple[str, str], int]]
) -> None:
    lines = ("2026-Q4,ikl-1,,E001,index,88.5", '2026-Q4,,dukcapil,,,"90,25"', "2026-Q4,,,E002,speed,80")
    assert "3 targets read, 3 of them new" in run(*lines).output
    assert stored() == {("E001", "index"): 8_850, ("dukcapil", "index"): 9_025, ("E002", "speed"): 8_000}
    assert "0 of them new" in run(*lines).output
    run("2026-Q4,,,E002,speed,")
    assert ("E002", "speed") not in stored()


def test_every_fault_is_named_by_row_and_column_and_nothing_is_set(
    run: Run, stored: Callable[[], dict[tuple[str, str], int]]
) -> None:
    told = run("2026-Q4,,dukcapil,,,88", "2026-Q4,,,E001,,banyak", "2026-Q4,,dukcapil,E001,,88", status=1).output
    assert "3" in told
    assert "value" in told
    assert "2 fault(s); nothing was written" in told
    told = run("2026-Q4,,dukcapil,,,88", "2026-Q5,,,E999,,88", "2026-Q4,,,E001,,10", status=1).output
    assert "The agency has no employee with this code." in told
    assert "3 fault(s); nothing was written" in told
    assert "1 fault(s)" in run("2026-Q4,,dukcapil,,,88", "2026-Q4,,dukcapil,,,89", status=1).output
    assert stored() == {}


def test_an_agency_that_is_none_is_said_so(run: Run) -> None:
    assert "There is no agency tiada." in run("2026-Q4,,dukcapil,,,88", agency="tiada", status=1).output
