"""Whoever waits in a thread keeps nobody from theirs: neither other jobs, nor a lane that needs a new connection."""

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Barrier, Event
from time import sleep
from typing import NoReturn

import pytest

from app.directory.catalogue_cache import CatalogueCache
from app.foundation.clock import system_clock
from app.foundation.problems import Problem, busy
from app.foundation.storage.database import Database
from app.foundation.storage.time_budget import budget_of, waiting
from app.instruments.registry import InstrumentCache
from app.jobs import BackgroundJobs, Job
from tests.conftest import Lend

# More than asyncio keeps threads on any machine.
MANY = 40
PATIENCE = 30.0
# Who ask the same at once.
WAITING = 16


@contextmanager
def held() -> Iterator[Event]:
    """What is waited for until the block ends."""
    gate = Event()
    try:
        yield gate
    finally:
        gate.set()


def test_jobs_that_stand_still_keep_no_other_job_and_no_thread_of_the_loop_waiting() -> None:
    async def main() -> None:
        all_at_once, ran = Barrier(MANY + 1), asyncio.Event()
        loop = asyncio.get_running_loop()
        with held() as gate:

            def stand() -> None:
                all_at_once.wait(PATIENCE)
                gate.wait(PATIENCE)

            def run() -> None:
                all_at_once.wait(PATIENCE)
                loop.call_soon_threadsafe(ran.set)

            jobs = BackgroundJobs([*(Job(f"still {n}", 3_600, stand) for n in range(MANY)), Job("other", 3_600, run)])
            await asyncio.wait_for(ran.wait(), PATIENCE)
            assert await asyncio.wait_for(asyncio.to_thread(lambda: "free"), PATIENCE) == "free"
            gate.set()
            await jobs.end()

    asyncio.run(main())


def test_a_lane_gets_its_connection_while_every_thread_of_the_loop_is_in_use(lend: Lend) -> None:
    async def connected(database: Database) -> bool:
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(1))
        with held() as gate:
            standing = asyncio.create_task(asyncio.to_thread(gate.wait, PATIENCE))
            await asyncio.sleep(0)
            connection = await asyncio.wait_for(database.loop_connection(PATIENCE / 2), PATIENCE)
            waited = standing.done()
            await connection.close()
            gate.set()
            await standing
        return not waited

    with lend("postgresql") as (url, _):
        database = Database(url)
        assert asyncio.run(connected(database))
        database.dispose()


@pytest.mark.parametrize("kind", [CatalogueCache, InstrumentCache])
@pytest.mark.parametrize("store", ["sqlite"])
def test_who_waits_for_anothers_answer_gives_up_in_time_and_does_not_try_once_more(
    kind: type[CatalogueCache | InstrumentCache], monkeypatch: pytest.MonkeyPatch, database: Database
) -> None:
    # Behind a stalled database the last of many was answered a tenth of a second after the one before it, and so on.
    more = {"reach": timedelta(days=1)} if kind is CatalogueCache else {}
    cache = kind(database, system_clock, seconds=5.0, **more)
    tries, together = list[int](), Barrier(WAITING)

    def stalled() -> NoReturn:
        tries.append(1)
        with waiting(PATIENCE) as seconds:
            sleep(seconds)
        raise busy()

    def ask() -> bool:
        together.wait(PATIENCE)
        with budget_of(0.5), pytest.raises(Problem, match="busy"):
            cache.current("kota")
        return True

    monkeypatch.setattr(database, "reading", stalled)
    with ThreadPoolExecutor(WAITING) as threads:
        assert all(each.result() for each in [threads.submit(ask) for _ in range(WAITING)])
    assert 1 <= len(tries) < WAITING / 2
