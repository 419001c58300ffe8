"""Behind PgBouncer in transaction mode everything works: nothing that a transaction needs lives in a connection."""

import os
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from app.foundation.startup_errors import StartupError
from app.foundation.storage import migrations
from app.foundation.storage.database import Database
from tests.conftest import Lend
from tests.house import House
from tests.lending import Lending
from tests.pgbouncer import pgbouncer
from tests.postgres import PostgresServer

# PgBouncer refuses what it does not know; or, told so, drops it without a word.
DROPS = "ignore_startup_parameters = options,extra_float_digits"


POOLERS = pytest.mark.parametrize("pooler", [(), (DROPS,)], ids=["refuses", "drops"])


@pytest.fixture
def pooled(pooler: tuple[str, ...], lending: Lending) -> Iterator[str]:
    """The address of an empty database behind PgBouncer."""
    with lending.lend(filled=False) as url, pgbouncer(url, *pooler) as through:
        yield through


def limits(database: Database) -> list[tuple[str, str]]:
    """The time limits in a transaction and in a read."""
    found = []
    for opened in (database.writing, database.reading, database.snapshot):
        with opened() as session:
            shown = (
                session.execute(text(f"SHOW {name}")).scalar_one() for name in ("statement_timeout", "lock_timeout")
            )
            found.append(tuple(shown))
    return found


@POOLERS
def test_every_transaction_has_its_time_limits(pooled: str) -> None:
    database = Database(pooled, statement_timeout_ms=1_100, lock_timeout_ms=700)
    with database.writing() as session:
        session.execute(text("SELECT 1"))
    assert limits(database) == [("1100ms", "700ms")] * 3
    with database.unhurried() as session:
        assert session.execute(text("SHOW statement_timeout")).scalar_one() == "0"
    assert limits(database) == [("1100ms", "700ms")] * 3
    database.dispose()


@pytest.mark.long
def test_a_service_stores_and_tells_behind_a_pooler(lend: Lend) -> None:
    with lend("postgresql") as (url, keys), pgbouncer(url, DROPS) as through, House.open(through, keys) as house:
        # More than a hundred: by then a driver prepares its statements, and connections have changed hands.
        for _ in range(130):
            assert house.post("/v1/ratings", house.sheet()).status_code == 201
        assert house.get("/readyz").status_code == 200
        house.release()
        asked = {"from": "2026-11-01", "to": "2026-11-30", "by": "office"}
        for _ in range(20):
            [row] = house.get("/v1/indices", params=asked).json()["rows"]
            assert row["n"] == 130


def test_nobody_waits_on_at_the_server_for_what_was_given_up(lend: Lend) -> None:
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    with lend("postgresql") as (url, keys), pgbouncer(url) as through:
        short = {"statement_timeout_ms": 600, "lock_timeout_ms": 300}
        locking = Database(url)
        with House.open(through, keys, **short) as house, locking.writing() as session:
            session.execute(text("LOCK TABLE rating, figure_release IN ACCESS EXCLUSIVE MODE"))
            assert house.post("/v1/ratings", house.sheet()).status_code == 503
            assert house.get("/v1/indices").status_code == 503
            assert session.execute(text(waiting)).scalar_one() == 0
        locking.dispose()


@pytest.mark.long
@POOLERS
def test_migrations_run_behind_a_pooler(postgres: PostgresServer, pooler: tuple[str, ...]) -> None:
    name = f"cermin_pooled_{os.getpid()}"
    # As the owner of a database in which there is nothing.
    with pgbouncer(postgres.create(name), *pooler) as through:
        migrations.upgrade(through)
        database = Database(through)
        assert migrations.current(database) == migrations.head()
        database.dispose()
    postgres.drop(name)


@POOLERS
def test_options_of_the_address_hold_or_are_refused(pooled: str, lending: Lending) -> None:
    chosen = "options=-c%20statement_timeout%3D1234%20-c%20search_path%3Dpublic"
    with lending.lend(filled=False) as url:
        direct = Database(f"{url}{'&' if '?' in url else '?'}{chosen}", lock_timeout_ms=700)
        assert limits(direct) == [("1234ms", "700ms")] * 3
        direct.dispose()
    behind = Database(f"{pooled}?{chosen}")
    with pytest.raises(StartupError, match="has options"), behind.reading() as session:
        session.execute(text("SELECT 1"))
    behind.dispose()
