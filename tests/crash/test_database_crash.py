"""kill -9 of PostgreSQL under load: nothing acknowledged is lost, and the service comes back by itself."""

import os
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

from app.foundation import migrating
from tests.crash.campaign import LONGEST_RETURN, Strike, run_campaign
from tests.crash.postmaster import Postmaster
from tests.crash.service import Command, Nursery, Service
from tests.house import furnish_two
from tests.postgres import PostgresServer

pytestmark = pytest.mark.crash

EMPTY, FURNISHED = "cermin_empty", "cermin_furnished"


@pytest.fixture(scope="module")
def postmaster() -> Iterator[Postmaster]:
    """A server that this file alone kills."""
    with Postmaster.running() as running:
        yield running


@pytest.fixture(scope="module")
def furnished_there(postmaster: Postmaster) -> tuple[PostgresServer, dict[str, str]]:
    """That server, proven to be the one it seems, with a furnished template database."""
    server = PostgresServer(postmaster.url, postmaster.data_directory)
    url = server.create(FURNISHED)
    migrating.upgrade(url)
    return server, furnish_two(url)


@pytest.fixture
def database_kills() -> int:
    """How often PostgreSQL is killed: 3 times in CI, a thousand before a release."""
    return int(os.environ.get("CERMIN_CRASH_DATABASE_KILLS", "3"))


def kill_and_start(postmaster: Postmaster) -> Strike:
    """The calamity of the database: the service is left alone."""

    def strike() -> None:
        postmaster.kill()
        postmaster.start()

    return strike


def test_a_killed_database_loses_nothing_and_the_service_comes_back_by_itself(
    postmaster: Postmaster,
    furnished_there: tuple[PostgresServer, dict[str, str]],
    log: Path,
    database_kills: int,
) -> None:
    server, keys = furnished_there
    with server.copy_of(FURNISHED) as url, Service.running(Command(), url, log) as service:
        before = service.pid
        figures = run_campaign(service, keys, kill_and_start(postmaster), database_kills)
        assert service.pid == before
        assert service.ended(0) is None, "the service ended with the database"
    print(f"\nPostgreSQL killed: {figures}")  # noqa: T201 - the figures are the result
    assert figures.verdict == "kept"
    assert figures.slowest_return <= LONGEST_RETURN


def test_a_database_that_confirms_before_its_flush_is_seen_to_lose_ratings(
    postmaster: Postmaster,
    furnished_there: tuple[PostgresServer, dict[str, str]],
    nursery: Nursery,
    log: Path,
) -> None:
    server, keys = furnished_there
    with server.copy_of(FURNISHED) as url:
        name = psycopg.conninfo.conninfo_to_dict(url)["dbname"]
        with psycopg.connect(postmaster.url, autocommit=True) as connection:
            statement = sql.SQL("ALTER DATABASE {} SET synchronous_commit = off")
            connection.execute(statement.format(sql.Identifier(str(name))))
        with Service.running(nursery, url, log) as service:
            figures = run_campaign(service, keys, kill_and_start(postmaster), 2)
    print(f"\nPostgreSQL killed without synchronous_commit: {figures}")  # noqa: T201 - see above
    assert figures.lost > 0
