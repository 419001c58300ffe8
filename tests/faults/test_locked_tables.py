"""Somebody holds the tables of a running service, with or without a pooler before them: all are answered in time."""

import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from random import Random

import psycopg
import pytest

from tests.conftest import Lend
from tests.faults.figures import Figures
from tests.faults.service import Nursery, Service
from tests.faults.stalls import endure
from tests.faults.trials import Sizes, Trials
from tests.pgbouncer import pgbouncer

pytestmark = pytest.mark.fault

TABLES = "rating, trace, office, api_key, ticket, block, alembic_version, pairing"
# After it was noticed: with that, longer than anybody may wait for an answer.
SECONDS = 2.5


@contextmanager
def held(url: str) -> Iterator[None]:
    """Somebody else holds everything; on SQLite, what a writer needs."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None, timeout=30)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        return
    with psycopg.connect(url) as connection:
        connection.execute(f"LOCK TABLE {TABLES} IN ACCESS EXCLUSIVE MODE".encode())
        yield
        connection.rollback()


@pytest.mark.parametrize("way", ["sqlite", "postgresql", "PgBouncer"])
def test_behind_held_tables_every_request_is_answered_in_time_and_nothing_is_lost(
    way: str, lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(times: int, dice: Random) -> Figures:
        with ExitStack() as stack:
            url, keys = stack.enter_context(lend("sqlite" if way == "sqlite" else "postgresql"))
            through = stack.enter_context(pgbouncer(url)) if way == "PgBouncer" else url
            service = stack.enter_context(Service.running(nursery, through, log))
            return endure(service, keys, lambda: held(url), SECONDS, times, dice)

    trials.keep(f"tables held, {way}", "times", Sizes(1, 100, 10), attempt)
