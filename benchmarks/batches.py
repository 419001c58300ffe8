"""(d) Batches of 500 over HTTP against PostgreSQL's COPY of the same rows, interleaved."""

import asyncio
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from statistics import median

import httpx
import psycopg

from app.foundation.ids import new_id
from benchmarks.servers import cermin
from benchmarks.stores import Store

BATCH = 500
COLUMNS = "agency_id, key, rated_on, office, service, employee, channel, ticketed, standing, instrument, sheet, digest"


@dataclass(frozen=True)
class BatchFigures:
    """Ratings per second: through the service, and by COPY in batches of the same size, each committed."""

    service: float
    copy: float


def measure_batches(store: Store, rounds: int, batches: int) -> BatchFigures:
    """Medians of interleaved rounds on PostgreSQL."""
    service, copied = [], []
    with cermin(store.url) as server:
        for number in range(rounds + 1):
            rate = asyncio.run(_post(server.url, store.keys["app"], batches, seed=number))
            copy_rate = _copy(store.url, batches, seed=number)
            if number:
                service.append(rate)
                copied.append(copy_rate)
                print(f"round {number} batches {rate:8.0f} ratings/s, COPY {copy_rate:8.0f} rows/s", flush=True)
    return BatchFigures(median(service), median(copied))


async def _post(url: str, key: str, batches: int, seed: int) -> float:
    """Two connections keep the service busy, as two feeding systems would."""
    random = Random(seed)
    bodies = [_body(random) for _ in range(batches)]
    headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as client:
        started = time.perf_counter()
        await asyncio.gather(*(_feed(client, bodies[lane::2]) for lane in range(2)))
        return batches * BATCH / (time.perf_counter() - started)


async def _feed(client: httpx.AsyncClient, bodies: list[bytes]) -> None:
    for body in bodies:
        response = await client.post("/v1/ratings/batch", content=body)
        if response.status_code != 200 or response.text.count('"status":201') != BATCH:
            raise SystemExit(f"a batch was not stored: {response.status_code}")


def _body(random: Random) -> bytes:
    sheets = ",".join(
        f'{{"id":"{new_id()}","office":"dukcapil","service":"ktp-el","employee":"E001","channel":"mobile",'
        f'"instrument":"ikl-1","scores":{{"speed":{random.randint(2, 4)},"transparency":{random.randint(2, 4)},'
        f'"friendliness":{random.randint(2, 4)}}}}}'
        for _ in range(BATCH)
    )
    return f'{{"ratings":[{sheets}]}}'.encode()


def _copy(url: str, batches: int, seed: int) -> float:
    """The same rows into a table like `rating`, primary key and indexes included."""
    random = Random(seed)
    day = datetime.now(UTC).date()
    groups = [
        [
            ("kota", new_id(), day, "dukcapil", "ktp-el", "E001", "mobile", False, "counted", "ikl-1",
             "".join(random.choice("234") for _ in range(3)), "0" * 32)
            for _ in range(BATCH)
        ]
        for _ in range(batches)
    ]  # fmt: skip
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("DROP TABLE IF EXISTS plain_copy")
        connection.execute("CREATE TABLE plain_copy (LIKE rating INCLUDING ALL)")
        started = time.perf_counter()
        for group in groups:
            with connection.cursor().copy(f"COPY plain_copy ({COLUMNS}) FROM STDIN") as copy:
                for row in group:
                    copy.write_row(row)
        return batches * BATCH / (time.perf_counter() - started)
