"""kill -9 of PostgreSQL under load: nothing acknowledged is lost, and the service comes back by itself."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.foundation.storage import migrations as migrating
from tests.faults.campaign import LONGEST_RETURN, Strike, run_campaign
from tests.faults.figures import Figures
from tests.faults.postmaster import Postmaster
from tests.faults.service import Command, Nursery, Service
from tests.house import furnish_two
from tests.postgres import PostgresServer

pytestmark = pytest.mark.fault

FURNISHED = "furnished"
FEW = 2


@pytest.fixture(scope="module")
def postmaster() -> Iterator[Postmaster]:
    """A server that this file alone kills; it goes with all its databases."""
    with Postmaster.running() as running:
        yield running


@pytest.fixture(scope="module")
def town(postmaster: Postmaster) -> tuple[PostgresServer, dict[str, str]]:
    """That server, proven to be the one it seems, with a furnished database to be copied."""
    server = PostgresServer(postmaster.url, postmaster.data_directory)
    url = server.create(FURNISHED)
    migrating.upgrade(url)
    return server, furnish_two(url)


@pytest.fixture
def database_kills() -> int:
    """How often PostgreSQL is killed: 3 times in CI, a thousand before a release."""
    return int(os.environ.get("CERMIN_FAULTS_DATABASE_KILLS", "3"))


def kill_and_start(postmaster: Postmaster) -> Strike:
    """The calamity of the database: the service is left alone."""

    def strike() -> None:
        postmaster.kill()
        postmaster.start()
        # How long PostgreSQL takes to recover is its own affair; the service's return is timed from here.
        postmaster.wait_until_up()

    return strike


def test_a_killed_database_loses_nothing_and_the_service_comes_back_by_itself(
    postmaster: Postmaster,
    town: tuple[PostgresServer, dict[str, str]],
    log: Path,
    database_kills: int,
    report: Callable[[str, Figures], None],
) -> None:
    server, keys = town
    with Service.running(Command(), server.create("killed", FURNISHED), log) as service:
        figures = run_campaign(service, keys, kill_and_start(postmaster), database_kills)
        assert service.ended(0) is None, "the service ended with its database"
    report("PostgreSQL killed", figures)
    assert figures.verdict == "kept"
    assert figures.slowest_return <= LONGEST_RETURN


def test_a_database_that_confirms_before_its_flush_is_seen_to_lose_ratings(
    postmaster: Postmaster,
    town: tuple[PostgresServer, dict[str, str]],
    nursery: Nursery,
    log: Path,
    report: Callable[[str, Figures], None],
) -> None:
    server, keys = town
    url = server.create("hasty", FURNISHED)
    with psycopg.connect(postmaster.url, autocommit=True) as connection:
        connection.execute(sql.SQL("ALTER DATABASE hasty SET synchronous_commit = off"))
    with Service.running(nursery, url, log) as service:
        figures = run_campaign(service, keys, kill_and_start(postmaster), FEW)
    report("PostgreSQL killed without synchronous_commit", figures)
    assert figures.lost > 0
