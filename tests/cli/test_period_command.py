"""`cermin period …` from close to revise, with every refusal in one sentence."""

import csv
import stat
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import context, periods
from app.disclosure.releasing import ReleaseOrder, release_agency
from app.disclosure.rules.calendar import LAST_ZONE, months_until
from app.foundation.clock import system_clock
from app.foundation.storage.database import Database
from app.seals.signing import make_key
from tests.house import LATE, SECRET
from tests.ratings.visits import Visit, put

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

Run = Callable[..., Result]


@pytest.fixture
def month() -> str:
    """The last whole month by the terminal's clock."""
    today = system_clock().astimezone(LAST_ZONE).date()
    return months_until(today.replace(day=1) - timedelta(days=1), 1)[0].code


@pytest.fixture
def run(
    furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, month: str
) -> Iterator[Run]:
    """Runs `cermin period …` on a database with ratings in the last month, which are released."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    monkeypatch.setenv("CERMIN_SIGNING_KEY_FILE", str(tmp_path / "signing-key.pem"))
    monkeypatch.setenv("CERMIN_LANGUAGE", "en")
    context.settings.cache_clear()
    database = Database(furnished[0])
    put(database, [Visit(employee="E001", rated_on=date.fromisoformat(f"{month}-10")) for _ in range(12)])
    release_agency(database, "kota", ReleaseOrder(system_clock(), "test", timedelta(0), LATE))
    database.dispose()

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(periods.period, arguments)
        assert result.exit_code == status, result.output
        return result

    yield invoke
    context.settings.cache_clear()


@pytest.mark.long
def test_a_period_is_closed_noted_replied_to_and_listed(
    run: Run, month: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = run("close", "kota", month).output
    assert f"{month} revision 1 is draft: 5 reports; employees may reply until" in " ".join(told.split())
    run("note", "kota", month, "E001", "Loket sering penuh.")
    file = tmp_path / "links.csv"
    run("invite", "kota", month, "--out", str(file))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    # As a spreadsheet in the installation's language opens it.
    assert file.read_bytes().startswith(b"\xef\xbb\xbfemployee,token\r\n")
    [row] = csv.DictReader(file.read_text("utf-8-sig").splitlines())
    assert row["employee"] == "E001"
    assert row["token"].startswith("crm_reply_")
    monkeypatch.setenv("CERMIN_LANGUAGE", "id")
    context.settings.cache_clear()
    run("invite", "kota", month, "--out", str(tmp_path / "tautan.csv"))
    assert (tmp_path / "tautan.csv").read_bytes().startswith(b"\xef\xbb\xbfemployee;token\r\n")
    monkeypatch.setenv("CERMIN_LANGUAGE", "en")
    context.settings.cache_clear()
    run("reply", "kota", month, "E001", "Antrean dua kali lipat.")
    assert "Already" not in run("list", "kota").output
    assert month in run("list", "kota").output


def test_a_plan_and_publications_are_read_from_a_file_or_nothing_is(run: Run, month: str, tmp_path: Path) -> None:
    file = tmp_path / "plan.toml"
    action = (
        'element = "speed"\nproblem = "Antrean."\naction = "Loket kedua."\ndue_on = 2026-12-15\nowner = "Kasubbag"\n'
    )
    published = '[[publication]]\nmedium = "Situs web"\npublished_on = 2026-11-20\n'
    file.write_text(f"[[follow_up]]\n{action}{published}", "utf-8")
    assert "1 actions and 1 publications kept" in run("plan", "kota", month, str(file), "--office", "dukcapil").output
    file.write_text(f"[[follow_up]]\n{action}status = 'done'\n", "utf-8")
    assert "follow_up.0" in run("plan", "kota", month, str(file), status=1).output
    file.write_text("[[follow_up", "utf-8")
    assert "Nothing was changed." in run("plan", "kota", month, str(file), status=1).output


@pytest.mark.once
@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("close", "kota", "2026-13"), "Periods are named like"),
        (("close", "tiada", "2025-01"), "There is no agency tiada."),
        (("close", "kota", "2025-01", "--office", "tiada"), "The agency has no office tiada."),
        (("close", "kota", "2025-01"), "no unit with enough ratings"),
        (("close", "kota", "2999-01"), "close it after that"),
        (("finalise", "kota", "2025-01"), "has not been closed"),
        (("revise", "kota", "2025-01"), "has not been closed"),
        (("publish", "kota", "2025-01"), "has not been closed"),
        (("withdraw", "kota", "2025-01"), "has not been closed"),
        (("note", "kota", "2025-01", "E001", "x"), "has not been closed"),
        (("reply", "kota", "2025-01", "E001", "x"), "has not been closed"),
    ],
)
def test_what_cannot_be_done_is_said_in_a_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in " ".join(run(*arguments, status=1).output.split())


@pytest.mark.long
def test_out_of_order_nothing_happens(run: Run, month: str, tmp_path: Path) -> None:
    run("close", "kota", month)
    assert "closed already" in " ".join(run("close", "kota", month, status=1).output.split())
    assert "may reply until" in " ".join(run("finalise", "kota", month, status=1).output.split())
    assert "no such report" in " ".join(run("note", "kota", month, "E999", "x", status=1).output.split())
    run("reply", "kota", month, "E001", "Sudah.")
    assert "was given" in " ".join(run("reply", "kota", month, "E001", "Lagi.", status=1).output.split())
    taken = tmp_path / "taken.csv"
    taken.write_text("mine", "utf-8")
    run("invite", "kota", month, "--out", str(taken), status=1)
    assert taken.read_text("utf-8") == "mine"


def test_links_that_could_not_be_made_leave_no_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "links.csv"
    run("invite", "kota", "2025-01", "--out", str(file), status=1)
    assert not file.exists()


@pytest.mark.long
def test_after_the_window_a_period_is_signed_and_without_a_key_it_is_not(
    run: Run, month: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    run("close", "kota", month)
    monkeypatch.setattr(periods, "system_clock", lambda: system_clock() + timedelta(days=9))
    assert "cermin signing-key new" in " ".join(run("finalise", "kota", month, status=1).output.split())
    make_key(tmp_path / "signing-key.pem")
    assert f"{month} revision 1 is final: 5 reports" in " ".join(run("finalise", "kota", month).output.split())
    assert "nothing to revise" in " ".join(run("revise", "kota", month, status=1).output.split())
    assert "is final" in " ".join(run("reply", "kota", month, "E001", "x", status=1).output.split())
    assert "final" in run("list", "kota").output


@pytest.mark.long
def test_links_on_paper_need_an_address_and_are_a_pdf(
    run: Run, month: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run("close", "kota", month)
    sheets = tmp_path / "slips.pdf"
    assert "CERMIN_PUBLIC_URL" in run("invite", "kota", month, "--out", str(sheets), status=1).output
    assert not sheets.exists()
    monkeypatch.setenv("CERMIN_PUBLIC_URL", "https://cermin.example")
    context.settings.cache_clear()
    assert "1 links written" in " ".join(run("invite", "kota", month, "--out", str(sheets)).output.split())
    assert stat.S_IMODE(sheets.stat().st_mode) == 0o600
    assert sheets.read_bytes().startswith(b"%PDF-")


@pytest.mark.long
def test_a_final_period_is_shown_on_the_public_page_and_taken_back(
    run: Run, month: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERMIN_REPLY_WORKING_DAYS", "0")
    monkeypatch.setenv("CERMIN_PUBLIC_URL", "https://kota.test/cermin")
    context.settings.cache_clear()
    run("close", "kota", month)
    assert "is a draft" in run("publish", "kota", month, status=1).output
    make_key(tmp_path / "signing-key.pem")
    run("finalise", "kota", month)
    told = " ".join(run("publish", "kota", month).output.split())
    assert f"{month} revision 1 is shown at https://kota.test/cermin/p/kota" in told
    assert "not shown any more" in run("withdraw", "kota", month).output
