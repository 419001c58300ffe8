"""SIGTERM while clients send: how every request ended, and how the service did."""

import asyncio
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

import httpx

from tests.faults.campaign import CLIENTS, LONGEST_START, answers, audited
from tests.faults.clients import Client, connected, steady
from tests.faults.ledger import Ledger
from tests.faults.service import Service

LONGEST_END = 10.0
LOAD_SECONDS = (0.1, 0.4)


@dataclass(frozen=True)
class End:
    """The exit code (None: it had to be killed) and the seconds from the signal to the end."""

    code: int | None
    seconds: float


def drain(service: Service, keys: Mapping[str, str], ledger: Ledger, dice: Random) -> End:
    """Send SIGTERM under load; no client sends anything a second time."""
    return asyncio.run(_drain(service, keys, ledger, dice))


async def _drain(service: Service, keys: Mapping[str, str], ledger: Ledger, dice: Random) -> End:
    async with connected(service) as line:
        await answers(steady(line, keys, ledger, dice), LONGEST_START)
        clients = [steady(line, keys, ledger, dice) for _ in range(CLIENTS)]
        sending = asyncio.gather(*(send_until_refused(client, ledger, dice) for client in clients))
        await asyncio.sleep(dice.uniform(*LOAD_SECONDS))
        end = await asyncio.to_thread(end_of, service)
        await sending
        return end


def deliver_the_rest(service: Service, keys: Mapping[str, str], ledger: Ledger, dice: Random) -> tuple[str, ...]:
    """Send what nobody acknowledged to the next process; what its books do not agree on."""
    return asyncio.run(_deliver_the_rest(service, keys, ledger, dice))


async def _deliver_the_rest(service: Service, keys: Mapping[str, str], ledger: Ledger, dice: Random) -> tuple[str, ...]:
    async with connected(service) as line:
        client = steady(line, keys, ledger, dice)
        await answers(client, LONGEST_START)
        for sheet in [sheet for key, sheet in ledger.attempted.items() if key not in ledger.acknowledged]:
            await client.deliver([sheet])
        return await audited(line)


def drain_beside_a_stalled_client(service: Service, keys: Mapping[str, str]) -> End:
    """Send SIGTERM while a client that is let in owes most of its body."""
    asyncio.run(_wait_for(service, keys))
    with socket.create_connection(("127.0.0.1", service.port)) as stalled:
        head = f"Host: x\r\nAuthorization: Bearer {keys['app']}\r\nContent-Type: application/json\r\n"
        stalled.sendall(f"POST /v1/ratings HTTP/1.1\r\n{head}Content-Length: 300\r\n\r\n{{".encode())
        # Let it be read: a connection that has asked nothing yet is closed at once.
        time.sleep(0.5)
        return end_of(service)


async def _wait_for(service: Service, keys: Mapping[str, str]) -> None:
    async with connected(service) as line:
        await answers(steady(line, keys, Ledger(), Random()), LONGEST_START)


def end_of(service: Service) -> End:
    """Terminate the service and time its end."""
    began = time.perf_counter()
    service.terminate()
    code = service.ended(LONGEST_END)
    return End(code, time.perf_counter() - began)


async def send_until_refused(client: Client, ledger: Ledger, dice: Random) -> None:
    """One fresh sheet or batch after the other, until nobody listens or no answer comes."""
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
