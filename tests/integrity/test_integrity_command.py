"""`cermin integrity`: a holder makes and proves a key away from the server; and the way of a report."""

import json
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from app.cli import context
from app.cli.program import program
from tests.house import SECRET, House
from tests.integrity.reporting import PUBLIC_KEY, WORDS, ids, opened, rows, send, settle

pytestmark = pytest.mark.sqlite_daily
Run = Callable[..., Result]
WITH_A_COMMAND = "kata\x1b]0;judul\x07 rahasia"


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command on the database of the house."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", house.database.url.render_as_string(hide_password=False))
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    context.settings.cache_clear()

    def run(*arguments: object, stdin: str | bytes | None = None) -> Result:
        return CliRunner().invoke(program, ["integrity", *map(str, arguments)], input=stdin)

    return run


@pytest.fixture
def offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Run:
    """Runs a command on a machine that has no database."""

    def run(*arguments: object) -> Result:
        with monkeypatch.context() as patch:
            patch.setenv("CERMIN_DATABASE_URL", f"sqlite:///{tmp_path}/none/cermin.db")
            context.settings.cache_clear()
            found = CliRunner().invoke(program, ["integrity", *map(str, arguments)])
        context.settings.cache_clear()
        assert not (tmp_path / "none").exists()
        return found

    return run


def made(offline: Run, folder: Path, name: str) -> tuple[Path, Path]:
    """A key's files: private and public half."""
    private, public = folder / f"{name}.key", folder / f"{name}.jwk"
    result = offline("key-make", private)
    assert result.exit_code == 0, result.output
    public.write_text(result.stdout)
    return private, public


@pytest.mark.parametrize("command", ["key-challenge", "key-retire", "key-prove"])
def test_a_thumbprint_that_begins_with_a_hyphen_is_no_option(run: Run, command: str) -> None:
    word = ("--word", "x") if command == "key-prove" else ()
    refused = run(command, "kota", "-ppv8W_eSduq49FQvJ0ow3Ux7FvtDQIbxKIebSezP9w", *word)
    assert refused.exit_code == 1
    assert "no public key with this thumbprint" in refused.stderr


def test_from_two_keys_to_a_report_that_either_opens(house: House, run: Run, offline: Run, tmp_path: Path) -> None:
    files = [made(offline, tmp_path, name) for name in ("satu", "dua")]
    for private, public in files:
        assert stat.S_IMODE(private.stat().st_mode) == 0o600
        assert "d" not in json.loads(public.read_text())
        challenge = tmp_path / "challenge.json"
        added = run("key-add", "kota", public, "--label", "Brankas")
        assert added.exit_code == 0, added.output
        challenge.write_text(added.stdout)
        word = offline("open", challenge, "--key", private).stdout.strip()
        key = added.stderr.split()[1].rstrip(",")
        assert "closed; reports are not taken now" in run("settings", "kota").stdout
        assert run("key-prove", "kota", key, "--word", word + "x").exit_code == 1
        assert "is proved" in run("key-prove", "kota", key, "--word", word).stdout
        assert run("key-challenge", "kota", key).exit_code == 0
    changed = run("settings", "kota", "--open", "--retention-days", 7, "--inspectorate", "Inspektorat")
    assert "open; reports are taken now" in changed.stdout
    assert "kept for 7 days" in changed.stdout
    assert "reports are taken for: agency" in run("key-list", "kota").stdout
    sent = run("send", "kota", "dukcapil", "partiality", stdin=WITH_A_COMMAND)
    assert sent.exit_code == 0, sent.output
    [report_id] = ids(house)
    told = run("receipt", "--code", sent.stdout.strip())
    assert "partiality, received on" in told.stdout
    assert "handed over yet" in told.stdout
    listed = run("list", "kota").stdout
    assert str(report_id) in listed
    assert "rahasia" not in listed
    file = tmp_path / "laporan.json"
    assert run("hand-over", "kota", report_id, file).exit_code == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "there already" in run("hand-over", "kota", report_id, file).stderr
    for private, _ in files:
        shown = offline("open", file, "--key", private).stdout
        assert "kata]0;judul rahasia" in shown
        assert "kind: partiality" in shown
    other, _ = made(offline, tmp_path, "tiga")
    assert "does not open it" in offline("open", file, "--key", other).stderr
    assert "forwarded" in run("forward", "kota", report_id).stdout
    assert "confirmed" in run("confirm", "kota", report_id).stdout
    assert "is kept until" in run("erase", "kota", report_id).stderr
    assert "0 reports erased" in run("erase", "kota", "--due").stdout
    with house.database.writing() as session:
        session.connection().exec_driver_sql("UPDATE integrity_report SET confirmed_on = '2020-01-01'")
    assert "1 reports erased" in run("erase", "kota", "--due").stdout
    assert "erased" in run("list", "kota", "--state", "erased").stdout
    retired = run("key-retire", "kota", key)
    assert "taken for: nobody" in retired.stdout
    [(actor,)] = rows(house, "SELECT DISTINCT actor FROM audit_event WHERE action LIKE 'integrity%'")
    assert actor.startswith("cli:")


def test_a_key_is_never_overwritten_and_its_private_half_never_taken(run: Run, offline: Run, tmp_path: Path) -> None:
    private, _ = made(offline, tmp_path, "satu")
    before = private.read_text()
    assert "there already" in offline("key-make", private).stderr
    assert private.read_text() == before
    assert "No such file" in offline("key-make", tmp_path / "tiada" / "x.key").stderr.replace("\n", " ")
    refused = run("key-add", "kota", private, "--label", "x")
    assert refused.exit_code == 1
    assert json.loads(before)["d"] not in refused.output


@pytest.mark.parametrize("content", [b"", b"x", b"[]", b"7", b"{}", b"\xff", b'{"cermin_sealed": 7}', b"[" * 100_000])
def test_files_of_anything_else_are_refused_in_words(run: Run, offline: Run, tmp_path: Path, content: bytes) -> None:
    private, _ = made(offline, tmp_path, "satu")
    other = tmp_path / "other.json"
    other.write_bytes(content)
    for result in (
        offline("open", other, "--key", private),
        offline("open", private, "--key", other),
        run("key-add", "kota", other, "--label", "x"),
    ):
        assert result.exit_code == 1, result.output
        assert isinstance(result.exception, SystemExit)
        assert result.stderr


def test_what_cannot_be_is_told_in_words(house: House, run: Run, tmp_path: Path) -> None:
    public = tmp_path / "public.jwk"
    public.write_text(json.dumps(PUBLIC_KEY))
    nobodys = "00000000-0000-4000-8000-000000000001"
    for arguments, expected in (
        (("settings", "tiada"), "There is no agency tiada."),
        (("settings", "kota", "--open"), "once two keys of the agency's are proved"),
        (("settings", "kota", "--retention-days", 0), "retention_days"),
        (("key-add", "kota", public, "--label", ""), "label"),
        (("key-prove", "kota", "k" * 43, "--word", "x"), "no public key with this thumbprint"),
        (("key-retire", "kota", "x"), "no public key with this thumbprint"),
        (("forward", "kota", nobodys), "no integrity report with this id"),
        (("hand-over", "kota", nobodys, tmp_path / "x"), "no integrity report with this id"),
        (("erase", "kota"), "Name a report, or say --due."),
        (("erase", "kota", nobodys, "--due"), "Name a report, or say --due."),
        (("receipt", "--code", "x"), "no report with this receipt"),
    ):
        result = run(*arguments)
        assert result.exit_code == 1, (arguments, result.output)
        assert expected in result.stderr.replace("\n", " "), arguments
    for stdin, expected in ((b"\xff", "not UTF-8"), (b" ", "text"), (b"x" * 4_001, "text"), (b"x", "takes integrity")):
        result = run("send", "kota", "dukcapil", "partiality", stdin=stdin)
        assert (result.exit_code, isinstance(result.exception, SystemExit)) == (1, True)
        assert expected in result.stderr.replace("\n", " ")
    opened(house)
    settle(house)
    send(house, agency="kota")
    assert "There is no agency desa2." in run("list", "desa2").stderr
    assert WORDS not in run("list", "kota").stdout
