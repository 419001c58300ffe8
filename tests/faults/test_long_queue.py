"""A kiosk with a week's ratings delivers them through a network that is cut everywhere: each arrives once."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sqlalchemy import text

from app.foundation.ids import moment_of
from app.foundation.storage.database import Database
from app.ratings.keys import KeyMaker
from tests.conftest import Lend
from tests.faults.accounts import differences
from tests.faults.clients import Client, connected
from tests.faults.cutting_proxy import DECK, Cut, cutting_proxy
from tests.faults.figures import Figures, compare
from tests.faults.inventory import take_inventory
from tests.faults.ledger import Ledger
from tests.faults.service import Nursery, Service, wait_for
from tests.faults.sheets import Sheet, fill_in
from tests.faults.trials import Sizes, Trials
from tests.house import SECRET

pytestmark = pytest.mark.fault

WEEK = timedelta(days=7)
# As the kiosk's page does (app/web/static/kiosk/counter.js), and how long it waits here.
BATCH, PATIENCE = 50, 0.5
OFFICE_ZONE = timedelta(hours=7)


def queued(n: int, dice: Random) -> list[Sheet]:
    """So many ratings of the last seven days, oldest first."""
    now = datetime.now(UTC)
    moments = sorted(now - WEEK * dice.random() for _ in range(n))
    return [fill_in("kota", is_device=True, dice=dice, moment=moment) for moment in moments]


async def deliver(service: Service, key: str, queue: list[Sheet], ledger: Ledger, dice: Random) -> tuple[str, ...]:
    """Send batch after batch, each until it is acknowledged; what the books do not agree on."""
    async with (
        cutting_proxy(service.port, dice) as (proxy, url),
        connected(service) as direct,
        connected(service, url) as line,
    ):
        client = Client(line, "device", key, ledger, dice, patience=PATIENCE)
        for first in range(0, len(queue), BATCH):
            await client.deliver(queue[first : first + BATCH])
        assert len(queue) < BATCH * len(DECK) or proxy.cuts.keys() == set(Cut), proxy.cuts
        return tuple(differences(line.account, await direct.told()))


def days_of(database_url: str) -> Mapping[str, int]:
    """How many ratings each local day has."""
    database = Database(database_url)
    with database.reading() as session:
        rows = session.execute(text("SELECT rated_on, count(*) FROM rating GROUP BY rated_on")).all()
    database.dispose()
    return {str(day): n for day, n in rows}


def test_a_weeks_queue_arrives_exactly_once_and_on_its_days_through_a_network_that_is_cut(
    store: str, lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    def attempt(n: int, dice: Random) -> Figures:
        queue, ledger = queued(n, dice), Ledger()
        with lend(store) as (url, keys):
            with Service.running(nursery, url, log) as service:
                wait_for(service)
                unaccounted = asyncio.run(deliver(service, keys["device"], queue, ledger, dice))
            figures = compare(ledger, take_inventory(url), KeyMaker.of(SECRET.encode()))
            days = Counter((moment_of(sheet.id) + OFFICE_ZONE).date().isoformat() for sheet in queue)
            assert days_of(url) == days
        assert figures.acknowledged == figures.stored == n
        return replace(figures, unaccounted=unaccounted)

    trials.keep(f"a kiosk's queue, network cut, {store}", "ratings", Sizes(1_000, 10_000, 10_000), attempt)
