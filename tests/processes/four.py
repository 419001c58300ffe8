"""Four services on one PostgreSQL, each a process of its own, and clients that cost little themselves."""

import asyncio
import json
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import httpx

from tests.faults.service import UNHURRIED, Nursery, Service, free_port
from tests.postgres import owners_address

PROCESSES = 4
STARTING_SECONDS = 120.0


@dataclass
class Four:
    """The services and the keys of their agencies."""

    services: list[Service]
    database_url: str
    keys: Mapping[str, str]

    @property
    def urls(self) -> list[str]:
        """Where each of them answers."""
        return [service.url for service in self.services]

    def headers(self, key: str) -> dict[str, str]:
        """Those of a request with this key."""
        return {"Authorization": f"Bearer {self.keys.get(key, key)}"}

    def get(self, place: int, path: str, key: str, **options: Any) -> httpx.Response:
        """Ask one of them."""
        return httpx.get(f"{self.urls[place]}{path}", headers=self.headers(key), timeout=30, **options)

    def lines(self, event: str) -> list[int]:
        """Which of them have logged this event, once for each time."""
        return [
            place
            for place, service in enumerate(self.services)
            for line in service.log.read_text().splitlines()
            if line.startswith("{") and json.loads(line)["event"] == event
        ]


@contextmanager
def four_services(database_url: str, keys: Mapping[str, str], folder: Path, **settings: str) -> Iterator[Four]:
    """Four services that have started; `settings` by the names of their variables without CERMIN_."""
    told = {
        "CERMIN_OWNER_URL": owners_address(database_url),
        **UNHURRIED,
        **{f"CERMIN_{name.upper()}": value for name, value in settings.items()},
    }
    with ExitStack() as stack:
        nursery = stack.enter_context(Nursery.open())
        services = []
        for place in range(PROCESSES):
            service = Service(nursery, database_url, folder / f"{place}.log", free_port(), settings=told)
            service.start()
            stack.callback(service.kill)
            services.append(service)
        for service in services:
            _until_ready(service.url)
        yield Four(services, database_url, keys)


def _until_ready(url: str) -> None:
    until = time.monotonic() + STARTING_SECONDS
    while time.monotonic() < until:
        try:
            if httpx.get(f"{url}/readyz", timeout=5).status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"{url} did not start")


class Answer(NamedTuple):
    """What one request was answered with."""

    status: int
    body: bytes


class Line:
    """One connection to a service, over which requests go one after the other."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, key: str) -> None:
        self._reader, self._writer = reader, writer
        self._head = f"Host: localhost\r\nAuthorization: Bearer {key}\r\nContent-Type: application/json\r\n"

    @classmethod
    async def to(cls, url: str, key: str) -> "Line":
        """A connection for requests with this key."""
        parts = urlsplit(url)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port), key)

    async def post(self, path: str, body: bytes) -> Answer:
        """Send a body and wait for its answer."""
        head = f"POST {path} HTTP/1.1\r\n{self._head}Content-Length: {len(body)}\r\n\r\n"
        self._writer.write(head.encode() + body)
        lines = (await self._reader.readuntil(b"\r\n\r\n")).split(b"\r\n")
        length = next(int(line[15:]) for line in lines if line.lower().startswith(b"content-length:"))
        return Answer(int(lines[0].split()[1]), await self._reader.readexactly(length))

    def close(self) -> None:
        """End it."""
        self._writer.close()
