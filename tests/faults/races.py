"""Several processes on one database, and clients of all of them with the same ratings."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import replace
from random import Random

from app.ratings.keys import KeyMaker
from tests.faults.campaign import LONGEST_START, answers, audited
from tests.faults.clients import Client, connected, steady
from tests.faults.figures import Figures, compare
from tests.faults.inventory import take_inventory
from tests.faults.ledger import Ledger
from tests.faults.service import Service
from tests.house import SECRET

# What clients, four or more at each process, do at once.
Race = Callable[[Sequence[Client], Ledger, Random], Awaitable[None]]
AT_EACH = 4


def run_race(services: Sequence[Service], keys: Mapping[str, str], race: Race, dice: Random) -> Figures:
    """Run it, and compare with the store and with the /metrics of each process; each id is answered 201 once."""
    ledger = Ledger()
    found = asyncio.run(_run(services, keys, race, ledger, dice))
    figures = compare(ledger, take_inventory(services[0].database_url), KeyMaker.of(SECRET.encode()))
    never = len(ledger.attempted) - len(ledger.created)
    figures = figures.with_surprise("no 201 for an id", never)
    return replace(figures, unaccounted=found.unaccounted, slowest_answer=found.slowest_answer)


async def _run(
    services: Sequence[Service], keys: Mapping[str, str], race: Race, ledger: Ledger, dice: Random
) -> Figures:
    """What is timed, and what does not add up."""
    async with AsyncExitStack() as stack:
        lines = [await stack.enter_async_context(connected(service)) for service in services]
        clients = [steady(line, keys, ledger, dice) for _ in range(AT_EACH) for line in lines]
        for client in clients:
            await answers(client, LONGEST_START)
        await race(clients, ledger, dice)
        books = [await audited(line) for line in lines]
    slowest = max(line.account.slowest for line in lines)
    return Figures(unaccounted=tuple(words for each in books for words in each), slowest_answer=slowest)
