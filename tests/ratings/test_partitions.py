"""PostgreSQL's partitions by month: made ahead, and found by a retry; no rating is refused for its day."""

import threading
from collections.abc import Callable, Iterator
from contextvars import copy_context
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from app.cli import context
from app.cli.program import program
from app.foundation.storage import migrations as migrating
from app.foundation.storage.database import Database
from app.foundation.storage.installation import fact
from app.foundation.storage.leases import Lease
from app.foundation.storage.partition_store import partitions
from app.foundation.storage.rewriting_store import is_busy
from app.ratings import partitions as making
from app.ratings.deleting import clock_is_believable
from app.ratings.keys import day_of_key, first_key, key_day
from app.ratings.partitions import TABLES, make_ahead
from app.ratings.retention import forget
from app.ratings.rules.months import months_to_make, next_month
from app.transparency.dropping import drop_traces
from app.upkeep import LEASE, NAME, Upkeep, UpkeepTerms
from tests.disclosure.attacker import Town
from tests.downgrading import downgrade
from tests.house import NOW, House, furnish
from tests.postgres import owners_address, owning

DAY = timedelta(days=1)


def test_months_are_made_from_the_first_that_is_missing_to_three_after_today() -> None:
    november, december, january = date(2026, 11, 1), date(2026, 12, 1), date(2027, 1, 1)
    assert months_to_make(november, date(2026, 9, 30)) == [november, december]
    assert months_to_make(november, date(2026, 10, 1)) == [november, december, january]
    assert months_to_make(january, date(2026, 9, 1)) == []
    assert [next_month(date(2028, 1, 31)), next_month(date(2026, 12, 31))] == [date(2028, 2, 1), january]


@pytest.fixture
def town(database: Database) -> Town:
    """An agency on PostgreSQL, whose months were made up to three after the first that the migration left to make."""
    furnish(database, "kota", NOW)
    return Town(database, "kota", NOW)


def first_month(database: Database) -> date:
    """The first month that is not the migration's own."""
    with database.reading() as session:
        [end] = [part.end for part in partitions(session, "rating") if part.part == "before"]
    assert end is not None
    return day_of_key(end)


def rows_by_part(database: Database, table: str) -> dict[str, int]:
    """How many rows lie in each part of a table that has some."""
    with database.reading() as session:
        counts = session.execute(text(f"SELECT CAST(tableoid AS regclass), count(*) FROM {table} GROUP BY 1")).all()
    return {str(name).removeprefix(f"partition.{table}_"): n for name, n in counts}


def rate(town: Town, day: date) -> None:
    """Somebody rates on this day."""
    key = first_key(day).hex
    with town.database.writing() as session:
        for statement in (
            "INSERT INTO rating (agency_id, key, rated_on, office, service, channel, ticketed, standing, instrument, "
            "sheet, digest) VALUES ('kota', :key, :day, 'dukcapil', 'ktp-el', 'web', false, 'counted', 'ikl-1', '434', "
            "'d')",
            "INSERT INTO trace (agency_id, key, hour) VALUES ('kota', :key, 9)",
            "INSERT INTO block_rating (agency_id, key, block) VALUES ('kota', :key, 1)",
        ):
            values = {"key": key, "day": day} if ":day" in statement else {"key": key}
            session.execute(text(statement), values)


@pytest.mark.one_server
@pytest.mark.parametrize("store", ["postgresql"])
def test_a_rating_of_any_day_is_taken_and_moves_to_its_month_when_that_is_made(town: Town) -> None:
    month = first_month(town.database)
    days = [date(1990, 5, 1), month - DAY, month, next_month(month), month + 4_000 * DAY]
    for day in days:
        rate(town, day)
    for table in TABLES:
        assert rows_by_part(town.database, table) == {"before": 2, "later": 3}
    made = make_ahead(town.database, month - 80 * DAY)
    assert made == [month, next_month(month)][: len(made)] != []
    assert make_ahead(town.database, month) == months_to_make(month, month)[len(made) :]
    for table in TABLES:
        rows = rows_by_part(town.database, table)
        assert rows == {"before": 2, f"{month:%Y_%m}": 1, f"{next_month(month):%Y_%m}": 1, "later": 1}
    # Nothing is left to do, and every month is as far as the next one.
    assert make_ahead(town.database, month) == []
    with town.database.reading() as session:
        for table in TABLES:
            bounds = sorted((part.first, part.end) for part in partitions(session, table) if part.first is not None)
            assert [first for first, _ in bounds[1:]] == [end for _, end in bounds[:-1]]


@pytest.mark.one_server
@pytest.mark.parametrize("store", ["postgresql"])
def test_a_retry_finds_its_rating_in_whichever_part_it_lies(house: House) -> None:
    sheet = house.sheet()
    assert house.post("/v1/ratings", sheet).status_code == 201
    month = first_month(house.database)
    house.clock.now += (month - key_day(house.clock.now)) + 40 * DAY
    later = house.sheet()
    assert house.post("/v1/ratings", later).status_code == 201
    for made in (False, True):
        if made:
            assert make_ahead(house.database, key_day(house.clock.now)) != []
        again = house.post("/v1/ratings", later)
        assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
        changed = later | {"scores": {**later["scores"], "speed": 1}}
        assert house.post("/v1/ratings", changed).status_code == 409
    assert set(rows_by_part(house.database, "rating")) == {"before", f"{key_day(house.clock.now):%Y_%m}"}


@pytest.mark.one_server
@pytest.mark.parametrize("store", ["postgresql"])
def test_every_part_has_the_key_the_index_and_the_checks_of_its_table(database: Database) -> None:
    assert make_ahead(database, first_month(database)) != []
    asked = (
        "SELECT i.inhrelid::regclass::text, count(DISTINCT x.indexrelid), "
        "count(DISTINCT k.oid) FILTER (WHERE k.contype = 'c') FROM pg_inherits i "
        "JOIN pg_index x ON x.indrelid = i.inhrelid JOIN pg_constraint k ON k.conrelid = i.inhrelid "
        "WHERE i.inhparent = 'rating'::regclass GROUP BY 1"
    )
    with database.reading() as session:
        rows = session.execute(text(asked)).all()
    assert len(rows) == 6
    assert {(indexes, checks) for _, indexes, checks in rows} == {(2, 3)}


@pytest.mark.one_server
@pytest.mark.parametrize("store", ["postgresql"])
def test_who_waits_for_a_reader_gives_up_and_leaves_all_as_it_was(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "TRIES", 2)
    monkeypatch.setattr("app.foundation.storage.partition_store.POLITE_LOCK_MS", 50)
    month = first_month(database)
    with (
        database.reader.connect() as connection,
        connection.execution_options(isolation_level="REPEATABLE READ").begin(),
    ):
        connection.execute(text("SELECT count(*) FROM rating"))
        with pytest.raises(Exception) as caught:
            make_ahead(database, month)
        assert is_busy(caught.value)
    with database.reading() as session:
        assert {part.part for part in partitions(session, "rating")} == {"before", "later"}
    assert len(make_ahead(database, month)) == 4


@pytest.mark.one_server
@pytest.mark.parametrize("store", ["postgresql"])
def test_a_question_about_keys_of_a_month_looks_into_that_month_alone(town: Town) -> None:
    month = first_month(town.database)
    make_ahead(town.database, month)
    asked = "EXPLAIN SELECT * FROM rating WHERE agency_id = 'kota' AND key >= '{}' AND key < '{}'"
    with town.database.reading() as session:
        plan = session.execute(text(asked.format(first_key(month), first_key(next_month(month))))).scalars().all()
    assert [line for line in plan if " on rating_" in line and f"rating_{month:%Y_%m}" not in line] == []


@pytest.mark.long
@pytest.mark.one_server
@pytest.mark.parametrize("store", ["postgresql"])
def test_the_migration_keeps_every_row_both_ways(town: Town, database_url: str) -> None:
    month = first_month(town.database)
    days = [date(1990, 5, 1), month - DAY, month, next_month(month), month + 4_000 * DAY]
    for day in days:
        rate(town, day)
    make_ahead(town.database, month)
    downgrade(database_url, "0032_no_employee_index")
    with owning(town.database) as session:
        for table in TABLES:
            asked = f"SELECT tableoid::regclass::text, count(*) FROM {table} GROUP BY 1"
            assert session.execute(text(asked)).all() == [(table, len(days))]
    migrating.upgrade(owners_address(database_url))
    # The newest rating is far ahead: everything lies before the month after it.
    for table in TABLES:
        assert rows_by_part(town.database, table) == {"before": len(days)}
    assert first_month(town.database) > days[-1]


@pytest.mark.long
@pytest.mark.one_server
@pytest.mark.parametrize("store", ["postgresql"])
def test_what_others_may_do_with_a_table_they_may_do_with_the_new_one(database: Database, database_url: str) -> None:
    downgrade(database_url, "0032_no_employee_index")
    with owning(database) as session:
        session.execute(text("GRANT SELECT, INSERT ON rating TO pg_monitor"))
        session.execute(text("GRANT SELECT ON trace TO PUBLIC"))
    migrating.upgrade(owners_address(database_url))
    with database.reading() as session:
        asked = "SELECT has_table_privilege('pg_monitor', '{}', '{}')"
        may = [
            session.execute(text(asked.format(*each))).scalar_one()
            for each in (("rating", "INSERT"), ("trace", "SELECT"), ("rating", "DELETE"), ("block_rating", "SELECT"))
        ]
    assert may == [True, True, False, False]


@pytest.mark.long
def test_every_night_one_process_makes_the_months_ahead(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    terms = UpkeepTerms(b"", 1, None, 35 * DAY, 42 * DAY)
    first, second = (Upkeep(house.database, house.clock, terms) for _ in range(2))
    other = Lease(house.database, NAME, "another process", LEASE)
    assert other.take(house.clock())
    assert not first.run_if_due()
    other.drop(house.clock())
    assert first.run_if_due()
    assert [each.run_if_due() for each in (first, second)] == [False, False]
    house.clock.now += DAY
    # What goes wrong is tried again a little later.
    with monkeypatch.context() as patched:
        patched.setattr("app.upkeep.make_ahead", broken)
        with pytest.raises(RuntimeError):
            second.run_if_due()
        assert not second.run_if_due()
    house.clock.now += timedelta(minutes=15)
    assert second.run_if_due()
    house.clock.now += 420 * DAY
    assert house.post("/v1/ratings", house.sheet()).status_code == 201
    assert clock_is_believable(house.database, house.clock.now)
    house.clock.now += 420 * DAY
    assert not first.run_if_due()
    house.clock.now -= 419 * DAY
    first.stop()
    assert not first.run_if_due()
    with house.database.reading() as session:
        assert fact(session, NAME) == "2026-11-19"


def broken(*_: object, **__: object) -> None:
    """Fails."""
    raise RuntimeError


Run = Callable[..., str]


@pytest.fixture
def run(database_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Runs `cermin maintain` against the database of the test."""
    monkeypatch.setenv("CERMIN_DATABASE_URL", database_url)
    monkeypatch.setenv("CERMIN_OWNER_URL", owners_address(database_url))
    context.settings.cache_clear()

    def invoke(*arguments: str, status: int = 0) -> str:
        result = CliRunner().invoke(program, ["maintain", *arguments])
        assert result.exit_code == status, (result.output, result.exception)
        return " ".join(result.output.split())

    yield invoke
    context.settings.cache_clear()


@pytest.mark.long
def test_the_command_says_what_it_did_and_would_do(run: Run, database: Database) -> None:
    if database.is_sqlite:
        assert run() == run("--dry-run") == "SQLite keeps all months in one table: there are no partitions to make"
        return
    planned = run("--dry-run")
    assert planned.startswith("partitions to be made: ")
    assert run() == planned.replace("to be made", "made")
    assert run() == "partitions: every month has one, up to three months ahead"


@pytest.mark.long
@pytest.mark.sqlite_daily
def test_the_command_does_nothing_by_a_wrong_clock_or_beside_another(
    run: Run, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    furnish(database, "kota", NOW)
    rate(Town(database, "kota", NOW), date(2020, 1, 1))
    assert run(status=1).startswith("Nothing was done: this machine's clock is more than 45 days ahead")
    run("--clock-is-right")
    monkeypatch.setattr("app.upkeep.Lease.take", lambda *_: False)
    assert run(status=1) == "Another process is looking after the tables just now."


@pytest.mark.one_server
@pytest.mark.parametrize("store", ["postgresql"])
def test_partitions_of_traces_go_when_all_of_them_are_forgotten(town: Town) -> None:
    month = first_month(town.database)
    make_ahead(town.database, month)
    later = next_month(next_month(month))
    for day in (month, later):
        rate(town, day)
    # None is forgotten yet, as where the clock was not believed.
    assert drop_traces(town.database, later + 2 * DAY) == [f"{next_month(month):%Y_%m}"]
    forget(town.database, datetime.combine(later, datetime.min.time(), UTC), timedelta())
    assert drop_traces(town.database, later + 2 * DAY) == [f"{month:%Y_%m}"]
    assert drop_traces(town.database, later + 2 * DAY) == []
    assert rows_by_part(town.database, "trace") == {f"{later:%Y_%m}": 1}
    assert len(rows_by_part(town.database, "rating")) == 2
    # Nor is one made anew that was dropped.
    assert min(make_ahead(town.database, later)) > later


@pytest.mark.one_server
@pytest.mark.parametrize("store", ["postgresql"])
def test_writers_and_a_new_month_do_not_hold_each_other_up(town: Town) -> None:
    """A writer that goes on while months are made stores everything."""
    month, ended = first_month(town.database), threading.Event()
    written: list[int] = []

    def write() -> None:
        while not ended.is_set():
            rate(town, date(2000, 1, 1) + len(written) * DAY)
            written.append(1)

    writer = threading.Thread(target=copy_context().run, args=(write,))
    writer.start()
    make_ahead(town.database, month)
    ended.set()
    writer.join()
    assert rows_by_part(town.database, "rating") == {"before": len(written)}
