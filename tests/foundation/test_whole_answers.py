"""An answer that is handed over whole is what uvicorn would have sent, and is left to uvicorn where it must be."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
import uvicorn
from starlette.types import Receive, Scope, Send
from uvicorn.server import ServerState

from app.foundation.http.fast_path import PreparedResponse
from app.foundation.http.middleware import missing_security_headers
from app.foundation.http.single_write import IN_SCOPE, SingleWriteProtocol

ASKED = b"POST /%d HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}"
CLOSING = ASKED.replace(b"Host: x", b"Host: x\r\nConnection: close")
OLD = ASKED.replace(b"HTTP/1.1", b"HTTP/1.0")


class Transport:
    """Notes what reaches the socket, and how often."""

    def __init__(self) -> None:
        self.writes: list[bytes] = []
        self.closed = False

    def write(self, data: bytes) -> None:
        self.writes.append(data)

    def close(self) -> None:
        self.closed = True

    def is_closing(self) -> bool:
        return self.closed

    def get_extra_info(self, _: str) -> None:
        return None

    def pause_reading(self) -> None:
        pass

    def resume_reading(self) -> None:
        pass


def prepared(number: str) -> PreparedResponse:
    if number == "1":
        return PreparedResponse(b'{"replayed":1}', 200, replayed=True)
    return PreparedResponse(b"{}", 201, retry_after=7 if number == "2" else None)


class Service:
    """Answers whole where it may, as the fast path does; notes whether it might."""

    def __init__(self, *, whole: bool = True, copies: bool = False) -> None:
        self.whole, self.copies = whole, copies
        self.taken: list[bool] = []
        self.more: Callable[[Scope], Awaitable[None]] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await receive()
        if self.copies:
            scope = {**scope, "path": scope["path"]}
        if self.more:
            await self.more(scope)
        response = prepared(scope["path"][1:])
        if self.whole:
            self.taken.append(scope[IN_SCOPE](scope, response.status_code, response.head(), response.body))
            if self.taken[-1]:
                return
        headers = [*response.raw_headers, *missing_security_headers(response.raw_headers)]
        await send({"type": "http.response.start", "status": response.status_code, "headers": headers})
        await send({"type": "http.response.body", "body": response.body})


def sent(
    service: Service, *pieces: bytes, before: Callable[[Any], None] | None = None, answered: int | None = None
) -> Transport:
    """What the socket got for these requests, each piece fed as it comes; all are answered, or so many."""

    async def main() -> Transport:
        config = uvicorn.Config(service, log_config=None, lifespan="off", access_log=False)
        config.load()
        state = ServerState()
        state.default_headers = [(b"date", b"today")]
        protocol = SingleWriteProtocol(config=config, server_state=state, app_state={})
        transport = Transport()
        protocol.connection_made(transport)  # type: ignore[arg-type]  # it notes, no more
        if before:
            before(protocol)
        for piece in pieces:
            protocol.data_received(piece)
            for _ in range(8):
                await asyncio.sleep(0)
        assert state.total_requests == (sum(piece.count(b"POST") for piece in pieces) if answered is None else answered)
        # With an error, because without one uvicorn closes the transport itself.
        protocol.connection_lost(OSError())
        return transport

    return asyncio.run(main())


@pytest.mark.parametrize("number", [0, 1, 2])
@pytest.mark.parametrize("copies", [False, True])
def test_it_is_byte_by_byte_what_uvicorn_sends(number: int, copies: bool) -> None:
    service = Service(copies=copies)
    whole, usual = sent(service, ASKED % number), sent(Service(whole=False), ASKED % number)
    assert service.taken == [True]
    assert whole.writes == usual.writes
    assert len(whole.writes) == 1
    assert b"\r\nx-frame-options: DENY\r\n" in whole.writes[0]
    assert not whole.closed


def test_a_connection_goes_on_after_it() -> None:
    service = Service()
    transport = sent(service, ASKED % 0, ASKED % 1, ASKED % 2)
    assert service.taken == [True] * 3
    assert [write.partition(b"\r\n")[0] for write in transport.writes] == [
        b"HTTP/1.1 201 Created", b"HTTP/1.1 200 OK", b"HTTP/1.1 201 Created",
    ]  # fmt: skip


def test_requests_that_come_at_once_are_answered_in_their_order() -> None:
    usual = sent(Service(whole=False), (ASKED % 0) + (ASKED % 1) + (ASKED % 2))
    service = Service()
    transport = sent(service, (ASKED % 0) + (ASKED % 1) + (ASKED % 2))
    assert b"".join(transport.writes) == b"".join(usual.writes)
    assert b"".join(transport.writes).count(b"HTTP/1.1 ") == 3


@pytest.mark.parametrize("asked", [CLOSING, OLD])
def test_uvicorn_sends_the_last_one_and_closes(asked: bytes) -> None:
    service = Service()
    transport = sent(service, asked % 0)
    assert service.taken == [False]
    assert b"connection: close\r\n" in transport.writes[0]
    assert transport.closed


def test_uvicorn_waits_for_whoever_reads_slowly() -> None:
    service = Service()

    async def resume(scope: Scope) -> None:
        # The client takes what was written only after the answer is there.
        asyncio.get_running_loop().call_soon(scope[IN_SCOPE].__self__.resume_writing)

    service.more = resume
    transport = sent(service, ASKED % 0, before=lambda protocol: protocol.pause_writing())
    assert service.taken == [False]
    assert transport.writes[0].startswith(b"HTTP/1.1 201")


def test_nothing_is_sent_to_whoever_has_gone() -> None:
    service = Service()

    async def hang_up(scope: Scope) -> None:
        scope[IN_SCOPE].__self__.cycle.disconnected = True

    service.more = hang_up
    transport = sent(service, ASKED % 0, answered=0)
    assert service.taken == [False]
    assert transport.writes == []
