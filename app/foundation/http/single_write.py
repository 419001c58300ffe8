"""An answer leaves in one piece: its head and its body in one write instead of two.

uvicorn writes the head of an answer and then its body, and its event loop sends either at once: two system calls,
two packets, and a client that is woken twice. docs/performance.md has what it costs.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class Gathering:
    """A transport that hands on what was written to it when the loop comes round, all at once."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._pieces: list[bytes] = []
        # Asked for at every request.
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        """Keep it until the callbacks that are due now have run."""
        if not self._pieces:
            self._loop.call_soon(self._flush)
        self._pieces.append(data)

    def close(self) -> None:
        """What was written goes out first."""
        self._flush()
        self._transport.close()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the connection over, with nothing of ours left in it."""
        self._flush()
        self._transport.set_protocol(protocol)

    def _flush(self) -> None:
        if self._pieces:
            pieces, self._pieces = self._pieces, []
            self._transport.write(b"".join(pieces))

    def __getattr__(self, name: str) -> Any:
        """Everything else is the transport's own."""
        return getattr(self._transport, name)


class OneSegment(HttpToolsProtocol):
    """uvicorn's HTTP over such a transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Begin a connection."""
        super().connection_made(Gathering(transport, self.loop))  # type: ignore[arg-type]  # it behaves as one
