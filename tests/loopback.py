"""The service behind a real server on a free port of this machine, for clients that are real, too."""

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Thread
from time import sleep
from typing import Any

import uvicorn

from app.cli.service import server_config
from app.foundation.clock import Clock
from app.foundation.settings import Settings
from app.main import create_app
from tests.house import SECRET, TurnableClock


@contextmanager
def serving(database_url: str, clock: Clock | None = None, **changed: Any) -> Iterator[str]:
    """The address of the service on this database; its clock stands still unless another is given."""
    values: dict[str, Any] = {"secret": SECRET} | changed
    settings = Settings(database_url=database_url, **values)
    app = create_app(settings, clock or TurnableClock())
    server = uvicorn.Server(server_config(settings, app, "127.0.0.1", 0))
    thread = Thread(target=server.run)
    thread.start()
    try:
        while not server.started:
            assert thread.is_alive(), "the server did not start"
            sleep(0.01)
        [port] = [socket.getsockname()[1] for each in server.servers for socket in each.sockets]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)
