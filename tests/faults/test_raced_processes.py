"""Four processes on one database are sent the same ratings at once: one 201 each, and nobody sees a deadlock."""

import asyncio
from collections.abc import Sequence
from pathlib import Path
from random import Random

import psycopg
import pytest

from tests.conftest import Lend
from tests.faults.clients import Client
from tests.faults.figures import Figures
from tests.faults.ledger import Ledger
from tests.faults.races import run_race
from tests.faults.service import REAL, Nursery, Service
from tests.faults.trials import Sizes, Trials

pytestmark = pytest.mark.fault

PROCESSES = 4
# Ids in the air at once, each sent by all clients.
AT_ONCE = 4
# Ratings that all batches of a moment are drawn from, and how many one of them has.
POOL, LENGTH = 60, 40
# For PostgreSQL to have told what it counted.
DEADLOCKS = (
    "SELECT pg_stat_force_next_flush()",
    "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()",
)


def test_one_id_that_is_sent_to_four_processes_at_once_is_answered_201_once(
    store: str, lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(ids: int, dice: Random) -> Figures:
        async def race(clients: Sequence[Client], _: Ledger, __: Random) -> None:
            for done in range(0, ids, AT_ONCE):
                sheets = [clients[0].fill_in() for _ in range(min(AT_ONCE, ids - done))]
                await asyncio.gather(*(client.deliver([sheet]) for sheet in sheets for client in clients))

        with lend(store) as (url, keys), Service.several(PROCESSES, nursery, url, log) as services:
            return run_race(services, keys, race, dice)

    trials.keep(f"an id raced by 16 requests, {store}", "ids", Sizes(100, 10_000, 1_000), attempt)


class Overlap:
    """Batches of the same ratings in another order each, at every process at once."""

    def __init__(self, batches: int) -> None:
        self._left = batches

    async def __call__(self, clients: Sequence[Client], _: Ledger, dice: Random) -> None:
        """Send them, moment after moment."""
        while self._left > 0:
            pool = [clients[0].fill_in() for _ in range(POOL)]
            senders = clients[: self._left]
            self._left -= len(senders)
            await asyncio.gather(*(client.deliver(dice.sample(pool, LENGTH)) for client in senders))


def deadlocks(url: str) -> int:
    """How many deadlocks PostgreSQL has resolved in this database, ever."""
    if not url.startswith("postgresql"):
        return 0
    with psycopg.connect(url, autocommit=True) as connection:
        for question in DEADLOCKS:
            row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return int(row[0])


def raced(lend: Lend, nursery: Nursery, store: str, log: Path, entry: str, batches: int, dice: Random) -> Figures:
    """Overlapping batches; deadlocks are surprises, though the service tries once more and clients see none."""
    with lend(store) as (url, keys):
        before = deadlocks(url)
        with Service.several(PROCESSES, nursery, url, log, entry) as services:
            figures = run_race(services, keys, Overlap(batches), dice)
        found = deadlocks(url) - before
    return figures.with_surprise("deadlocks", found)


def test_overlapping_batches_at_four_processes_make_no_deadlock(
    store: str, lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(batches: int, dice: Random) -> Figures:
        return raced(lend, nursery, store, log, REAL, batches, dice)

    trials.keep(f"overlapping batches, {store}", "batches", Sizes(160, 100_000, 2_000), attempt)


def test_a_service_that_stores_batches_in_the_order_of_their_sender_is_seen_to_deadlock(
    lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(batches: int, dice: Random) -> Figures:
        return raced(lend, nursery, "postgresql", log, "tests.faults.mutants:unsorted", batches, dice)

    trials.catch("(mutant) unsorted, postgresql", "batches", 160, "surprises", attempt)
