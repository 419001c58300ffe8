"""A campaign: clients write without pause, a calamity strikes again and again, then all is compared."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

from app.ratings.keys import KeyMaker
from tests.faults.clients import Client, connected, crowd, steady
from tests.faults.figures import Figures, compare
from tests.faults.inventory import take_inventory
from tests.faults.ledger import Ledger
from tests.faults.service import Service
from tests.house import SECRET

CLIENTS = 16
# How long the service runs under load before the next strike.
LOAD_SECONDS = (0.05, 0.7)
# Some die again before they have come up.
WHILE_STARTING = 0.1
LONGEST_RETURN = 10.0
LONGEST_START = LONGEST_FINISH = 60.0

Strike = Callable[[], None]


def kill_and_restart(service: Service) -> Strike:
    """The calamity of the service itself."""

    def strike() -> None:
        service.kill()
        service.start()

    return strike


def run_campaign(
    service: Service, keys: Mapping[str, str], strike: Strike, kills: int, *, settle: float = 0.0
) -> Figures:
    """Strike `kills` times under load, let every client finish, and compare with the store.

    A service that keeps its promise needs no time to `settle` (seconds) before it is looked at.
    """
    ledger = Ledger()
    slowest = asyncio.run(_run(service.url, keys, ledger, strike, kills))
    time.sleep(settle)
    inventory = take_inventory(service.database_url)
    figures = compare(ledger, inventory, KeyMaker.of(SECRET.encode()))
    return replace(figures, kills=kills, slowest_return=slowest)


async def _run(url: str, keys: Mapping[str, str], ledger: Ledger, strike: Strike, kills: int) -> float:
    """The slowest return in seconds, from the end of a strike to the first rating stored after it."""
    finish = asyncio.Event()
    async with connected(url) as http:
        clients, witness = crowd(http, keys, ledger, CLIENTS), steady(http, keys, ledger)
        await answers(witness, LONGEST_START)
        rating = asyncio.gather(*(client.rate_until(finish, clients) for client in clients))
        try:
            slowest = await _strike_often(witness, strike, kills)
            finish.set()
            async with asyncio.timeout(LONGEST_FINISH):
                await rating
        finally:
            rating.cancel()
            await asyncio.gather(rating, return_exceptions=True)
        return slowest


async def _strike_often(witness: Client, strike: Strike, kills: int) -> float:
    dice, slowest = Random(), 0.0
    for _ in range(kills):
        await asyncio.sleep(dice.uniform(*LOAD_SECONDS))
        # In a thread, so that the clients go on sending into the silence.
        await asyncio.to_thread(strike)
        if dice.random() < WHILE_STARTING:
            await asyncio.sleep(dice.uniform(0, 0.3))
            await asyncio.to_thread(strike)
        began = time.perf_counter()
        await answers(witness, LONGEST_RETURN)
        slowest = max(slowest, time.perf_counter() - began)
    return slowest


async def answers(witness: Client, seconds: float) -> None:
    """Wait until the service stores a rating again."""
    try:
        async with asyncio.timeout(seconds):
            await witness.deliver([witness.fill_in()])
    except TimeoutError:
        raise AssertionError(f"the service stored nothing for {seconds:.0f} s; see its log") from None
