"""`cermin import` on a database of the test's own: the command, its file and options, what it prints and stores."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import typer
from sqlalchemy import text
from typer.testing import CliRunner, Result

from app.cli import context, maintenance
from app.cli.importing import import_answers
from app.foundation.storage.database import Database
from tests.house import SECRET

OPTIONS = {
    "--instrument": "ikl-1",
    "--office": "dukcapil",
    "--service": "kk",
    "--columns": "a=speed,b=transparency,c=friendliness",
    "--time": "when",
}
Run = Callable[..., Result]


@pytest.fixture
def run(furnished: tuple[str, dict[str, str]], monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin import …` or `cermin check` on a database with the agencies of the house."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", furnished[0])
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    context.settings.cache_clear()
    program = typer.Typer()
    program.command("import")(import_answers)
    program.command("check")(maintenance.check)

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(program, arguments)
        assert result.exit_code == status, result.output
        return result

    yield invoke
    context.settings.cache_clear()


@pytest.fixture
def opened(furnished: tuple[str, dict[str, str]]) -> Iterator[Database]:
    """The same database."""
    database = Database(furnished[0])
    yield database
    database.dispose()


@pytest.fixture
def answers(tmp_path: Path) -> Callable[[str], Path]:
    """Writes a file of answers."""

    def write(content: str) -> Path:
        file = tmp_path / "answers.csv"
        file.write_text(content, "utf-8")
        return file

    return write


Answers = Callable[[str], Path]


def arguments(file: Path, *more: str, agency: str = "kota", **changed: str) -> list[str]:
    """`import AGENCY FILE` with all options."""
    options = OPTIONS | {f"--{name}": value for name, value in changed.items()}
    return ["import", agency, str(file), *(word for pair in options.items() for word in pair), *more]


def cells(output: str) -> list[list[str]]:
    """The lines of the tables, cell by cell, without headings."""
    lines = [line for line in output.splitlines() if line.startswith("│")]
    return [[cell.strip() for cell in line.strip("│").split("│")] for line in lines]


def select(database: Database, statement: str) -> list[tuple[object, ...]]:
    """The rows of a statement."""
    with database.reading() as session:
        return [tuple(row) for row in session.execute(text(statement))]
