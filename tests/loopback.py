"""The service behind a real server on a free port of this machine, for clients that are real, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from socket import socket
from threading import Event, Thread
from typing import Any

import uvicorn

from app.cli.service import server_config
from app.foundation.clock import Clock
from app.foundation.settings import Settings
from app.main import create_app
from tests.house import SECRET, TurnableClock


class Server(uvicorn.Server):
    """Tells when it listens, or that it never will."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
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


@contextmanager
def serving(database_url: str, clock: Clock | None = None, **changed: Any) -> Iterator[str]:
    """The address of the service on this database; its clock stands still unless another is given."""
    values: dict[str, Any] = {"secret": SECRET} | changed
    settings = Settings(database_url=database_url, **values)
    app = create_app(settings, clock or TurnableClock())
    server = Server(server_config(settings, app, "127.0.0.1", 0))
    thread = Thread(target=server.run)
    thread.start()
    try:
        server.told.wait()
        assert server.started, "the server did not start"
        [port] = [each.getsockname()[1] for listening in server.servers for each in listening.sockets]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
