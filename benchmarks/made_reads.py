"""Reading over HTTP from made agencies of two sizes: `python -m benchmarks.made_reads sqlite:///A sqlite:///B`.

The addresses are those of databases that `benchmarks.release` has made and kept, the smaller one first; the year asked
for must be told. Both services are asked in turns, so that both meet the same load, whoever else uses the machine. Then
the same means are read from the rows of the larger one by AVG … GROUP BY, straight from the database.
"""

import argparse
import time
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
from app.foundation.storage.database import Database, Session
from app.foundation.storage.installation import put_fact
from app.foundation.storage.migrations import upgrade
from app.foundation.storage.rewriting import NAME as REWRITING
from app.screening.nightly import NAME as SCREENING
from app.screening.nightly import due_on
from benchmarks.growth import record
from benchmarks.made_agency import AGENCY, employee_code, office_code
from benchmarks.servers import Server, cermin

YEAR = "from=2025-01-01&to=2025-12-31"
QUESTIONS: Mapping[str, str] = {
    "an office's year": f"/v1/indices?office={office_code(3)}&{YEAR}",
    "a person's year": f"/v1/indices?employee={employee_code(3, 5)}&{YEAR}",
    "the agency's year": f"/v1/indices?{YEAR}",
    "the agency's year by month": f"/v1/indices?{YEAR}&by=month",
}


RECORDED = {"an office's year": "read office", "a person's year": "read person", "the agency's year": "read agency"}
# What the textbook asks instead: the ratings that the question is about, and what it groups by.
TEXTBOOK: Mapping[str, tuple[str, str]] = {
    "an office's year": (f"office = '{office_code(3)}'", "office"),
    "a person's year": (f"employee = '{employee_code(3, 5)}'", "employee"),
    "the agency's year": ("true", "agency_id"),
    "the agency's year by month": ("true", "substr(CAST(rated_on AS text), 1, 7)"),
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
    arguments.add_argument("--record", action="store_true", help="put the figures into the file of growth")
    arguments.add_argument("--requests", type=int, default=200, help="of each question")
    chosen = arguments.parse_args()
    with ExitStack() as stack, httpx.Client(timeout=60) as client:
        readers = []
        for url in chosen.databases:
            key, ratings = _prepare(url)
            readers.append(Reader(stack.enter_context(cermin(url, CERMIN_READS_PER_HOUR="0")), key, ratings))
        small, large = readers
        print(f"{small.ratings:,} and {large.ratings:,} ratings, {chosen.requests} requests of each question")
        head = (
            "| | answer, ms | large ÷ small | processor, ms | large ÷ small | AVG, ms of the processor | AVG ÷ large |"
        )
        print(f"{head}\n|---|---|---|---|---|---|---|")
        database = Database(chosen.databases[1], statement_timeout_ms=0)
        for name, path in QUESTIONS.items():
            a, b = _measure(client, readers, path, chosen.requests)
            if chosen.record and name in RECORDED:
                record(RECORDED[name], small.ratings, a.processor)
                record(RECORDED[name], large.ratings, b.processor)
            print(
                f"| {name} | {a.answer:.1f}, {b.answer:.1f} | {b.answer / a.answer:.2f} "
                f"| {a.processor:.1f}, {b.processor:.1f} | {b.processor / a.processor:.2f} "
                f"| {(average := _average(database, name)):,.0f} | {average / b.processor:.0f} |",
                flush=True,
            )


def _prepare(url: str) -> tuple[str, int]:
    """A key that reads the agency, and how many ratings there are."""
    upgrade(url)
    database = Database(url)
    now = datetime.now(UTC)
    with database.unhurried() as session:
        key, _ = issue(session, agency_id=AGENCY, kind=KeyKind.reader, label="bench", actor="bench", now=now)
        said_done(session, now)
        ratings = session.execute(text("SELECT count(*) FROM rating")).scalar_one()
    database.dispose()
    return key, ratings


def said_done(session: Session, now: datetime) -> None:
    """Say that what a night has to do was done tomorrow: it must not be done while somebody is measured."""
    night = due_on(now, 0) + timedelta(days=1)
    for job in (SCREENING, RELEASE, REWRITING):
        put_fact(session, job, night.isoformat())


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


def _average(database: Database, name: str) -> float:
    """The processor's milliseconds for the means of the three answers; on SQLite this process does all the work."""
    assert database.is_sqlite, "PostgreSQL's work would be its server's"
    where, group = TEXTBOOK[name]
    means = ", ".join(f"avg(CAST(substr(sheet, {place}, 1) AS int))" for place in (1, 2, 3))
    query = text(
        f"SELECT {group}, count(*), {means} FROM rating WHERE agency_id = '{AGENCY}' AND {where} "
        f"AND rated_on BETWEEN '2025-01-01' AND '2025-12-31' GROUP BY {group}"
    )
    with database.unhurried() as session:
        begun = time.process_time()
        session.execute(query).all()
        return (time.process_time() - begun) * 1000


def _ask(client: httpx.Client, reader: Reader, path: str) -> float:
    """The seconds that an answer takes; it must have a figure."""
    answered = client.get(reader.server.url + path, headers={"Authorization": f"Bearer {reader.key}"})
    if answered.status_code != 200 or not answered.json()["rows"][0]["n"]:
        raise SystemExit(f"{path} could not be read: {answered.text}")
    return answered.elapsed.total_seconds()


if __name__ == "__main__":
    main()
