"""A second door over TLS to the same application: uvicorn listens at one kind of socket only.

Connections are counted only once their handshake is over, so handshakes have bounds of their own: in time, and in how
many are under way. Whoever opens sockets and says nothing pushes out others who do so, and never holds up the service.
"""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence

import structlog

from app.foundation.telemetry import Metrics

log = structlog.get_logger("cermin.http")

AT_ONCE = 256
# To say goodbye; a client that does not is not waited for when the service ends.
FAREWELL_SECONDS = 2.0
# After a failure that is not the client's: no descriptor is free.
PAUSE_SECONDS = 0.1
RENEWAL_SECONDS = 86_400.0


def listening_sockets(host: str, port: int, backlog: int) -> list[socket.socket]:
    """Sockets that listen at every address of this host. Raises `OSError`."""
    opened: list[socket.socket] = []
    try:
        for family, kind, protocol, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            one = socket.socket(family, kind, protocol)
            opened.append(one)
            one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            if family == socket.AF_INET6:
                one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            one.bind(address)
            one.listen(backlog)
            one.setblocking(False)
    except OSError:
        for one in opened:
            one.close()
        raise
    return opened


def tls_context(chain: str, key: str) -> ssl.SSLContext:
    """How we speak TLS: 1.2 or newer, HTTP/1.1 within it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    context.load_cert_chain(chain, key)
    return context


class TlsListener:
    """Takes connections and shakes hands; behaves as one more of uvicorn's servers."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        context: ssl.SSLContext,
        protocol: Callable[[], asyncio.Protocol],
        *,
        seconds: float,
        metrics: Metrics,
        renew: Callable[[ssl.SSLContext], None] | None = None,
    ) -> None:
        self.sockets = tuple(sockets)
        self._context = context
        self._protocol = protocol
        self._seconds = seconds
        self._metrics = metrics
        self._renew = renew
        # In the order of their arrival.
        self._shaking: dict[asyncio.Task[None], None] = {}
        self._tasks: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to take connections."""
        self._tasks = [asyncio.create_task(self._accept(each)) for each in self.sockets]
        if self._renew is not None:
            self._tasks.append(asyncio.create_task(self._renewing(self._renew)))

    def close(self) -> None:
        """Take none any more; handshakes that are under way end."""
        for task in (*self._tasks, *self._shaking):
            task.cancel()
        for one in self.sockets:
            one.close()

    async def wait_closed(self) -> None:
        """Wait until nothing is under way."""
        await asyncio.gather(*self._tasks, *self._shaking, return_exceptions=True)

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, _ = await loop.sock_accept(listening)
            except OSError as error:
                log.warning("tls.accept-failed", kind=type(error).__name__)
                await asyncio.sleep(PAUSE_SECONDS)
                continue
            if len(self._shaking) >= AT_ONCE:
                oldest = next(iter(self._shaking))
                self._shaking.pop(oldest)
                oldest.cancel()
                self._metrics.closed_connection("crowded")
            task = loop.create_task(self._shake(connection))
            self._shaking[task] = None
            task.add_done_callback(lambda done: self._shaking.pop(done, None))

    async def _shake(self, connection: socket.socket) -> None:
        connection.setblocking(False)
        loop = asyncio.get_running_loop()
        try:
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            await loop.connect_accepted_socket(
                self._protocol,
                connection,
                ssl=self._context,
                ssl_handshake_timeout=self._seconds,
                ssl_shutdown_timeout=FAREWELL_SECONDS,
            )
        except asyncio.CancelledError:
            connection.close()
            raise
        except (OSError, TimeoutError):
            # It speaks no TLS, trusts us not, is too slow, or has gone: none of it is ours to tell line by line.
            self._metrics.closed_connection("no-handshake")
            connection.close()

    async def _renewing(self, renew: Callable[[ssl.SSLContext], None]) -> None:
        """A service that runs for longer than its certificate takes the next one without a pause."""
        while True:
            await asyncio.sleep(RENEWAL_SECONDS)
            try:
                await asyncio.to_thread(renew, self._context)
            except (OSError, ValueError) as error:
                log.error("tls.renewal-failed", kind=type(error).__name__)
