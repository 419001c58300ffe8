"""`cermin comment list|mark`: comments that are told, and what is said of them, as on the page."""

from collections.abc import Callable, Iterator
from re import findall

import pytest
from sqlmodel import select
from typer.testing import CliRunner, Result

from app.access.tables import AuditEvent
from app.cli import context
from app.cli.program import program
from tests.closing.steps import rated
from tests.closing.surveys import commented
from tests.house import House
from tests.ratings.visits import put

pytestmark = pytest.mark.sqlite_daily
Run = Callable[..., Result]
NOBODYS = "00000000-0000-0000-0000-000000000007"


@pytest.fixture
def run(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin comment …`; twelve comments of an office are told, nine of another wait."""
    put(house.database, rated(None, 30))
    commented(house.database, "dukcapil", [f"Antrean [bold]{n:02}" for n in range(12)], 100, "ikl-1")
    commented(house.database, "upt-makassar", ["Rahasia"] * 9, 300, "ikl-1")
    house.release()
    monkeypatch.setenv("CERMIN_DATABASE_URL", house.database.url.render_as_string(hide_password=False))
    context.settings.cache_clear()

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(program, ["comment", *arguments])
        assert result.exit_code == status, (result.output, result.exception)
        return result

    yield invoke
    context.settings.cache_clear()


def test_what_is_told_is_listed_and_marked_as_acted_on(house: House, run: Run) -> None:
    listed = run("list", "kota", "2026-10").stdout
    assert "12 of 12 told comments" in listed
    assert "Antrean [bold]07" in listed
    assert "Rahasia" not in listed
    comment = findall(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", listed)[0]
    assert "marked" in run("mark", "kota", comment, "--handled", "--element", "speed", "--note", "Loket kedua.").stdout
    handled = run("list", "kota", "2026-10", "--state", "handled").stdout
    assert "1 of 12 told comments" in handled
    assert [word in handled for word in ("speed", "Loket kedua.", comment)] == [True] * 3
    assert "11 of 12" in run("list", "kota", "2026-10", "--state", "open").stdout
    assert "1 of 12" in run("list", "kota", "2026-10", "--element", "speed").stdout
    assert "1 of 12" in run("list", "kota", "2026-10", "--search", "bold]07").stdout
    assert "no mark" in run("mark", "kota", comment).stdout
    assert "0 of 12" in run("list", "kota", "2026-10", "--state", "handled").stdout
    with house.database.reading() as session:
        rows = session.exec(select(AuditEvent).where(AuditEvent.action == "comment.marked")).all()
    assert [row.actor.partition(":")[0] for row in rows] == ["cli", "cli"]
    assert "Loket kedua." not in str([row.detail for row in rows])
    # The other agency has no comment of this id.
    assert "No comment" in run("mark", "desa", comment, "--handled", status=1).stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("list", "tiada", "2026-10"), "no agency tiada"),
        (("mark", "tiada", NOBODYS), "no agency tiada"),
        (("list", "kota", "2026-13"), "Periods are named"),
        (("list", "kota", "2026-10", "--office", "tiada"), "no office"),
        (("list", "kota", "2026-10", "--instrument", "tiada-1"), "no instrument"),
        (("mark", "kota", NOBODYS, "--handled"), "No comment"),
        (("mark", "kota", NOBODYS, "--note", "a\nb"), "note: The value is not valid; expected one line"),
    ],
    ids=str,
)
def test_mistakes_end_with_a_sentence(run: Run, arguments: tuple[str, ...], sentence: str) -> None:
    assert sentence in run(*arguments, status=1).stderr
