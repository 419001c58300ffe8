"""`cermin screen …`, as an operator types it."""

from collections.abc import Callable, Iterator

import pytest
from typer.testing import CliRunner, Result

from app.cli import context
from app.cli import screening as commands
from app.cli.program import program
from app.screening import run as running
from tests.house import NOW, SECRET, House
from tests.screening.office import LUNCH, checked, lunch, ordinary, rows

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

Run = Callable[..., Result]


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin screen …` against a database with the agencies `kota` and `desa`."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    monkeypatch.setattr(commands, "system_clock", lambda: NOW)
    context.settings.cache_clear()

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(program, ("screen", *arguments))
        assert result.exit_code == status, (result.output, result.exception)
        return result

    yield invoke
    context.settings.cache_clear()


@pytest.mark.long
def test_a_run_a_list_and_a_decision(run: Run, furnished: tuple[str, dict[str, str]]) -> None:
    with House.open(*furnished) as house:
        ordinary(house)
        lunch(house)
        assert "0 findings hold 0 ratings; 0 noted" in run("run", "kota", "--day", "2026-11-09").stdout
        assert "1 findings hold 42 ratings; 0 noted" in run("run", "kota", "--since", "2026-11-09").stdout
        assert "0 findings hold 0 ratings; 0 noted" in run("run", "kota").stdout
        listed = run("list", "kota", "--office", "dukcapil", "--standing", "held").stdout
        assert all(word in listed for word in ("burst", "E001", LUNCH.isoformat(), "12:00", "42", "expected 2"))
        [(finding,)] = rows(house, "SELECT CAST(finding_id AS VARCHAR(40)) FROM finding")
        assert f"{'released'}, 42 ratings" in run("release", "kota", finding, "--note", "[b]Sekolah").stdout
        assert "released" in run("release", "kota", finding, "--note", "lagi").stdout
        assert "decided already" in run("confirm", "kota", finding, "--note", "x", status=1).stderr
        assert "[b]Sekolah" in run("list", "kota").stdout
        checked(house)
        actors = rows(house, "SELECT actor FROM audit_event WHERE action LIKE 'finding.%'")
        assert actors == [(context.actor(),)] * 2


def test_an_office_that_failed_is_told(
    run: Run, furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(running, "_doubted_blocks", broken)
    with House.open(*furnished) as house:
        [(n,)] = rows(house, "SELECT count(*) FROM office WHERE agency_id = 'kota'")
    assert f"{n} offices could not be looked at" in run("run", "kota", status=1).stderr


def test_opening_hours_are_told_in_a_line(run: Run, furnished: tuple[str, dict[str, str]]) -> None:
    assert "dukcapil: 6 days a week, since 2026-11-18" in run(
        "hours", "kota", "dukcapil", "Sen-Jum 08:00-16:00, Sat 08:00-12:00"
    ).stdout  # fmt: skip
    with House.open(*furnished) as house:
        kept = house.get("/v1/offices/dukcapil/opening").json()
    assert kept["hours"][-1] == {"weekday": 5, "opens": "08:00", "closes": "12:00"}
    listed = run("hours", "kota").stdout
    assert "Fri 08:00-16:00, Sat 08:00-12:00" in listed
    assert "upt-makassar" in listed
    assert "not known" in listed
    assert "upt-makassar" not in run("hours", "kota", "dukcapil").stdout
    assert "Sat" not in run("hours", "desa").stdout
    assert "no office" in run("hours", "kota", "tiada", status=1).stderr
    assert "no agency" in run("hours", "tiada", status=1).stderr


def test_mistakes_are_told_in_a_sentence(run: Run) -> None:
    nothing = "00000000-0000-0000-0000-000000000007"
    for arguments in (("run", "tiada"), ("list", "tiada"), ("release", "tiada", nothing, "--note", "x"),
                      ("hours", "tiada", "dukcapil", "Mon 08:00-16:00")):  # fmt: skip
        assert "no agency tiada" in run(*arguments, status=1).stderr
    assert "no office" in run("hours", "kota", "tiada", "Mon 08:00-16:00", status=1).stderr
    assert "Write opening hours" in run("hours", "kota", "dukcapil", "always", status=1).stderr
    assert "no finding" in run("release", "kota", nothing, "--note", "x", status=1).stderr
    assert "one line" in run("confirm", "kota", nothing, "--note", " ", status=1).stderr
    assert "but not both" in run("run", "kota", "--day", "2026-11-09", "--since", "2026-11-09", status=1).stderr
    assert "not over yet" in run("run", "kota", "--since", "2026-11-18", status=1).stderr
    assert "held, noted" in run("list", "kota", "--standing", "lost", status=1).stderr
    assert "no office" in run("list", "kota", "--office", "tiada", status=1).stderr
    assert "letters, digits" in run("list", "kota", "--office", "x" * 50, status=1).stderr
