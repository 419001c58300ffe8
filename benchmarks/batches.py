"""(d) Batches of 500 over HTTP against PostgreSQL's COPY of 500 rows, interleaved."""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from statistics import median

import psycopg

from app.foundation.ids import new_id
from app.ratings.keys import KeyMaker
from benchmarks.load import press
from benchmarks.servers import SECRET, cermin
from benchmarks.stores import Store
from benchmarks.writes import roster_of

BATCH = 500
# Two connections keep the service busy, as two feeding systems would.
CONNECTIONS = 2
COLUMNS = "agency_id, key, rated_on, office, service, employee, channel, ticketed, standing, instrument, sheet, digest"


@dataclass(frozen=True)
class BatchFigures:
    """Ratings per second: through the service, and by COPY in batches of the same size, each committed."""

    service: float
    copy: float


def measure_batches(store: Store, rounds: int, seconds: int) -> BatchFigures:
    """Medians of interleaved rounds on PostgreSQL."""
    service, copied = [], []
    with roster_of(store) as roster, cermin(store.service_url) as server:
        for number in range(rounds + 1):
            before = _stored(store.url)
            load = press(server, roster, CONNECTIONS, seconds, seed=7_000 + number, sheets=BATCH)
            if _stored(store.url) - before < load.requests * BATCH:
                raise SystemExit("ratings of a batch were refused: the figures would mean nothing")
            copy_rate = _copy(store, load.requests, seed=number)
            if number:
                service.append(load.rate * BATCH)
                copied.append(copy_rate)
                print(f"round {number} batches {service[-1]:8.0f} ratings/s, COPY {copy_rate:8.0f} rows/s", flush=True)
    return BatchFigures(median(service), median(copied))


def _stored(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM rating").fetchone()
    assert row is not None
    return int(row[0])


def _copy(store: Store, batches: int, seed: int) -> float:
    """The same kind of rows, keys included and spread alike, into a table like `rating` with its indexes."""
    random, keys = Random(seed), KeyMaker.of(SECRET.encode())
    day = datetime.now(UTC).date()
    lines = [line for line in store.roster if line.office]
    groups = [
        [
            ("kota", keys.key("kota", new_id()), day, line.office, line.service, line.employee, "mobile", False,
             "counted", "ikl-1", "".join(random.choice("234") for _ in range(3)), "0" * 32)
            for line in random.choices(lines, k=BATCH)
        ]
        for _ in range(batches)
    ]  # fmt: skip
    with psycopg.connect(store.url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS plain_copy")
        connection.execute("CREATE TABLE plain_copy (LIKE rating INCLUDING ALL)")
        started = time.perf_counter()
        for group in groups:
            with connection.cursor().copy(f"COPY plain_copy ({COLUMNS}) FROM STDIN") as copy:
                for row in group:
                    copy.write_row(row)
        return batches * BATCH / (time.perf_counter() - started)
