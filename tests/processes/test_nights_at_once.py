"""Four who look at a night at the same moment, each with a database of its own: one screens it, and one releases it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import timedelta
from threading import Barrier
from typing import NamedTuple

import psycopg
import pytest

from app.disclosure.nightly import NightlyRelease
from app.foundation.storage.database import Database
from app.foundation.storage.leases import Lease
from app.screening.nightly import NightlyScreening
from app.screening.run import run
from tests.closing.steps import rated
from tests.conftest import Lend
from tests.effort import sized
from tests.house import TurnableClock
from tests.postgres import owners_address
from tests.processes.four import PROCESSES
from tests.ratings.visits import put
from tests.threads import Threads

pytestmark = [pytest.mark.long, pytest.mark.sized]

DAY = timedelta(days=1)


class Process(NamedTuple):
    """The nightly work of one process."""

    screening: NightlyScreening
    release: NightlyRelease


class Town(NamedTuple):
    """Four processes, their clock and the address of their database."""

    processes: list[Process]
    clock: TurnableClock
    url: str

    def at_once(self) -> tuple[int, int]:
        """How many of them screened, and how many released, when all look at the same moment."""
        start = Barrier(PROCESSES)

        def look(process: Process) -> tuple[bool, bool]:
            start.wait(30)
            screened = process.screening.run_if_due()
            start.wait(30)
            return screened, process.release.run_if_due()

        with Threads(PROCESSES) as pool:
            screened, released = zip(*pool.map(look, self.processes), strict=True)
        return sum(screened), sum(released)


@pytest.fixture
def town(lend: Lend) -> Iterator[Town]:
    with lend("postgresql") as (url, _), ExitStack() as stack:
        clock = TurnableClock()
        processes = []
        for _ in range(PROCESSES):
            database = Database(url)
            stack.callback(database.dispose)
            screening = NightlyScreening(database, clock, hour=1, trace_days=42)
            processes.append(Process(screening, NightlyRelease(database, clock, after_days=5, late_days=35)))
        put(database, [*rated("E001", 12), *rated("E004", 40, "433")])
        # The night at which the installation begins is nobody's to screen.
        assert [process.screening.run_if_due() for process in processes] == [False] * PROCESSES
        assert processes[0].release.run_if_due()
        yield Town(processes, clock, url)


def releases(url: str) -> int:
    """How many releases the agency has."""
    with psycopg.connect(owners_address(url)) as connection:
        [n] = connection.execute("SELECT count(*) FROM figure_release WHERE agency_id = 'kota'").fetchone() or [0]
    return int(n)


def test_every_night_is_screened_once_and_released_once(town: Town) -> None:
    nights = sized(5, 60)
    for _ in range(nights):
        town.clock.now += DAY
        assert town.at_once() == (1, 1)
        # Whoever looks again finds nothing to do.
        assert town.at_once() == (0, 0)
    assert releases(town.url) == nights + 1


def test_without_a_lease_all_of_them_would_screen(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    # The control: what the test above counts can be more than one.
    for name in ("take", "keep", "keep_in"):
        monkeypatch.setattr(Lease, name, lambda *_: True)

    def slowly(*arguments: object, **named: object) -> object:
        time.sleep(0.5)
        return run(*arguments, **named)  # type: ignore[arg-type]  # as it was called

    monkeypatch.setattr("app.screening.nightly.run", slowly)
    town.clock.now += DAY
    screened, _ = town.at_once()
    assert screened > 1
