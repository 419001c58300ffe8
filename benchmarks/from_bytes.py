"""A rating from the bytes of its request to those of its answer: `python -m benchmarks.from_bytes [--beside FOLDER]`.

In one process, by the server's own protocol over transports that are no sockets, with a lane that stores nothing: what
is left is what a change of the code between them costs or saves. With `--beside`, the version in that folder runs in a
process of its own and both in lockstep, so that whatever else the machine does meets both alike.
"""

import argparse
import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any
from unittest.mock import patch

import uvicorn
import uvloop

import app.wiring.intake as wiring
from app.access.authentication import Authenticator
from app.cli.service import server_config
from app.foundation.settings import Settings
from app.foundation.storage.database import Database
from app.main import create_app
from app.ratings.rating import Stored, StoreOutcome
from benchmarks.roster import Line, furnish_town
from benchmarks.servers import SECRET
from benchmarks.stores import furnished
from tests.house import no_jobs, uuid7

CONNECTIONS, WARM = 64, 12_000
QUOTAS: dict[str, Any] = {"device_per_hour": 1_000_000, "device_burst": 1_000_000, "device_interval_seconds": 0}


class NoLane:
    """Answers each group in the next turn of the loop, as stored."""

    def __init__(self, work: Any) -> None:
        self._work = work
        self._called = False

    def wake(self) -> bool:
        """Tell it that something waits."""
        if not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._answer)
        return True

    async def end(self) -> None:
        """Nothing is left to be done."""

    def _answer(self) -> None:
        self._called = False
        while (group := self._work.next_group()) is not None:
            places = [rating.place for waiting in group for rating in waiting.ratings]
            results = [Stored(StoreOutcome.stored, place.office, place.employee, place.rated_on) for place in places]
            self._work.written(group, results)


class Client(asyncio.Transport):
    """A client that sends its next request as soon as it has its answer."""

    def __init__(self, protocol: Any, load: "Load") -> None:
        super().__init__({"peername": ("127.0.0.1", 50_000), "sockname": ("127.0.0.1", 80)})
        self._load = load
        self.send: Callable[[bytes], None] = protocol.data_received
        protocol.connection_made(self)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        """Take an answer."""
        if not bytes(data).startswith(b"HTTP/1.1 201"):
            raise SystemExit("a rating was refused: the figures would mean nothing")
        self._load.answered(self)

    def is_closing(self) -> bool:
        """It never is, however long the other version takes."""
        return False

    def close(self) -> None:
        """Stay."""

    def abort(self) -> None:
        """Stay."""


class Load:
    """Sends ratings through clients."""

    def __init__(self, application: Any, settings: Settings) -> None:
        config = server_config(settings, application, "127.0.0.1", 0)
        config.load()
        state = uvicorn.Server(config).server_state
        state.default_headers = [(b"date", b"Tue, 01 Dec 2026 00:00:00 GMT")]
        protocol: Any = config.http_protocol_class
        self._loop = asyncio.get_running_loop()
        self._clients = [
            Client(protocol(config=config, server_state=state, app_state={}), self) for _ in range(CONNECTIONS)
        ]
        self._requests: Iterator[bytes] = iter(())
        self._left = 0
        self._done = self._loop.create_future()

    async def take(self, requests: list[bytes]) -> float:
        """Microseconds of the thread's processor for each of these requests."""
        self._requests, self._left, self._done = iter(requests), len(requests), self._loop.create_future()
        began = time.thread_time_ns()
        for client in self._clients:
            client.send(next(self._requests))
        await self._done
        return (time.thread_time_ns() - began) / len(requests) / 1_000

    def answered(self, client: Client) -> None:
        """An answer came."""
        self._left -= 1
        if not self._left:
            self._done.set_result(None)
        elif (following := next(self._requests, None)) is not None:
            self._loop.call_soon(client.send, following)


def requests(roster: list[Line], draw: Random, n: int) -> list[bytes]:
    """So many ratings of now, spread over the roster, as they come over the network."""
    now = datetime.now(UTC)
    return [_request(draw.choice(roster), uuid7(now, draw.getrandbits(74)), draw) for _ in range(n)]


def _request(line: Line, rating_id: str, draw: Random) -> bytes:
    named = {"office": line.office, "service": line.service, "employee": line.employee, "channel": line.channel}
    place = "".join(f'"{name}":"{value}",' for name, value in named.items() if value)
    scores = ",".join(f'"{item}":{draw.randint(2, 4)}' for item in ("speed", "transparency", "friendliness"))
    body = f'{{"id":"{rating_id}",{place}"instrument":"ikl-1","scores":{{{scores}}}}}'
    return (
        f"POST /v1/ratings HTTP/1.1\r\nHost: cermin.test\r\nAuthorization: Bearer {line.key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    ).encode()


async def measure(folder: str, chunks: int, size: int) -> None:
    """Print what each chunk took, and wait for a line before each."""
    store = furnished("SQLite", f"sqlite:///{folder}/bytes.db")
    database = Database(store.url)
    roster = furnish_town(database, "kota", store.keys["app"], datetime.now(UTC), seed=1)
    database.dispose()
    settings = Settings(database_url=store.url, secret=SECRET, key_cache_seconds=55, **QUOTAS)
    with patch.object(wiring, "thread_lane", lambda _: NoLane):
        application = create_app(settings, jobs=no_jobs)
        async with application.router.lifespan_context(application):
            keys: Authenticator = application.state.services.of(Authenticator)
            for key in sorted({line.key for line in roster}):
                await asyncio.to_thread(keys.check, f"Bearer {key}", "127.0.0.1")
            load, draw = Load(application, settings), Random(16)
            await load.take(requests(roster, draw, CONNECTIONS))
            await load.take(requests(roster, draw, WARM))
            for _ in range(chunks):
                chunk = requests(roster, draw, size)
                print("ready", flush=True)
                sys.stdin.readline()
                print("took", await load.take(chunk), flush=True)


def _started(folder: str, arguments: list[str]) -> "subprocess.Popen[bytes]":
    # The other version may not have this file.
    run = f"import runpy, sys; sys.path.insert(0, ''); runpy.run_path({str(Path(__file__))!r}, run_name='__main__')"
    command = [sys.executable, "-c", run, "--measured", *arguments]
    return subprocess.Popen(command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def _took(process: "subprocess.Popen[bytes]") -> float:
    assert process.stdin
    _told(process, b"ready")
    process.stdin.write(b"\n")
    process.stdin.flush()
    return float(_told(process, b"took"))


def _told(process: "subprocess.Popen[bytes]", word: bytes) -> bytes:
    """What stands behind the word in the next line that begins with it; the service may log in between."""
    assert process.stdout
    for line in process.stdout:
        first, _, rest = line.strip().partition(b" ")
        if first == word:
            return rest
    raise SystemExit("a measured process ended")


def main() -> None:
    """Measure this version, or both in lockstep, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--beside", metavar="FOLDER", help="the tree of another version")
    parser.add_argument("--chunks", type=int, default=100)
    parser.add_argument("--size", type=int, default=200)
    parser.add_argument("--measured", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measured:
        with (
            TemporaryDirectory(prefix="cermin-bench-") as folder,
            asyncio.Runner(loop_factory=uvloop.new_event_loop) as run,
        ):
            run.run(measure(folder, asked.chunks, asked.size))
        return
    folders = [*([asked.beside] if asked.beside else []), os.getcwd()]
    processes = [_started(each, ["--chunks", str(asked.chunks), "--size", str(asked.size)]) for each in folders]
    # Whoever comes first in one round comes last in the next.
    rounds = [[_took(each) for each in processes[:: (1, -1)[n % 2]]][:: (1, -1)[n % 2]] for n in range(asked.chunks)]
    for folder, taken in zip(folders, zip(*rounds, strict=True), strict=True):
        ratio = median(mine / first[0] for mine, first in zip(taken, rounds, strict=True))
        print(f"{folder}: least {min(taken):.1f}, median {median(taken):.1f} µs a rating; {ratio:.3f} of the first")
    for each in processes:
        each.wait(timeout=60)


if __name__ == "__main__":
    main()
