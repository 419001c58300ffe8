"""Reading over HTTP from made agencies of two sizes: `python -m benchmarks.made_reads sqlite:///A sqlite:///B`.

The addresses are those of databases that `benchmarks.release` has made and kept, the smaller one first; the year asked
for must be told. Both services are asked in turns, so that both meet the same load, whoever else uses the machine.
"""

import argparse
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import NamedTuple

import httpx
from sqlalchemy import text

from app.access.keys import issue
from app.access.principals import KeyKind
from app.disclosure.nightly import NAME as RELEASE
from app.foundation.storage.database import Database
from app.foundation.storage.installation import put_fact
from app.foundation.storage.migrations import upgrade
from app.foundation.storage.rewriting import NAME as REWRITING
from app.screening.nightly import NAME as SCREENING
from app.screening.nightly import due_on
from benchmarks.made_agency import AGENCY, employee_code, office_code
from benchmarks.servers import Server, cermin

YEAR = "from=2025-01-01&to=2025-12-31"
QUESTIONS: Mapping[str, str] = {
    "an office's year": f"/v1/indices?office={office_code(3)}&{YEAR}",
    "a person's year": f"/v1/indices?employee={employee_code(3, 5)}&{YEAR}",
    "the agency's year": f"/v1/indices?{YEAR}",
    "the agency's year by month": f"/v1/indices?{YEAR}&by=month",
}


class Reader(NamedTuple):
    """A service and a key that reads all of its agency."""

    server: Server
    key: str
    ratings: int


class Asked(NamedTuple):
    """Of one question: the median milliseconds of an answer, and the processor's of the service for one."""

    answer: float
    processor: float


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("databases", nargs=2)
    arguments.add_argument("--requests", type=int, default=200, help="of each question")
    chosen = arguments.parse_args()
    with ExitStack() as stack, httpx.Client(timeout=60) as client:
        readers = []
        for url in chosen.databases:
            key, ratings = _prepare(url)
            readers.append(Reader(stack.enter_context(cermin(url, CERMIN_READS_PER_HOUR="0")), key, ratings))
        small, large = readers
        print(f"{small.ratings:,} and {large.ratings:,} ratings, {chosen.requests} requests of each question")
        print("| | answer, ms | large ÷ small | processor, ms | large ÷ small |\n|---|---|---|---|---|")
        for name, path in QUESTIONS.items():
            a, b = _measure(client, readers, path, chosen.requests)
            print(
                f"| {name} | {a.answer:.1f}, {b.answer:.1f} | {b.answer / a.answer:.2f} "
                f"| {a.processor:.1f}, {b.processor:.1f} | {b.processor / a.processor:.2f} |",
                flush=True,
            )


def _prepare(url: str) -> tuple[str, int]:
    """A key that reads the agency, and how many ratings there are."""
    upgrade(url)
    database = Database(url)
    now = datetime.now(UTC)
    with database.unhurried() as session:
        key, _ = issue(session, agency_id=AGENCY, kind=KeyKind.reader, label="bench", actor="bench", now=now)
        # What a night has to do must not be done while somebody is measured: it is said to have been done tomorrow.
        night = due_on(now, 0) + timedelta(days=1)
        for job in (SCREENING, RELEASE, REWRITING):
            put_fact(session, job, night.isoformat())
        ratings = session.execute(text("SELECT count(*) FROM rating")).scalar_one()
    database.dispose()
    return key, ratings


def _measure(client: httpx.Client, readers: list[Reader], path: str, requests: int) -> list[Asked]:
    for reader in readers:
        _ask(client, reader, path)
    before = [reader.server.processor_seconds() for reader in readers]
    times = [[_ask(client, reader, path) for reader in readers] for _ in range(requests)]
    after = [reader.server.processor_seconds() for reader in readers]
    return [
        Asked(median(own) * 1000, (ended - begun) * 1000 / requests)
        for own, begun, ended in zip(zip(*times, strict=True), before, after, strict=True)
    ]


def _ask(client: httpx.Client, reader: Reader, path: str) -> float:
    """The seconds that an answer takes; it must have a figure."""
    answered = client.get(reader.server.url + path, headers={"Authorization": f"Bearer {reader.key}"})
    if answered.status_code != 200 or not answered.json()["rows"][0]["n"]:
        raise SystemExit(f"{path} could not be read: {answered.text}")
    return answered.elapsed.total_seconds()


if __name__ == "__main__":
    main()
