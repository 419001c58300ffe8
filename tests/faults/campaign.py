"""Clients write without pause, something bad happens again and again, then all is compared."""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from random import Random

from app.ratings.keys import KeyMaker
from tests.faults.accounts import differences
from tests.faults.clients import Client, Line, connected, crowd, steady
from tests.faults.figures import Figures, compare
from tests.faults.inventory import take_inventory
from tests.faults.ledger import Ledger
from tests.faults.service import Service
from tests.house import SECRET

CLIENTS = 16
# How long the service runs under load before the next strike.
LOAD_SECONDS = (0.05, 0.7)
# Some die again before they have come up, within so many seconds.
WHILE_STARTING, SOON = 0.1, 0.3
LONGEST_RETURN = 10.0
LONGEST_START = LONGEST_FINISH = 60.0

# Something bad, from its beginning to its end.
Strike = Callable[[], None]


def kill_and_restart(service: Service, dice: Random) -> Strike:
    """The calamity of the service itself."""

    def strike() -> None:
        service.kill()
        service.start()

    return sometimes_twice(strike, dice)


def sometimes_twice(strike: Strike, dice: Random) -> Strike:
    """A strike that is sometimes followed by another, before anything has come up again."""

    def once_or_twice() -> None:
        strike()
        if dice.random() < WHILE_STARTING:
            time.sleep(dice.uniform(0, SOON))
            strike()

    return once_or_twice


def run_campaign(
    service: Service,
    keys: Mapping[str, str],
    strike: Strike,
    strikes: int,
    dice: Random,
    *,
    whims: bool = True,
    settle: float = 0.0,
) -> Figures:
    """Strike so often under load, let every client finish, and compare with the store and with /metrics.

    A service that keeps its promise needs no time to `settle` (seconds) before it is looked at. Clients without `whims`
    wait for every answer, so that the books have to be equal to the last request.
    """
    ledger = Ledger()
    found = asyncio.run(_run(service, keys, ledger, strike, strikes, dice, whims))
    time.sleep(settle)
    figures = compare(ledger, take_inventory(service.database_url), KeyMaker.of(SECRET.encode()))
    return replace(
        figures,
        strikes=strikes,
        slowest_return=found.slowest_return,
        slowest_before=found.slowest_before,
        slowest_answer=found.slowest_answer,
        unaccounted=found.unaccounted,
    )


async def _run(
    service: Service,
    keys: Mapping[str, str],
    ledger: Ledger,
    strike: Strike,
    strikes: int,
    dice: Random,
    whims: bool,
) -> Figures:
    """What is timed, and what does not add up."""
    finish = asyncio.Event()
    async with connected(service) as line:
        clients = crowd(line, keys, ledger, CLIENTS, dice, whims=whims)
        witness = steady(line, keys, ledger, dice)
        await answers(witness, LONGEST_START)
        rating = asyncio.gather(*(client.rate_until(finish, clients) for client in clients))
        try:
            found = await _strike_often(line, witness, strike, strikes, dice)
            finish.set()
            async with asyncio.timeout(LONGEST_FINISH):
                await rating
        finally:
            rating.cancel()
            await asyncio.gather(rating, return_exceptions=True)
        return replace(found, slowest_answer=line.account.slowest, unaccounted=await audited(line))


async def audited(line: Line) -> tuple[str, ...]:
    """What the books of the process that runs now do not agree on; its clients have finished."""
    return tuple(differences(line.account, await line.told()))


async def _strike_often(line: Line, witness: Client, strike: Strike, strikes: int, dice: Random) -> Figures:
    """The slowest return in seconds, from the end of a strike to the first rating stored after it."""
    slowest, before = 0.0, None
    for _ in range(strikes):
        await asyncio.sleep(dice.uniform(*LOAD_SECONDS))
        before = line.account.slowest if before is None else before
        # In a thread, so that the clients go on sending into the silence.
        await asyncio.to_thread(strike)
        began = time.perf_counter()
        await answers(witness, LONGEST_RETURN)
        slowest = max(slowest, time.perf_counter() - began)
    return Figures(slowest_return=slowest, slowest_before=before or 0.0)


async def answers(witness: Client, seconds: float) -> None:
    """Wait until the service stores a rating again."""
    try:
        async with asyncio.timeout(seconds):
            await witness.deliver([witness.fill_in()])
    except TimeoutError:
        raise AssertionError(f"the service stored nothing for {seconds:.0f} s; see its log") from None
