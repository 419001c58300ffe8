"""Asks the application in its own process, and measures what that takes of the processor and of the disk."""

import sqlite3
from asyncio import Event
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text

from app.foundation.storage.database import Database
from benchmarks.processor import taken_by_children
from tests.house import House
from tests.postgres import start_postgres


@dataclass(frozen=True)
class Work:
    """Microseconds of the processor for each: of the service's process, and of the database's server."""

    name: str
    process: float
    server: float

    def __str__(self) -> str:
        """A line of what is printed."""
        return f"  µs, {self.name:42} {self.process:8.0f} + {self.server:6.0f} of the server"


class Meter:
    """Measures one store, whose server has this process id (SQLite has none)."""

    def __init__(self, url: str, server: int | None) -> None:
        self._database = Database(url)
        self._server = server
        self._file = None if server is not None else Path(str(self._database.url.database))

    def bytes(self) -> int:
        """How much the database takes on disk."""
        if self._file is None:
            return int(self._asked("SELECT pg_database_size(current_database())"))
        with closing(sqlite3.connect(self._file)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return self._file.stat().st_size

    def log(self) -> int:
        """How much log has been written since the beginning."""
        return 0 if self._file else int(self._asked("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"))

    def work(self, name: str, n: int, run: Callable[[], Any]) -> Work:
        """What each of `n` pieces of work takes that `run` does."""
        before, server = _processor(), self._of_server()
        run()
        return Work(name, (_processor() - before) / n, (self._of_server() - server) / n)

    def _of_server(self) -> float:
        return 0.0 if self._server is None else sum(taken_by_children(self._server).values()) / 1_000

    def _asked(self, question: str) -> Any:
        with self._database.reading() as session:
            return session.execute(text(question)).scalar_one()

    def close(self) -> None:
        """Close its connections."""
        self._database.dispose()


def _processor() -> float:
    used = getrusage(RUSAGE_SELF)
    return (used.ru_utime + used.ru_stime) * 1_000_000


@dataclass(frozen=True)
class Request:
    """One request as the application gets it from its server."""

    method: str
    path: str
    key: str
    body: bytes = b""
    query: str = ""
    etag: str = ""

    def scope(self) -> dict[str, Any]:
        """What the server hands over."""
        headers = [(b"host", b"cermin.test"), (b"authorization", f"Bearer {self.key}".encode())]
        if self.body:
            headers += [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(self.body))]
        if self.etag:
            headers.append((b"if-none-match", self.etag.encode()))
        return {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": self.method,
            "scheme": "http",
            "path": self.path,
            "raw_path": self.path.encode(),
            "query_string": self.query.encode(),
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 50_000),
            "server": ("cermin.test", 80),
            "state": {},
        }


def ask(house: House, requests: Sequence[Request], expected: int) -> None:
    """Ask the application itself, one after the other: a client's library would cost more than most answers."""

    async def run() -> None:
        for request in requests:
            answers: list[Any] = []
            bodies = [{"type": "http.request", "body": request.body, "more_body": False}]

            async def receive(bodies: list[Any] = bodies) -> Any:
                return bodies.pop() if bodies else await Event().wait()

            async def send(message: Any, answers: list[Any] = answers) -> None:
                answers.append(message)

            await house.app(request.scope(), receive, send)
            if answers[0]["status"] != expected:
                raise SystemExit(f"{request.path} was answered {answers[0]['status']}")

    house.portal.call(run)


@contextmanager
def empty_stores() -> Iterator[Iterator[tuple[str, str, int | None, Path]]]:
    """Both stores, one after the other: name, address, the server's process, and a folder of its own."""
    with TemporaryDirectory(prefix="cermin-bench-") as name:
        folder = Path(name)
        server = start_postgres(f"{folder}/pg")
        try:
            pid = int((folder / "pg" / "postmaster.pid").read_text("ascii").split()[0])
            yield iter(
                (
                    ("PostgreSQL", server.create("bench"), pid, folder / "PostgreSQL"),
                    ("SQLite", f"sqlite:///{folder}/bench.db", None, folder / "SQLite"),
                )
            )
        finally:
            server.stop()
