"""Sends the head and the body of an answer in one write instead of two.

uvicorn writes the head of an answer and then its body, and its event loop sends either at once: two system calls,
two packets, and a client that is woken twice. docs/performance.md has what it costs.
"""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class JoiningTransport:
    """A transport that joins what is written within one turn of the event loop into one write."""

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._pieces: list[bytes] = []
        # uvicorn asks this at every request, and `__getattr__` would be a detour.
        self.is_closing = transport.is_closing

    def write(self, data: bytes) -> None:
        """Buffer until the callbacks that are due now have run."""
        # No timer: `call_soon` runs in the same turn of the loop, so nothing is delayed.
        if not self._pieces:
            self._loop.call_soon(self._flush)
        self._pieces.append(data)

    def close(self) -> None:
        """Write what is buffered, then close."""
        self._flush()
        self._transport.close()

    def set_protocol(self, protocol: asyncio.BaseProtocol) -> None:
        """Hand the connection over (to a WebSocket, for example), with nothing left in the buffer."""
        self._flush()
        self._transport.set_protocol(protocol)

    def _flush(self) -> None:
        if self._pieces:
            pieces, self._pieces = self._pieces, []
            self._transport.write(b"".join(pieces))

    def __getattr__(self, name: str) -> Any:
        """Everything else is the transport's own."""
        return getattr(self._transport, name)


class SingleWriteProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol over such a transport."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Begin a connection."""
        super().connection_made(JoiningTransport(transport, self.loop))  # type: ignore[arg-type]  # it behaves as one
