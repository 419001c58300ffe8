"""uvicorn's server with a second door over TLS: one application, one start, one end."""

import asyncio
import socket
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import uvicorn

from app.foundation.http.tls_listener import TlsListener
from app.foundation.telemetry import Metrics


@dataclass(frozen=True)
class TlsDoor:
    """What the second door needs: sockets that listen already, how we speak TLS, and how that is renewed."""

    sockets: Sequence[socket.socket]
    context: ssl.SSLContext
    seconds: float
    metrics: Metrics
    renew: Callable[[ssl.SSLContext], None] | None = None


class Server(uvicorn.Server):
    """Serves at the configured address and, with a `tls` door, there, too."""

    def __init__(self, config: uvicorn.Config, tls: TlsDoor | None = None) -> None:
        super().__init__(config)
        self.tls = tls

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start the application, then listen at both ports."""
        await super().startup(sockets)
        if self.started and self.tls is not None:
            listener = TlsListener(
                self.tls.sockets,
                self.tls.context,
                self._protocol,
                seconds=self.tls.seconds,
                metrics=self.tls.metrics,
                renew=self.tls.renew,
            )
            listener.start()
            # Closed and waited for as uvicorn's own; its connections end as all others do.
            self.servers.append(listener)  # type: ignore[arg-type]  # it behaves as one

    def _protocol(self) -> asyncio.Protocol:
        protocol: asyncio.Protocol = self.config.http_protocol_class(  # type: ignore[call-arg]  # as uvicorn makes its own
            config=self.config, server_state=self.server_state, app_state=self.lifespan.state
        )
        return protocol
