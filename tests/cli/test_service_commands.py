"""`cermin check|migrate|tidy`: looking after the service from the terminal."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from typer.testing import CliRunner, Result

from app.cli import context
from app.cli.program import program
from app.foundation.clock import system_clock
from app.foundation.settings import Settings
from app.foundation.startup_errors import StartupError
from app.foundation.storage import migrations as migrating
from app.foundation.storage import rewriting
from app.foundation.storage.database import Database
from app.foundation.storage.leases import Lease
from app.foundation.storage.rewriting import Busy
from app.startup_checks import check_startup
from tests.downgrading import downgrade
from tests.house import SECRET, House
from tests.postgres import owners_address

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

Run = Callable[..., Result]


@pytest.fixture
def run(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[Run]:
    """Runs `cermin …` against the database of the test; the output is that of a pipe."""
    wants_town = "house" in request.fixturenames or "furnished" in request.fixturenames
    url: str = request.getfixturevalue("furnished")[0] if wants_town else request.getfixturevalue("database_url")
    monkeypatch.setenv("CERMIN_DATABASE_URL", url)
    # With which the service of a town has claimed its database.
    monkeypatch.setenv("CERMIN_SECRET", SECRET)
    context.settings.cache_clear()

    def invoke(*arguments: str, status: int = 0) -> Result:
        result = CliRunner().invoke(program, arguments)
        assert result.exit_code == status, (result.output, result.exception)
        return result

    yield invoke
    context.settings.cache_clear()


def change(house: House, statement: str, **values: Any) -> int:
    """Change rows behind the service's back; how many were changed."""
    with house.database.writer.connect() as connection, connection.begin():
        return connection.execute(text(statement), values).rowcount


def one_line(words: str) -> str:
    """Output without the line breaks of a narrow terminal."""
    return " ".join(words.split())


def rate(house: House, n: int = 3, key: str = "app", **changed: Any) -> None:
    """Some ratings through the door."""
    for _ in range(n):
        assert house.post("/v1/ratings", house.sheet(**changed), key).status_code == 201


@pytest.mark.long
def test_a_sound_database_is_found_sound(house: House, run: Run) -> None:
    def told(ratings: int, within: int, blocks: int) -> str:
        ledger = f"checked {ratings} ratings, {within} of them in {blocks} blocks: all agree\n"
        return ledger + "checked 0 spent tickets: all agree\n"

    assert run("check").stdout == told(0, 0, 0)
    rate(house, 10, employee="E001")
    rate(house, key="desa app", office="setda")
    assert run("check").stdout == told(13, 0, 0)
    house.release()
    assert run("check").stdout == told(13, 10, 1)
    assert run("check", "kota").stdout == told(10, 10, 1)
    assert run("check", "desa").stdout == told(3, 0, 0)


MANIPULATIONS: dict[str, str] = {
    "UPDATE block SET n = n + 1": "its number of ratings is not what its ratings give",
    "UPDATE rating SET sheet = '444'": "its cell is not what its ratings give",
    "UPDATE rating SET channel = 'web'": "a rating differs in its channel",
    "DELETE FROM rating": "10 of its ratings do not exist",
}


@pytest.mark.long
def test_a_block_that_is_not_what_its_ratings_give_is_named(house: House, run: Run) -> None:
    for statement, fault in MANIPULATIONS.items():
        for table in ("rating", "block", "block_rating", "chart_month"):
            change(house, f"DELETE FROM {table}")
        rate(house, 10, employee="E001")
        house.release()
        run("check")
        assert change(house, statement) > 0
        result = run("check", status=1)
        assert result.stdout == ""
        # One line for each fault, however narrow the terminal.
        assert f"kota: block 1 of dukcapil: {fault}" in result.stderr.splitlines()
        assert "E001" not in result.stderr
        run("check", "kota", status=1)
        run("check", "desa")


def test_a_code_that_the_directory_does_not_have_is_found_and_named(house: House, run: Run) -> None:
    rate(house, employee="E001")
    for column, code in (("office", "hilang"), ("service", "tiada"), ("employee", "E999")):
        change(house, f"UPDATE rating SET {column} = :code", code=code)
    told = one_line(run("check", status=1).stderr)
    for kind, code in (("office", "hilang"), ("service", "tiada"), ("employee", "E999")):
        assert f"kota: ratings name the {kind} {code}, which the directory does not have" in told


def test_a_stray_code_alone_is_enough_to_fail(house: House, run: Run) -> None:
    rate(house, employee="E001")
    change(house, "UPDATE rating SET employee = 'E999'")
    result = run("check", status=1)
    assert one_line(result.stderr) == "kota: ratings name the employee E999, which the directory does not have"


def test_a_code_of_another_agency_is_a_stray_one(house: House, run: Run) -> None:
    rate(house)
    change(
        house,
        "INSERT INTO office SELECT agency_id, 'rsud', name, parent, timezone, region_code, active FROM office "
        "WHERE agency_id = 'desa' AND code = 'setda'",
    )
    change(house, "UPDATE rating SET office = 'rsud'")
    assert "kota: ratings name the office rsud" in one_line(run("check", status=1).stderr)


def test_an_agency_that_does_not_exist_is_not_found_sound(house: House, run: Run) -> None:
    assert "tiada" in run("check", "tiada", status=1).stderr


@pytest.mark.long
def test_migrating_says_what_it_did_and_then_that_there_is_nothing_to_do(
    database_url: str, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    head = migrating.head()
    monkeypatch.setenv("CERMIN_OWNER_URL", owners_address(database_url))
    context.settings.cache_clear()
    assert run("migrate").stdout == f"already at {head}\n"
    downgrade(database_url, "base")
    assert run("migrate").stdout == f"migrated: empty → {head}\n"
    assert run("migrate").stdout == f"already at {head}\n"


def comments(database: Database) -> list[tuple[str, bool]]:
    """Month and whether its trace is gone, of every comment kept."""
    with database.reading() as session:
        kept = session.execute(text("SELECT written_in, mixed FROM comment ORDER BY written_in")).all()
    return [(str(row.written_in), bool(row.mixed)) for row in kept]


@pytest.mark.long
def test_tidying_purges_what_is_past_its_retention_and_unlinks_what_is_kept(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = system_clock()
    for days in (0, 20, 300, 400, 500):
        house.clock.now = now - timedelta(days=days)
        rate(house, n=1, comment="baik", profile={"sex": "F"}, employee=None)
    kept = comments(house.database)
    assert [mixed for _, mixed in kept] == [False] * 5
    anew = "what stands apart from ratings was written anew\n"
    assert run("tidy").stdout == "purged 2 comments and 3 traces\n" + anew
    assert comments(house.database) == [(month, True) for month, _ in kept[2:]]
    assert run("tidy").stdout == "purged 0 comments and 0 traces\n" + anew
    # Ratings and their counts stay; only words are forgotten.
    assert "checked 5 ratings" in run("check").stdout
    monkeypatch.setenv("CERMIN_COMMENT_RETENTION_DAYS", "60")
    context.settings.cache_clear()
    assert run("tidy").stdout == "purged 1 comments and 0 traces\n" + anew
    with house.database.reading() as session:
        actors = session.execute(text("SELECT actor FROM audit_event WHERE action = 'comments.purged'")).scalars().all()
    assert actors == [context.actor()] * 2


def test_tidying_beside_another_process_says_that_it_is_at_it(house: House, run: Run) -> None:
    assert Lease(house.database, "rewriting", "another", timedelta(hours=1)).take(system_clock())
    assert one_line(run("tidy").stdout).endswith("another process is writing anew what stands apart from ratings")


def test_tidying_gives_up_on_a_database_that_is_never_free(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def busy(*_: object) -> None:
        raise Busy

    monkeypatch.setattr(rewriting, "rebuild" if house.database.is_sqlite else "sweep", busy)
    monkeypatch.setattr(rewriting, "TRIES", 1)
    assert "run `cermin tidy` again" in one_line(run("tidy", status=1).stderr)


@pytest.mark.long
@pytest.mark.parametrize("command", ["check", "tidy"])
def test_a_database_without_tables_is_told_to_be_migrated(database_url: str, run: Run, command: str) -> None:
    downgrade(database_url, "base")
    result = run(command, status=1)
    assert "cermin migrate" in result.stderr


def test_tidying_refuses_a_clock_that_is_far_ahead_until_somebody_says_that_it_is_right(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.clock.now = system_clock()
    rate(house, n=2, comment="baik", employee=None)
    monkeypatch.setattr("app.cli.tidying.system_clock", lambda: house.clock.now + timedelta(days=420))
    refused = one_line(run("tidy", status=1).stderr)
    assert "Nothing was deleted" in refused
    assert "--clock-is-right" in refused
    assert len(comments(house.database)) == 2
    assert run("tidy", "--clock-is-right").stdout.startswith("purged 2 comments and 2 traces")


def test_checking_looks_at_the_secret_and_makes_none(
    house: House, run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    rate(house, n=1, employee=None)
    assert "all agree" in run("check").stdout
    monkeypatch.setenv("CERMIN_SECRET", "another secret, as long as the first one was")
    context.settings.cache_clear()
    told = one_line(run("check", status=1).stderr)
    assert "is not the one this database was filled with" in told
    assert "another secret, as" not in told
    monkeypatch.delenv("CERMIN_SECRET")
    missing = tmp_path / "none" / "secret"
    monkeypatch.setenv("CERMIN_SECRET_FILE", str(missing))
    context.settings.cache_clear()
    assert "its file is missing" in one_line(run("check", status=1).stderr)
    assert not missing.exists()


def test_production_on_postgresql_wants_a_secret_that_all_processes_share(
    database: Database, database_url: str, tmp_path: Path
) -> None:
    def refusal(**named: object) -> str:
        values = Settings.model_validate({"environment": "production", "database_url": database_url, **named})
        try:
            check_startup(values, database, SECRET.encode())
        except StartupError as error:
            return str(error)
        return ""

    assert ("CERMIN_SECRET_FILE" in refusal()) is not database.is_sqlite
    assert "CERMIN_SECRET" not in refusal(secret=SECRET)
    # Who names the file says where all find it.
    assert "CERMIN_SECRET" not in refusal(secret_file=str(tmp_path / "secret"))
