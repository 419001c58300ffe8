"""`cermin verify` reads the sealed report out of a final report's PDF, and says why it cannot from any other."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import context
from app.cli.program import program
from tests.closing.steps import close, finalise, report
from tests.effort import sized
from tests.house import House

pytestmark = pytest.mark.sqlite_daily


def verified(file: Path, status: int) -> str:
    result = CliRunner().invoke(program, ["verify", str(file)])
    assert result.exit_code == status, result.output
    return " ".join(result.output.split())


@pytest.mark.long
def test_a_final_reports_pdf_verifies_and_a_drafts_has_nothing_to_verify(
    office: House, key_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CERMIN_SIGNING_KEY_FILE", str(key_file))
    context.settings.cache_clear()
    close(office)
    path = f"/v1/reports/{report(office, 'E001')['id']}"
    file = tmp_path / "report.pdf"
    file.write_bytes(office.get(path, "supervisor", params={"format": "pdf"}).content)
    assert "a draft has none" in verified(file, 2)
    finalise(office, key_file)
    sealed = office.get(path, params={"format": "pdf"}).content
    file.write_bytes(sealed)
    assert "valid" in verified(file, 0)
    # Cut, garbled and empty ones are told in a sentence.
    for broken in (sealed[: len(sealed) // 2], b"%PDF-1.7\n" + bytes(1_000), b"%PDF"):
        file.write_bytes(broken)
        told = verified(file, 2)
        assert "PDF" in told or "attached" in told
    context.settings.cache_clear()


@pytest.mark.long
@pytest.mark.sized
def test_any_damage_to_a_pdf_is_told_without_a_traceback(office: House, key_file: Path, tmp_path: Path) -> None:
    close(office)
    finalise(office, key_file)
    path = f"/v1/reports/{report(office, 'E001')['id']}"
    sealed = bytearray(office.get(path, params={"format": "pdf"}).content)
    file = tmp_path / "report.pdf"
    for place in range(20, len(sealed), len(sealed) // sized(20, 60)):
        damaged = bytearray(sealed)
        damaged[place : place + 8] = b"\x00endobj\x00"
        file.write_bytes(damaged)
        result = CliRunner().invoke(program, ["verify", str(file), "--keys", str(key_file.with_suffix(".pub.pem"))])
        assert result.exit_code in (0, 1, 2)
        assert result.exception is None or isinstance(result.exception, SystemExit), place
