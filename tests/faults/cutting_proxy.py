"""A network between a client and a service that is cut: before the request, in it, after it, or in the answer."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from enum import Enum
from random import Random

CHUNK = 65_536


class Cut(Enum):
    """Where a connection is cut."""

    never = "never"
    before = "before the request"
    midway = "in the request"
    after = "after the request"
    answer = "in the answer"
    silent = "silently after the request"


# Half of all connections hold; each of the others is cut in another way.
DECK = [*Cut, *([Cut.never] * (len(Cut) - 2))]


class CuttingProxy:
    """Passes on one request and answer of each connection, or cuts it as the next card of a shuffled deck says."""

    def __init__(self, port: int, dice: Random) -> None:
        self._port = port
        self._dice = dice
        self._deck: list[Cut] = []
        self.cuts: Counter[Cut] = Counter()

    async def serve(self, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        """One connection."""
        self._deck = self._deck or self._dice.sample(DECK, len(DECK))
        cut = self._deck.pop()
        self.cuts[cut] += 1
        with suppress(OSError, asyncio.IncompleteReadError):
            await self._pass_on(cut, client, answer)
        answer.transport.abort()

    async def _pass_on(self, cut: Cut, client: asyncio.StreamReader, answer: asyncio.StreamWriter) -> None:
        head = await client.readuntil(b"\r\n\r\n")
        [length] = [line for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:")]
        request = head + await client.readexactly(int(length.split(b":")[1]))
        if cut is Cut.before:
            return
        service, to = await asyncio.open_connection("127.0.0.1", self._port)
        try:
            to.write(request if cut is not Cut.midway else request[: len(request) // 2])
            await to.drain()
            if cut is Cut.midway:
                return
            # The service has answered: what it has stored, it has stored.
            told = await service.read(CHUNK)
            if cut is Cut.silent:
                # Nothing is heard any more, until the client loses its patience.
                await client.read(1)
            if cut in (Cut.answer, Cut.never):
                answer.write(told if cut is Cut.never else told[: len(told) // 2])
                await answer.drain()
        finally:
            to.transport.abort()


@asynccontextmanager
async def cutting_proxy(port: int, dice: Random) -> AsyncIterator[tuple[CuttingProxy, str]]:
    """Such a network before this port, and its address."""
    proxy = CuttingProxy(port, dice)
    server = await asyncio.start_server(proxy.serve, "127.0.0.1", 0)
    try:
        yield proxy, f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    finally:
        server.close()
