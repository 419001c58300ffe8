"""Time stamps as an operator and whoever gets a report meet them: `cermin log publish`, `check` and `verify`."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from app.cli import context
from app.transparency.rules.proofs import parse_proof
from app.transparency.rules.stamps import request_for
from tests.house import House
from tests.transparency.authority import Certifying, Served, serving
from tests.transparency.houses import change, closed
from tests.transparency.test_log_commands import Run, run, said

__all__ = ["run"]
pytestmark = [pytest.mark.sqlite_daily, pytest.mark.long]
KEYS = Certifying()


@pytest.fixture
def authority(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Served]:
    """An authority that listens, and whose address and certificate are set."""
    with serving(KEYS.write(tmp_path / "authority")) as served:
        monkeypatch.setenv("CERMIN_TIMESTAMP_URL", served.address)
        monkeypatch.setenv("CERMIN_TIMESTAMP_ROOTS", str(served.authority.root))
        context.settings.cache_clear()
        yield served
    context.settings.cache_clear()


def untrusting(monkeypatch: pytest.MonkeyPatch) -> None:
    """As somebody who has heard of no authority."""
    monkeypatch.delenv("CERMIN_TIMESTAMP_URL")
    monkeypatch.delenv("CERMIN_TIMESTAMP_ROOTS")
    context.settings.cache_clear()


def test_publishing_has_the_checkpoint_stamped_and_goes_on_without(
    house: House, run: Run, authority: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = tmp_path / "web"
    authority.status = 500
    for agency in ("kota", "desa"):
        run("log", "inventory", agency)
    told = said(run("log", "publish", web, "--agency", "kota"))
    assert "1 entries, 3 files written" in told
    assert "kota: not stamped: http-500" in told
    authority.status = 200
    assert "kota: 1 entries stamped" in said(run("log", "publish", web, "--agency", "kota"))
    stamp = (web / "kota" / "stamps" / "1.tsr").read_bytes()
    text = "".join((web / "kota" / "checkpoint").read_text().splitlines(keepends=True)[:3])
    assert authority.authority.verifies(stamp, text)
    assert "stamped" not in said(run("log", "publish", web, "--agency", "kota"))
    assert len(authority.asked) == 2
    assert "time stamps: 1, all agree" in said(run("check", "kota"))
    change(house.database, "UPDATE log_checkpoint SET stamp = :stamp", stamp=stamp[:-1] + b"\0")
    assert "does not hold" in said(run("check", "kota", status=1))
    untrusting(monkeypatch)
    assert "time stamps: 1, not checked" in said(run("check", "kota"))


def test_a_setting_that_names_nobody_is_told(
    house: House, run: Run, authority: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERMIN_TIMESTAMP_ROOTS", str(tmp_path / "none"))
    context.settings.cache_clear()
    for command in (("log", "publish", tmp_path), ("check",)):
        assert "CERMIN_TIMESTAMP_ROOTS" in said(run(*command, status=1))


def test_whoever_gets_a_report_learns_since_when_the_log_has_it(
    office: House, run: Run, authority: Served, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(office, key_file)
    run("log", "publish", tmp_path / "web")
    shown = run("log", "show", "kota").stdout
    policy = tmp_path / "policy"
    policy.write_text(f"{shown[shown.index('log ') :]}")
    root = authority.authority.root
    untrusting(monkeypatch)
    trusting = ("--policy", policy, "--timestamp-roots", root)
    told = f"stamp: the log had it by {datetime.now(UTC):%Y-%m-%d}"
    for form in ("json", "pdf"):
        run("report", "kota", "employee", "2026-10", "--unit", "E001", "--format", form, "--out", tmp_path / form)
        [file] = (tmp_path / form).iterdir()
        assert told in said(run("verify", file, *trusting))
        assert "stamp: not checked" in said(run("verify", file, "--policy", policy))
        assert "stamp" not in said(run("verify", file))
    envelope = json.loads(next((tmp_path / "json").iterdir()).read_text())
    proof = parse_proof(envelope["proof"].encode())
    bare, stamp = tmp_path / "bare.json", tmp_path / "stamp.tsr"
    bare.write_text(json.dumps({**envelope, "proof": str(proof._replace(stamp=b""))}))
    assert "stamp: none" in said(run("verify", bare, *trusting))
    for content, status, why in (
        (proof.stamp, 0, told),
        (
            authority.authority.reply(request_for("another text").content),
            1,
            "stamp: the stamp is over something else",
        ),
        (proof.stamp[:-1] + b"\0", 2, "was changed"),
        (Certifying().write(tmp_path / "foreign").reply(authority.asked[0]), 2, "not by a trusted authority"),
        (b"whatever", 2, "cannot be read"),
    ):
        stamp.write_bytes(content)
        assert why in said(run("verify", bare, *trusting, "--stamp", stamp, status=status))
        swapped = tmp_path / "swapped.json"
        swapped.write_text(json.dumps({**envelope, "proof": str(proof._replace(stamp=content))}))
        assert why in said(run("verify", swapped, *trusting, status=status))
    for arguments in (("--policy", policy), ("--timestamp-roots", root)):
        assert "--timestamp-roots" in said(run("verify", bare, "--stamp", stamp, *arguments, status=2))
    assert "no certificate" in said(run("verify", bare, "--timestamp-roots", bare, status=2))
