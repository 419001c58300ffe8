"""The migration to open answers keeps every row, whichever way it goes; only after it are there open ones."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, inspect, text

from app.foundation.storage import migrations as migrating
from app.foundation.storage.database import Database, IntegrityError
from tests.downgrading import downgrade
from tests.postgres import owners_address

BEFORE, AFTER = "0008_devices", "0009_open"
RATING = (
    "INSERT INTO rating (agency_id, key, rated_on, office, counter, service, employee, channel, ticketed, standing, "
    "instrument, sheet, digest) VALUES ('kota', '{key:032x}', '2026-11-{day:02}', 'dukcapil', NULL, 'ktp-el', NULL, "
    "'web', false, '{standing}', 'ikl-1', '434', 'd')"
)
COLUMNS = "agency_id, grain, unit, period_start, service, channel, ticketed, standing, instrument, sheet, n"
RECOUNT = (
    "SELECT agency_id, '{grain}', {unit}, {start}, {split}, ticketed, standing, instrument, sheet, count(*) "
    "FROM rating GROUP BY agency_id, {start}, ticketed, standing, instrument, sheet"
)
GRAINS = (
    {"grain": "agency-month", "unit": "'kota'", "start": "DATE '2026-11-01'", "split": "'ktp-el', 'web'"},
    {"grain": "office-month", "unit": "'dukcapil'", "start": "DATE '2026-11-01'", "split": "'ktp-el', 'web'"},
    {"grain": "office-day", "unit": "'dukcapil'", "start": "rated_on", "split": "'', ''"},
)


@pytest.fixture
def database_url(database_url: str) -> str:
    """Migrations are for whoever owns the tables."""
    return owners_address(database_url)


@contextmanager
def writing(url: str) -> Iterator[Connection]:
    """A transaction on a database of this address."""
    database = Database(url)
    try:
        with database.writer.connect() as connection, connection.begin():
            yield connection
    finally:
        database.dispose()


def fill(url: str, standings: str) -> None:
    """One rating a day, in these standings one after the other, and the tallies of all there are."""
    with writing(url) as connection:
        [first] = connection.execute(text("SELECT count(*) FROM rating")).scalars()
        for n, standing in enumerate(standings.split()):
            # The days repeat, so that tallies of different standings meet when they become one.
            connection.execute(text(RATING.format(key=first + n + 1, day=n % 3 + 1, standing=standing)))
        connection.execute(text("DELETE FROM tally"))
        for grain in GRAINS:
            connection.execute(text(f"INSERT INTO tally ({COLUMNS}) {recount(connection, grain)}"))


def recount(connection: Connection, grain: dict[str, str]) -> str:
    """The query of what the tallies of a grain should be."""
    statement = RECOUNT.format(**grain)
    return statement.replace("DATE '", "'") if connection.dialect.name == "sqlite" else statement


def found(url: str) -> tuple[list[tuple[str, int]], int, int]:
    """Ratings by standing, the sum of the tallies, and how many of them disagree with a recount."""
    with writing(url) as connection:
        standings = connection.execute(
            text("SELECT standing, count(*) FROM rating GROUP BY standing ORDER BY standing")
        )
        by_standing = [(str(standing), int(n)) for standing, n in standings]
        tallies = set(map(tuple, connection.execute(text(f"SELECT {COLUMNS} FROM tally WHERE n > 0"))))
        counted = {tuple(row) for grain in GRAINS for row in connection.execute(text(recount(connection, grain)))}
    return by_standing, sum(row[-1] for row in tallies), len(tallies ^ counted)


@pytest.mark.long
def test_rows_survive_the_way_up_and_open_answers_are_held_on_the_way_down(database_url: str) -> None:
    downgrade(database_url, BEFORE)
    with pytest.raises(IntegrityError):
        fill(database_url, "open")
    fill(database_url, "counted held counted counted held")
    migrating.upgrade(database_url, AFTER)
    assert found(database_url) == ([("counted", 3), ("held", 2)], 15, 0)
    fill(database_url, "open open open open")
    with pytest.raises(IntegrityError):
        fill(database_url, "otherwise")
    assert found(database_url) == ([("counted", 3), ("held", 2), ("open", 4)], 27, 0)
    downgrade(database_url, BEFORE)
    assert found(database_url) == ([("counted", 3), ("held", 6)], 27, 0)
    with pytest.raises(IntegrityError):
        fill(database_url, "open")
    migrating.upgrade(database_url, AFTER)
    assert found(database_url) == ([("counted", 3), ("held", 6)], 27, 0)


@pytest.mark.long
def test_who_goes_back_from_the_newest_has_the_tallies_of_all_ratings(database_url: str) -> None:
    downgrade(database_url, AFTER)
    fill(database_url, "counted open held counted held")
    expected = found(database_url)
    assert expected == ([("counted", 2), ("held", 2), ("open", 1)], 15, 0)
    migrating.upgrade(database_url)
    with writing(database_url) as connection:
        assert not inspect(connection).has_table("tally")
    downgrade(database_url, AFTER)
    assert found(database_url) == expected


def test_the_table_stays_as_it_was_made(database_url: str) -> None:
    with writing(database_url) as connection:
        assert {index["name"] for index in inspect(connection).get_indexes("rating")} == {"rating_office_idx"}
        if connection.dialect.name == "sqlite":
            made = connection.execute(text("SELECT sql FROM sqlite_master WHERE name = 'rating'")).scalar_one()
            # A hidden row number would tell in which order ratings came.
            assert "WITHOUT ROWID" in made
            return
        validated = text("SELECT bool_and(convalidated) FROM pg_constraint WHERE conrelid = 'rating'::regclass")
        assert connection.execute(validated).scalar_one() is True
