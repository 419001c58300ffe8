"""A service in this process whose clock the test turns, at an address that stays when it stops and starts."""

import socket
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from app.foundation.settings import Settings
from app.main import create_app
from tests.browser.agency import COUNTER, OFFICE, furnish_today
from tests.house import SECRET, TurnableClock
from tests.loopback import Telling

SECONDS = 20.0


@dataclass
class Turnable:
    """The service, its clock and its keys."""

    file: Path
    clock: TurnableClock
    keys: dict[str, str]
    port: int
    changed: dict[str, Any] = field(default_factory=dict)
    _server: Telling | None = None
    _thread: threading.Thread | None = None

    @classmethod
    @contextmanager
    def open(cls, folder: Path, now: datetime, **changed: Any) -> Iterator["Turnable"]:
        """Running, with an agency of its own whose duties lie around `now`."""
        file = folder / "turnable.db"
        keys = furnish_today(f"sqlite:///{file}", now)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        service = cls(file, TurnableClock(now), keys, port, changed)
        service.start()
        try:
            yield service
        finally:
            service.stop()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Listen, if it does not."""
        if self._server is not None:
            return
        settings = Settings(
            database_url=f"sqlite:///{self.file}",
            secret=SECRET,
            key_cache_seconds=0,
            directory_cache_seconds=0,
            **self.changed,
        )
        config = uvicorn.Config(
            create_app(settings, self.clock), port=self.port, log_config=None, timeout_graceful_shutdown=2
        )
        self._server = Telling(config)
        self._thread = threading.Thread(target=self._server.run)
        self._thread.start()
        self._server.told.wait()
        assert self._server.started, "the service does not start"

    def stop(self) -> None:
        """Stop listening; whoever calls is refused."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(SECONDS)
        assert not self._thread.is_alive(), "the service does not stop"
        self._server = self._thread = None

    def ask(self, method: str, path: str, key: str, body: Any = None) -> Any:
        """The JSON of an answer that is no refusal, if it has any."""
        headers = {"Authorization": f"Bearer {self.keys[key]}"}
        response = httpx.request(method, self.url + path, headers=headers, json=body)
        assert response.is_success, response.text
        return response.json() if response.content else None

    def new_code(self, **said: Any) -> str:
        """A fresh pairing code."""
        device = {"office": OFFICE, "counter": COUNTER, "label": "Tablet"} | said
        code: str = self.ask("POST", "/v1/devices", "admin", device)["code"]
        return code

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        """What the database holds."""
        with closing(sqlite3.connect(self.file)) as connection:
            return connection.execute(query).fetchall()
