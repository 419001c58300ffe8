"""What one rating, block and report takes on disk, and one request of the processor: `python -m benchmarks.unit_costs`.

The inputs of docs/capacity.md (`benchmarks/capacity.py`). The application is called in its own process, so that a busy
machine changes little: a town's ratings come in through the intake and are released, their period is closed and signed.
"""

import json
import sqlite3
import sys
from asyncio import Event
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path
from random import Random
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import text

from app.foundation.storage.database import Database
from app.foundation.storage.migrations import upgrade
from app.seals.signing import make_key
from benchmarks.processor import taken_by_children
from benchmarks.roster import OFFICES, PERSONS, SERVICES, employee_code, furnish_town, office_code, service_code
from tests.house import NOW, House, furnish
from tests.postgres import start_postgres

# Of the roster's offices so many, that a person has as many ratings a month as at a counter: forty.
RATED_OFFICES, RATINGS_EACH, BATCH = 10, 40, 50
AFTER_THE_MONTH, AFTER_THE_WINDOW = timedelta(days=40), timedelta(days=60)
REQUESTS = 200


@dataclass(frozen=True)
class Sizes:
    """Bytes on disk for each: tables with their indexes, and of PostgreSQL the log that was written."""

    rating: float
    rating_log: float
    released: float
    released_log: float
    report: float


@dataclass(frozen=True)
class Work:
    """Microseconds of the processor for each: of the service's process, and of the database's server."""

    name: str
    process: float
    server: float


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


def measure(url: str, server: int | None, folder: Path) -> tuple[Sizes, list[Work]]:
    """The sizes and the work of one store, which is empty."""
    upgrade(url)
    database = Database(url)
    keys = furnish(database, "kota", NOW)
    roster = furnish_town(database, "kota", keys["app"], NOW, seed=1)
    keys["kiosk"] = next(line.key for line in roster if line.office is None)
    database.dispose()
    key_file = folder / "key.pem"
    make_key(key_file)
    meter, draw = Meter(url, server), Random(16)
    with House.open(url, keys, signing_key_file=key_file, key_cache_seconds=30, directory_cache_seconds=5) as house:
        sheets = _sheets(house, draw)
        _send(house, sheets[:BATCH])
        work = []
        bytes_before, log_before = meter.bytes(), meter.log()
        work.append(meter.work("a rating in a batch of 50", len(sheets), lambda: _send(house, sheets[BATCH:])))
        rating, rating_log = meter.bytes() - bytes_before, meter.log() - log_before
        work += _requests_of_kiosks(house, meter, draw)
        bytes_before, log_before = meter.bytes(), meter.log()
        work.append(meter.work("a rating in the night that tells it", len(sheets), house.release))
        released, released_log = meter.bytes() - bytes_before, meter.log() - log_before
        work += _requests_of_readers(house, meter)
        bytes_before = meter.bytes()
        reports = _close(house)
        report = meter.bytes() - bytes_before
    meter.close()
    n = len(sheets)
    return Sizes(rating / n, rating_log / n, released / n, released_log / n, report / reports), work


def _sheets(house: House, draw: Random) -> list[dict[str, Any]]:
    every = [(office, person) for office in range(RATED_OFFICES) for person in range(PERSONS)]
    chosen = every * RATINGS_EACH
    draw.shuffle(chosen)
    return [_sheet(house, draw, office, person) for office, person in chosen]


def _sheet(house: House, draw: Random, office: int, person: int) -> dict[str, Any]:
    answers = draw.choices("1234", (2, 5, 40, 53), k=3)
    return {
        "id": house.new_id(),
        "office": office_code(office),
        "service": service_code(draw.randrange(SERVICES)),
        "employee": employee_code(office, person),
        "channel": "mobile",
        "scores": dict(zip(("speed", "transparency", "friendliness"), map(int, answers), strict=True)),
        # One citizen in ten writes something.
        **({"comment": "Pelayanannya cepat dan petugasnya ramah."} if draw.random() < 0.1 else {}),
    }


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


def _ask(house: House, requests: Sequence[Request], expected: int) -> None:
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


def _send(house: House, sheets: list[dict[str, Any]]) -> None:
    parts = [sheets[start : start + BATCH] for start in range(0, len(sheets), BATCH)]
    bodies = [json.dumps({"ratings": part}).encode() for part in parts]
    _ask(house, [Request("POST", "/v1/ratings/batch", house.keys["app"], body) for body in bodies], 200)


def _requests_of_kiosks(house: House, meter: Meter, draw: Random) -> list[Work]:
    key = house.keys["kiosk"]
    status = {
        "app_version": "1",
        "queue_depth": 0,
        "parked": 0,
        "parked_codes": {},
        "clock_offset_ms": 0,
        "unsent_seconds": None,
        "storage": {"persisted": True, "free_bytes": 1_000_000},
    }
    beat = Request("POST", "/v1/devices/me/heartbeat", key, json.dumps(status).encode())
    tag = house.get("/v1/devices/me", "kiosk").headers["etag"]
    form = Request("GET", "/v1/devices/me", key, etag=tag)
    rate = [
        Request("POST", "/v1/ratings", house.keys["app"], json.dumps(_sheet(house, draw, 0, 0)).encode())
        for _ in range(REQUESTS)
    ]
    _ask(house, [beat], 200)
    return [
        meter.work("a heartbeat", REQUESTS, lambda: _ask(house, [beat] * REQUESTS, 200)),
        meter.work("what a kiosk shows, unchanged", REQUESTS, lambda: _ask(house, [form] * REQUESTS, 304)),
        meter.work("a rating by itself, one after the other", REQUESTS, lambda: _ask(house, rate, 201)),
    ]


def _requests_of_readers(house: House, meter: Meter) -> list[Work]:
    month = f"from=2026-11-01&to=2026-11-30&office={office_code(0)}"
    asked = {
        "an index of one office": ("/v1/indices", month),
        "indices of an office's persons": ("/v1/indices", f"{month}&by=employee"),
        "measures of all persons, asked again": ("/v1/measures/employees", "period=2026-11"),
    }
    found = []
    for name, (path, query) in asked.items():
        request = Request("GET", path, house.keys["reader"], query=query)
        _ask(house, [request], 200)
        n = REQUESTS // 4
        found.append(meter.work(name, n, partial(_ask, house, [request] * n, 200)))
    return found


def _close(house: House) -> int:
    """Close and sign the period; how many reports it has."""
    house.clock.now = NOW + AFTER_THE_MONTH
    assert house.post("/v1/periods/2026-11/close", {}, "supervisor").status_code == 201
    house.clock.now = NOW + AFTER_THE_WINDOW
    signed = house.post("/v1/periods/2026-11/finalise", {}, "supervisor")
    assert signed.status_code == 200, signed.text
    return len(house.get("/v1/reports", "supervisor", params={"period": "2026-11"}).json()["items"])


def main() -> None:
    """Measure both stores and print."""
    with TemporaryDirectory(prefix="cermin-bench-") as name:
        folder = Path(name)
        server = start_postgres(f"{folder}/pg")
        try:
            process = int((folder / "pg" / "postmaster.pid").read_text("ascii").split()[0])
            for store, url, pid in (
                ("PostgreSQL", server.create("bench"), process),
                ("SQLite", f"sqlite:///{folder}/bench.db", None),
            ):
                sizes, work = measure(url, pid, folder / store)
                print(
                    f"{store}: {RATED_OFFICES * PERSONS * RATINGS_EACH} ratings of {RATED_OFFICES} of {OFFICES} offices"
                )
                for field, value in vars(sizes).items():
                    print(f"  bytes, {field:13} {value:10.0f}")
                for each in work:
                    print(f"  µs, {each.name:42} {each.process:8.0f} + {each.server:6.0f} of the server")
                sys.stdout.flush()
        finally:
            server.stop()


if __name__ == "__main__":
    main()
