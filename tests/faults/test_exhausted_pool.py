"""Readers of a held table keep every connection of a service's pool: all are answered in time, ratings go on."""

import time
from collections import Counter
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event

import httpx
import psycopg
import pytest

from tests.conftest import Lend
from tests.faults.campaign import run_campaign
from tests.faults.figures import Figures
from tests.faults.service import NO_TLS, UNHURRIED, Nursery, Service
from tests.faults.stalls import ALLOWED, PATIENCE, Watch
from tests.faults.trials import Sizes, Trials

pytestmark = pytest.mark.fault

POOL, WRITERS, READERS = 4, 2, 8
# After it was noticed: with that, longer than anybody may wait for an answer.
SECONDS = 2.5
WAITING = (
    "SELECT count(*) FROM pg_stat_activity "
    "WHERE datname = current_database() AND application_name = 'cermin' AND wait_event_type = 'Lock'"
)


@dataclass
class Crowd:
    """Clients that read without pause, and what they are answered."""

    url: str
    key: str
    statuses: Counter[int] = field(default_factory=Counter)
    slowest: float = 0.0
    # Connections of the service that waited for the table at a time.
    most: int = 0

    @contextmanager
    def at(self, database_url: str) -> Iterator[None]:
        """They read the offices, whose table somebody else holds."""
        ended = Event()
        with (
            ThreadPoolExecutor(READERS + 1) as threads,
            psycopg.connect(database_url) as holder,
            psycopg.connect(database_url, autocommit=True) as looker,
        ):
            holder.execute("LOCK TABLE office IN ACCESS EXCLUSIVE MODE")
            running = [threads.submit(self._read, ended) for _ in range(READERS)]
            running.append(threads.submit(self._look, looker, ended))
            try:
                yield
            finally:
                holder.rollback()
                ended.set()
            for each in running:
                each.result()

    def _read(self, ended: Event) -> None:
        headers = {"Authorization": f"Bearer {self.key}"}
        with httpx.Client(base_url=self.url, trust_env=False, verify=NO_TLS, timeout=PATIENCE, headers=headers) as http:
            while not ended.is_set():
                began = time.monotonic()
                self.statuses[http.get("/v1/offices").status_code] += 1
                self.slowest = max(self.slowest, time.monotonic() - began)

    def _look(self, connection: psycopg.Connection[tuple[int]], ended: Event) -> None:
        while not ended.wait(0.1):
            row = connection.execute(WAITING).fetchone()
            assert row is not None
            self.most = max(self.most, row[0])


def crowded(service: Service, keys: Mapping[str, str], times: int, dice: Random) -> Figures:
    """Let it happen so often under load."""
    watch, crowd = Watch(service, keys["reader"]), Crowd(service.url, keys["reader"])
    strike = watch.during(lambda: crowd.at(service.database_url), SECONDS)
    figures = run_campaign(service, keys, strike, times, dice, whims=False)
    assert service.ended(0) is None, "the service has ended"
    # More where the server has not noticed yet that somebody gave up.
    assert crowd.most >= POOL, "the pool was not exhausted"
    assert figures.broken == 0, "not every request was answered"
    assert watch.statuses["/healthz"].keys() == {200}
    assert watch.statuses["/readyz"][503] >= times
    assert crowd.statuses[503] > 0
    assert crowd.statuses.keys() <= {200, 503}
    longest = ALLOWED + figures.slowest_before
    slowest = max(figures.slowest_answer, watch.slowest, crowd.slowest)
    assert slowest <= longest, (figures.slowest_answer, watch.slowest, crowd.slowest, longest)
    return figures


def test_who_reads_a_held_table_keeps_nobody_from_being_answered_in_time(
    lend: Lend, nursery: Nursery, log: Path, trials: Trials
) -> None:
    settings = {**UNHURRIED, "CERMIN_POOL_SIZE": str(POOL + WRITERS), "CERMIN_WRITERS": str(WRITERS)}
    settings["CERMIN_READS_PER_HOUR"] = "0"

    def attempt(times: int, dice: Random) -> Figures:
        with lend("postgresql") as (url, keys), Service.running(nursery, url, log, settings=settings) as service:
            return crowded(service, keys, times, dice)

    trials.keep("pool exhausted, postgresql", "times", Sizes(1, 100, 10), attempt)
