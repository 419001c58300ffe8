"""The guide's commands import the demo's example files as printed, in both languages, and say where they are."""

import re
import shlex
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.cli import context
from app.cli.demo import EXAMPLES
from app.cli.program import program
from app.demo.loading import create_agency
from app.foundation.clock import system_clock
from app.foundation.storage.database import Database

ROOT = Path(__file__).parents[2]
GUIDES = ["docs/importing.md", "docs/importing.id.md"]

pytestmark = pytest.mark.sqlite_daily


@pytest.fixture
def town(database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The demo's agency and directory, without its ratings."""
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("CERMIN_DATABASE_URL", database_url)
    monkeypatch.setenv("CERMIN_SECRET_FILE", str(tmp_path / "secret"))
    context.settings.cache_clear()
    database = Database(database_url)
    with database.writing() as session:
        create_agency(session, system_clock())
    yield database
    database.dispose()
    context.settings.cache_clear()


def commands(guide: str) -> list[list[str]]:
    """The commands in the blocks of a guide, without `cermin`."""
    blocks = re.findall(r"```bash\n(.+?)```", (ROOT / guide).read_text("utf-8"), re.DOTALL)
    return [shlex.split(block.replace("\\\n", " "))[1:] for block in blocks]


def test_both_guides_print_the_same_commands() -> None:
    english, indonesian = map(commands, GUIDES)
    assert english == indonesian
    assert [command[:2] for command in english] == [["import", "kab-cermin"]] * 3


@pytest.mark.long
def test_every_command_imports_its_file_once(town: Database) -> None:
    for stored in ("12", "14", "12"), ("0", "0", "0"):
        for command, n in zip(commands(GUIDES[0]), stored, strict=True):
            result = CliRunner().invoke(program, command)
            assert result.exit_code == 0, result.output
            assert result.stdout.split("│")[2].strip() == n
    with town.reading() as session:
        columns = "office, service, instrument, channel"
        rows = session.execute(text(f"SELECT {columns}, count(*) FROM rating GROUP BY {columns} ORDER BY {columns}"))
        assert [tuple(row) for row in rows] == [
            ("dinsos", "sktm", "ikl-1", "import", 5),
            ("disdukcapil", "kk", "skm-2017", "import", 12),
            ("disdukcapil", "ktp-el", "ikl-1", "import", 5),
            ("disdukcapil", "ktp-el", "ikl-1", "web", 12),
            ("dpmptsp", "nib", "ikl-1", "import", 4),
        ]
        skipped = session.execute(text("SELECT count(*) FROM rating WHERE sheet LIKE '%-%'")).scalar_one()
    assert skipped == 3


def test_the_demo_ships_every_file_that_the_guide_names() -> None:
    named = {word.lstrip("@") for command in commands(GUIDES[0]) for word in command if "app/demo/files/" in word}
    shipped = {file.name for file in files("app.demo").joinpath("files").iterdir()}
    assert {Path(name).name for name in named} == shipped
    assert EXAMPLES.samefile(ROOT / "app/demo/files")
