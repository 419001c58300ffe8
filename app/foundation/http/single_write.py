"""Sends the head and the body of an answer in one write instead of two.

uvicorn writes the head of an answer and then its body, and its event loop sends either at once: two system calls,
two packets, and a client that is woken twice. docs/performance.md has what it costs.
"""

import asyncio
from collections.abc import Callable
from functools import lru_cache
from typing import Any

from starlette.types import Scope
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

# Where a request's scope has the function that sends its whole answer at once, if its server has one.
IN_SCOPE = "cermin.answer"
SendWhole = Callable[[Scope, int, bytes, bytes | memoryview], bool]


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

    def write_now(self, data: bytes) -> None:
        """Write at once, behind what is buffered."""
        self._flush()
        self._transport.write(data)

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
            # Whoever aborted it meanwhile left nobody to write to, and the loop would log an error.
            if not self.is_closing():
                self._transport.write(b"".join(pieces))

    def __getattr__(self, name: str) -> Any:
        """Everything else is the transport's own."""
        return getattr(self._transport, name)


class SingleWriteProtocol(HttpToolsProtocol):
    """uvicorn's HTTP protocol over such a transport, which also takes an answer whose head is written already."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn narrows it
        """Begin a connection."""
        super().connection_made(JoiningTransport(transport, self.loop))  # type: ignore[arg-type]  # it behaves as one

    def on_message_begin(self) -> None:
        """Begin a request."""
        super().on_message_begin()
        self.scope[IN_SCOPE] = self._answer  # type: ignore[literal-required]  # as applications add theirs

    def _answer(self, scope: Scope, status: int, head: bytes, body: bytes | memoryview) -> bool:
        """Send this answer to this request, its headers written and checked already; False if uvicorn must send it.

        It must where it is not at an ordinary answer's turn: one after which the connection closes, or to a client
        that reads slowly or has gone.
        """
        cycle = self.cycle
        # By its headers, because layers may hand on a copy of the scope; another request may wait behind this one.
        if (
            cycle.scope["headers"] is not scope["headers"]
            or cycle.response_started
            or cycle.disconnected
            or not cycle.keep_alive
            or self.flow.write_paused
        ):
            return False
        cycle.response_started = cycle.response_complete = True
        answer = b"".join((_begun(status, *cycle.default_headers), head, b"\r\n", body))
        self.transport.write_now(answer)  # type: ignore[attr-defined]  # it is our own
        cycle.message_event.set()
        cycle.on_response()
        return True


# uvicorn changes its own headers, of which the date is one, once a second.
@lru_cache(maxsize=16)
def _begun(status: int, *headers: tuple[bytes, bytes]) -> bytes:
    """The line of the status and the server's own headers."""
    return STATUS_LINE[status] + b"".join([b"%b: %b\r\n" % header for header in headers])
