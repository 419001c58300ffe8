"""SIGTERM while clients send: how every request ended, and how the service did."""

import asyncio
import time
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import httpx

from tests.crash.campaign import CLIENTS, LONGEST_START, answers
from tests.crash.clients import Client, connected, steady
from tests.crash.ledger import Ledger
from tests.crash.service import Service

LONGEST_END = 10.0
LOAD_SECONDS = (0.1, 0.4)


@dataclass(frozen=True)
class End:
    """The exit code (None: it had to be killed) and the seconds from the signal to the end."""

    code: int | None
    seconds: float


def drain(service: Service, keys: Mapping[str, str], ledger: Ledger) -> End:
    """Send SIGTERM under load; no client sends anything a second time."""
    return asyncio.run(_drain(service, keys, ledger))


async def _drain(service: Service, keys: Mapping[str, str], ledger: Ledger) -> End:
    async with connected(service.url) as http:
        await answers(steady(http, keys, ledger), LONGEST_START)
        clients = [steady(http, keys, ledger) for _ in range(CLIENTS)]
        sending = asyncio.gather(*(send_until_refused(client, ledger) for client in clients))
        await asyncio.sleep(Random().uniform(*LOAD_SECONDS))
        began = time.perf_counter()
        service.terminate()
        code = await asyncio.to_thread(service.ended, LONGEST_END)
        seconds = time.perf_counter() - began
        await sending
        return End(code, seconds)


async def send_until_refused(client: Client, ledger: Ledger) -> None:
    """One fresh sheet or batch after the other, until nobody listens or no answer comes."""
    dice = Random()
    while True:
        sheets = [client.fill_in() for _ in range(dice.choice((1, 1, 1, 20)))]
        ledger.sending(sheets)
        try:
            statuses = await client.send(sheets)
        except httpx.ConnectError:
            return
        except httpx.TransportError:
            ledger.broke(sheets)
            return
        for sheet, status in zip(sheets, statuses, strict=True):
            ledger.answered(sheet, status)
