"""PostgreSQL is killed, or restarted, under load: nothing is lost, and the service comes back by itself."""

from collections.abc import Callable, Iterator
from pathlib import Path
from random import Random

import psycopg
import pytest
from psycopg import sql

from app.foundation.storage import migrations as migrating
from tests.faults.campaign import LONGEST_RETURN, Strike, run_campaign, sometimes_twice
from tests.faults.figures import Figures
from tests.faults.postmaster import Postmaster
from tests.faults.service import Command, Nursery, Service
from tests.faults.trials import Sizes, Trials
from tests.house import furnish_two
from tests.postgres import PostgresServer

pytestmark = pytest.mark.fault

FURNISHED = "furnished"
FEW = 2
AFTER_A_RESTART = 5.0
Town = tuple[PostgresServer, dict[str, str]]


@pytest.fixture(scope="module")
def postmaster() -> Iterator[Postmaster]:
    """A server that this file alone kills; it goes with all its databases."""
    with Postmaster.running() as running:
        yield running


@pytest.fixture(scope="module")
def town(postmaster: Postmaster) -> Town:
    """That server, proven to be the one it seems, with a furnished database to be copied."""
    server = PostgresServer(postmaster.url, postmaster.data_directory)
    url = server.create(FURNISHED)
    migrating.upgrade(url)
    return server, furnish_two(url)


def kill_and_start(postmaster: Postmaster) -> None:
    """The calamity of the database: the service is left alone."""
    postmaster.kill()
    postmaster.start()
    # How long PostgreSQL takes to recover is its own affair; the service's return is timed from here.
    postmaster.wait_until_up()


def restart(postmaster: Postmaster) -> None:
    """What an upgrade of PostgreSQL does: connections are ended, everything is written, and it starts again."""
    postmaster.stop()
    postmaster.start()
    postmaster.wait_until_up()


@pytest.mark.parametrize(
    ("row", "unit", "calamity", "sizes", "longest"),
    [
        ("kill -9 of PostgreSQL", "kills", kill_and_start, Sizes(10, 1_000, 50), LONGEST_RETURN),
        ("restart of PostgreSQL", "restarts", restart, Sizes(3, 50, 10), AFTER_A_RESTART),
    ],
    ids=["kill", "restart"],
)
def test_a_database_that_goes_and_comes_loses_nothing_and_the_service_comes_back_by_itself(
    row: str,
    unit: str,
    calamity: Callable[[Postmaster], None],
    sizes: Sizes,
    longest: float,
    postmaster: Postmaster,
    town: Town,
    log: Path,
    trials: Trials,
) -> None:
    server, keys = town

    def attempt(strikes: int, dice: Random) -> Figures:
        with server.copy_of(FURNISHED) as url, Service.running(Command(), url, log) as service:
            strike: Strike = sometimes_twice(lambda: calamity(postmaster), dice)
            figures = run_campaign(service, keys, strike, strikes, dice)
            assert service.ended(0) is None, "the service ended with its database"
        assert figures.slowest_return <= longest
        return figures

    trials.keep(row, unit, sizes, attempt)


def test_a_database_that_confirms_before_its_flush_is_seen_to_lose_ratings(
    postmaster: Postmaster, town: Town, nursery: Nursery, log: Path, trials: Trials
) -> None:
    server, keys = town

    def attempt(kills: int, dice: Random) -> Figures:
        url = server.create("hasty", FURNISHED)
        with psycopg.connect(postmaster.url, autocommit=True) as connection:
            connection.execute(sql.SQL("ALTER DATABASE hasty SET synchronous_commit = off"))
        try:
            with Service.running(nursery, url, log) as service:
                return run_campaign(service, keys, lambda: kill_and_start(postmaster), kills, dice)
        finally:
            server.drop("hasty")

    trials.catch("(control) synchronous_commit = off, kill -9", "kills", FEW, "lost", attempt)
