"""The README's own commands work as printed, in both languages, on an empty installation."""

import csv
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli import context
from app.cli.program import program
from app.foundation.clock import system_clock

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder with the files that a reader brings along."""
    monkeypatch.chdir(tmp_path)
    for name in ("DATABASE_URL", "SECRET", "SECRET_FILE"):
        monkeypatch.delenv(f"CERMIN_{name}", raising=False)
    elements = "PERSYARATAN PROSEDUR WAKTU BIAYA PRODUK KOMPETENSI PERILAKU SARPRAS PENGADUAN".lower().split()
    answers = ["responded_at", *(f"u{n}" for n in range(1, len(elements) + 1))]
    write(tmp_path / "responses.csv", [answers, *[["2020-07-15 13:54:00", *"343434343"]] * 12])
    today = str(system_clock().date())
    for name in ("served.csv", "terlayani.csv"):
        columns = ["office", "service", "employee", "date", "served", "offered"]
        write(tmp_path / name, [columns, ["disdukcapil", "ktp-el", "", today, "12", ""]])
    columns = ["period", "instrument", "office", "employee", "figure", "value"]
    columns_of_promises = ["service", "valid_from", "amount", "unit", "source"]
    write(tmp_path / "promises.csv", [columns_of_promises, ["ktp-el", "2027-01", "15", "minutes", "SK 1/2026"]])
    write(tmp_path / "targets.csv", [columns, ["2027-Q1", "", "disdukcapil", "", "", "88.00"]])
    for name in ("counts.csv", "jumlah.csv"):
        columns = ["office", "service", "month", "question", "1", "2", "3", "4"]
        counts = [["disdukcapil", "ktp-el", "2019-12", code.upper(), "0", "2", "10", "8"] for code in elements]
        write(tmp_path / name, [columns, *counts])
    context.settings.cache_clear()
    yield tmp_path
    context.settings.cache_clear()


def write(file: Path, rows: list[list[str]]) -> None:
    """A CSV file."""
    with file.open("w", encoding="utf-8", newline="") as handle:
        csv.writer(handle).writerows(rows)


def commands(document: str) -> list[list[str]]:
    """The `cermin` lines of the section about an agency of one's own, in their order."""
    text = (ROOT / document).read_text("utf-8")
    (section,) = re.findall(r"\n## (?:An agency of your own|Instansi sendiri)\n(.+?)\n## ", text, re.DOTALL)
    blocks = "".join(re.findall(r"```bash\n(.+?)```", section, re.DOTALL)).replace("\\\n", " ")
    lines = [shlex.split(line, comments=True) for line in blocks.splitlines()]
    return [line[1:] for line in lines if line[:1] == ["cermin"]]


@pytest.mark.long
@pytest.mark.parametrize("document", ["README.md", "README.id.md"])
def test_an_agency_of_ones_own_is_made_by_the_commands_as_printed(document: str, folder: Path) -> None:
    printed = commands(document)
    assert len(printed) == 15
    for arguments in printed:
        if arguments != ["serve"]:
            result = CliRunner().invoke(program, arguments)
            assert result.exit_code == 0, (arguments, result.output, result.exception)
        if arguments[0] == "index":
            assert "86.03" in result.stdout
    assert "checked 32 ratings" in CliRunner().invoke(program, ["check"]).stdout
