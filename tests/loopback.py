"""The service behind a real server on a free port of this machine, for clients that are real, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from socket import socket
from ssl import SSLContext
from threading import Event, Thread
from typing import Any

import uvicorn

from app.cli.service import server_config
from app.foundation.clock import Clock, system_clock
from app.foundation.http.server import Server, TlsDoor
from app.foundation.http.tls_listener import listening_sockets, tls_context
from app.foundation.own_certificate import own_certificate
from app.foundation.settings import Settings
from app.main import create_app
from tests.house import SECRET, TurnableClock


class Telling(Server):
    """Tells when it listens, or that it never will."""

    def __init__(self, config: uvicorn.Config, tls: TlsDoor | None = None) -> None:
        super().__init__(config, tls)
        self.told = Event()

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Start, and tell."""
        await super().startup(sockets)
        self.told.set()

    def run(self, sockets: list[socket] | None = None) -> None:
        """Serve; whoever waits goes on in any case."""
        try:
            super().run(sockets)
        finally:
            self.told.set()


@dataclass(frozen=True)
class Doors:
    """Where a service is reached, and the file that its clients over TLS trust."""

    http: str
    https: str
    trust: str


@contextmanager
def serving(database_url: str, clock: Clock | None = None, **changed: Any) -> Iterator[str]:
    """The address of the service on this database; its clock stands still unless another is given."""
    with _served(database_url, clock, None, changed) as server:
        yield f"http://127.0.0.1:{_port(server, 0)}"


@contextmanager
def serving_both(database_url: str, folder: Path, clock: Clock | None = None, **changed: Any) -> Iterator[Doors]:
    """The same with a second door over TLS, whose certificate lies in this folder."""
    found = own_certificate(folder, ("localhost", "127.0.0.1"), system_clock())
    context = tls_context(str(found.chain), str(found.key))
    with _served(database_url, clock, context, changed) as server:
        yield Doors(
            f"http://127.0.0.1:{_port(server, 0)}", f"https://127.0.0.1:{_port(server, 1)}", str(found.authority)
        )


@contextmanager
def _served(
    database_url: str, clock: Clock | None, context: SSLContext | None, changed: dict[str, Any]
) -> Iterator[Telling]:
    values: dict[str, Any] = {"secret": SECRET} | changed
    settings = Settings(database_url=database_url, **values)
    app = create_app(settings, clock or TurnableClock())
    door = None
    if context is not None:
        sockets = listening_sockets("127.0.0.1", 0, 16)
        door = TlsDoor(sockets, context, settings.receive_seconds, app.state.services.metrics)
    server = Telling(server_config(settings, app, "127.0.0.1", 0), door)
    thread = Thread(target=server.run)
    thread.start()
    try:
        server.told.wait()
        assert server.started, "the server did not start"
        yield server
    finally:
        server.should_exit = True
        thread.join(10)


def _port(server: Telling, place: int) -> int:
    port: int = server.servers[place].sockets[0].getsockname()[1]
    return port
