"""The machine's clock is 420 days ahead: nothing is deleted, and what comes is refused by name until it is right."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from app.foundation.storage.database import Database
from tests.conftest import Lend
from tests.faults.campaign import audited, run_campaign
from tests.faults.clients import PATIENCE, connected
from tests.faults.figures import Figures
from tests.faults.service import REAL, Nursery, Service, wait_for
from tests.faults.sheets import Sheet, fill_in
from tests.faults.trials import Sizes, Trials

pytestmark = pytest.mark.fault

# What is deleted by its age.
AGING = ("comment", "trace", "profile_tally", "rating")
SHEETS, LOADED_SECONDS, LONGEST = 20, 1.0, 30.0
STORED, TOO_OLD = 201, 422


def rows(database_url: str) -> int:
    """How many rows there are of what is deleted by its age."""
    counts = " + ".join(f"(SELECT count(*) FROM {name})" for name in AGING)
    database = Database(database_url)
    with database.reading() as session:
        found: int = session.execute(text(f"SELECT {counts}")).scalar_one()
    database.dispose()
    return found


async def sent(service: Service, key: str, sheets: Sequence[Sheet]) -> tuple[set[int], tuple[str, ...]]:
    """What these are answered, one alone and the others together, and what the books do not agree on."""
    async with connected(service) as line:
        statuses = await line.send(sheets[:1], key, PATIENCE, single=True)
        statuses += await line.send(sheets[1:], key, PATIENCE, single=False)
        return set(statuses), await audited(line)


def lives(entry: str, url: str, keys: Mapping[str, str], nursery: Nursery, log: Path, dice: Random) -> Figures:
    """A service with the right clock, one with this entry until it has tidied, and one with the right clock again."""
    with Service.running(nursery, url, log) as service:
        figures = run_campaign(service, keys, lambda: time.sleep(LOADED_SECONDS), 1, dice, whims=False)
    before, sheets = rows(url), [fill_in("kota", is_device=False, dice=dice) for _ in range(SHEETS)]
    with Service.running(nursery, url, log, entry) as service:
        wait_for(service)
        statuses, unaccounted = asyncio.run(sent(service, keys["app"], sheets))
        assert statuses == {TOO_OLD}
        until = time.monotonic() + LONGEST
        while rows(url) == before and "deletion.refused" not in log.read_text():
            assert time.monotonic() < until, "nobody has tidied"
            time.sleep(0.1)
    figures = figures.with_surprise("rows deleted", before - rows(url))
    with Service.running(nursery, url, log, REAL) as service:
        wait_for(service)
        statuses, more = asyncio.run(sent(service, keys["app"], sheets))
        assert statuses == {STORED}
    return replace(figures, unaccounted=(*figures.unaccounted, *unaccounted, *more))


def test_a_clock_far_ahead_deletes_nothing(store: str, lend: Lend, nursery: Nursery, log: Path, trials: Trials) -> None:
    def attempt(times: int, dice: Random) -> Figures:
        assert times == 1
        with lend(store) as (url, keys):
            return lives("tests.faults.clocks:ahead", url, keys, nursery, log, dice)

    trials.keep(f"clock 420 days ahead, {store}", "times", Sizes(1, 20, 1), attempt)


def test_a_service_that_believes_every_clock_is_seen_to_delete(
    store: str, lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(_: int, dice: Random) -> Figures:
        with lend(store) as (url, keys):
            return lives("tests.faults.clocks:ahead_and_believed", url, keys, nursery, log, dice)

    trials.catch(f"(mutant) believes every clock, {store}", "times", 1, "surprises", attempt)
