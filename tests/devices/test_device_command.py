"""`cermin device add|code|list|revoke`, as an operator types it."""

import shlex
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import context
from app.cli.program import program
from app.foundation.clock import system_clock
from tests.house import SECRET, House

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

Run = Callable[..., Result]
GUIDES = Path(__file__).parents[2] / "docs"
# What the guides name, in the tests' agency.
EXISTING = {"kota-contoh": "kota", "disdukcapil": "dukcapil"}


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin device …` against a database with the agencies `kota` and `desa`."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    monkeypatch.setenv("CERMIN_PUBLIC_URL", "https://cermin.example.go.id")
    context.settings.cache_clear()

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(program, ("device", *arguments))
        assert result.exit_code == status, (result.output, result.exception)
        return result

    yield invoke
    context.settings.cache_clear()


@pytest.mark.long
def test_a_kiosk_added_at_the_terminal_pairs_with_the_service(
    run: Run, furnished: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    picture, asking = tmp_path / "qr.svg", ("--instrument", "skm-2017", "--pin", "1234")
    told = run(
        "add", "kota", "dukcapil", "loket-1", "--label", "[b]Pintu", "--qr", str(picture), *asking
    ).stdout.splitlines()
    code = told[-2]
    assert told[-1] == f"https://cermin.example.go.id/kiosk#{code}"
    assert picture.read_text("utf-8").startswith("<svg")
    with House.open(*furnished) as house:
        house.clock.now = system_clock()
        kiosk = house.post("/v1/devices/pair", {"code": code}, None).json()
        beat = {"app_version": "1", "queue_depth": 0, "parked": 2, "parked_codes": {"id-conflict": 2},
                "storage": {"persisted": False, "free_bytes": 512 * 2**20}}  # fmt: skip
        assert house.post("/v1/devices/me/heartbeat", beat, kiosk["key"]).status_code == 200
        shown = house.get("/v1/devices/me", kiosk["key"]).json()
        assert (shown["instrument"]["id"], len(shown["pin"]["digest"])) == ("skm-2017", 64)
    listed = run("list", "kota").stdout
    assert "[b]Pintu" in listed
    assert "2: id-conflict 2" in listed
    assert "not kept, 512 MiB free" in listed
    assert "paired" in listed
    assert code not in listed
    run("revoke", "kota", kiosk["id"])
    assert "revoked" in run("list", "kota").stdout


@pytest.mark.long
def test_a_kiosk_that_was_not_paired_in_time_gets_a_new_code(
    run: Run, furnished: tuple[str, dict[str, str]], tmp_path: Path
) -> None:
    told = run("add", "kota", "dukcapil", "loket-1", "--label", "Pintu").stdout.splitlines()
    device, first = told[0].split()[1].rstrip(","), told[-2]
    picture = tmp_path / "qr.svg"
    second = run("code", "kota", device, "--qr", str(picture)).stdout.splitlines()[-2]
    assert second != first
    assert picture.read_text("utf-8").startswith("<svg")
    with House.open(*furnished) as house:
        house.clock.now = system_clock()
        assert house.post("/v1/devices/pair", {"code": first}, None).status_code == 410
        assert house.post("/v1/devices/pair", {"code": second}, None).status_code == 201
    assert "paired or revoked already" in run("code", "kota", device, status=1).stderr
    assert "no device" in run("code", "desa", device, status=1).stderr
    assert "no agency" in run("code", "tiada", device, status=1).stderr


def test_mistakes_are_told_in_a_sentence(run: Run) -> None:
    assert "no agency tiada" in run("add", "tiada", "dukcapil", "loket-1", "--label", "x", status=1).stderr
    assert "no office" in run("add", "kota", "tiada", "loket-1", "--label", "x", status=1).stderr
    assert "no counter" in run("add", "kota", "dukcapil", "tiada", "--label", "x", status=1).stderr
    assert "Label" in run("add", "kota", "dukcapil", "loket-1", "--label", " ", status=1).stderr
    assert "Pin" in run("add", "kota", "dukcapil", "loket-1", "--label", "x", "--pin", "12", status=1).stderr
    assert (
        "no instrument"
        in run("add", "kota", "dukcapil", "loket-1", *("--label", "x", "--instrument", "tiada"), status=1).stderr
    )
    assert "no device" in run("revoke", "kota", "00000000-0000-0000-0000-000000000007", status=1).stderr


@pytest.mark.parametrize("document", ["kiosk.md", "kiosk.id.md"])
def test_the_guides_command_works_as_printed(
    document: str, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    text = (GUIDES / document).read_text("utf-8")
    [printed] = [line for line in text.splitlines() if line.strip().startswith("cermin device add")]
    arguments = [EXISTING.get(word, word) for word in shlex.split(printed)[2:]]
    assert "https://cermin.example.go.id/kiosk#" in run(*arguments).stdout
    assert len(list(tmp_path.glob("*.svg"))) == 1
