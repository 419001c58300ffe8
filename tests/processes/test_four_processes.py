"""Four processes on one PostgreSQL do together what one does: nothing is counted twice, and nothing is older in one."""

import asyncio
import json
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import httpx
import psycopg
import pytest

from app.disclosure.releasing import ReleaseOrder, release_agency
from app.foundation.clock import system_clock
from app.foundation.ids import new_id
from app.foundation.storage.database import Database
from app.screening.nightly import due_on
from tests.closing.steps import rated
from tests.conftest import Lend
from tests.house import LATE, LONG_AFTER
from tests.postgres import owners_address
from tests.processes.four import PROCESSES, Four, Line, four_services
from tests.ratings.visits import put
from tests.threads import Threads

pytestmark = pytest.mark.campaign

# How many requests race for an id in each process.
RACING = 16
# How long a revoked key may still be taken anywhere.
REVOKED_WITHIN = 60.0


@pytest.fixture
def four(lend: Lend, tmp_path: Path) -> Iterator[Four]:
    """Four services of an agency."""
    with lend("postgresql") as (url, keys), four_services(url, keys, tmp_path) as services:
        yield services


def sheet(rating_id: str, **changed: Any) -> dict[str, Any]:
    """A sheet of an app."""
    scores = {"speed": 4, "transparency": 3, "friendliness": 4}
    return {"id": rating_id, "office": "dukcapil", "service": "ktp-el", "channel": "mobile", "scores": scores} | changed


def one(url: str, question: str) -> Any:
    """The one answer of the database."""
    with psycopg.connect(owners_address(url), autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return row[0]


@pytest.mark.parametrize("ids", [200, pytest.param(10_000, marks=pytest.mark.full_size)])
def test_of_all_who_race_for_an_id_one_is_told_that_it_stored_it(four: Four, ids: int) -> None:
    bodies = [json.dumps(sheet(str(new_id()))).encode() for _ in range(ids)]
    answers = asyncio.run(race(four, bodies))
    assert answers == {(200,) * (PROCESSES * RACING - 1) + (201,): ids}
    assert one(four.database_url, "SELECT count(*) FROM rating") == ids
    assert one(four.database_url, "SELECT count(*) FROM trace") == ids


async def race(four: Four, bodies: list[bytes]) -> Counter[tuple[int, ...]]:
    """How often which answers came to one body sent over all lines at once."""
    lines = [await Line.to(url, four.keys["app"]) for url in four.urls for _ in range(RACING)]
    found: Counter[tuple[int, ...]] = Counter()
    for body in bodies:
        answers = await asyncio.gather(*(line.post("/v1/ratings", body) for line in lines))
        found[tuple(sorted(answer.status for answer in answers))] += 1
    for line in lines:
        line.close()
    return found


# A cluster looks for rings itself, and its servers count none.
@pytest.mark.one_server
@pytest.mark.parametrize("batches", [300, pytest.param(100_000, marks=pytest.mark.full_size)])
def test_batches_that_overlap_in_several_processes_never_wait_for_each_other_in_a_ring(
    four: Four, batches: int
) -> None:
    answered = asyncio.run(overlap(four, batches))
    assert deadlocks(four.database_url) == 0
    assert one(four.database_url, "SELECT count(*) FROM rating") == len(answered.stored)
    # Each id was new once; every other batch that had it was told so. What was once not promised (503, behind a machine
    # that stalled) may have been stored all the same, and is then told as a replay.
    assert set(answered.new.values()) == {1}
    assert answered.stored - answered.new.keys() <= answered.unsure


@dataclass
class Answered:
    """How often each id was new, which are stored by what was answered, and which were not promised at first."""

    new: Counter[str] = field(default_factory=Counter)
    stored: set[str] = field(default_factory=set)
    unsure: set[str] = field(default_factory=set)


async def overlap(four: Four, batches: int) -> Answered:
    """Send batches of forty of a hundred ids that everybody draws from, each until all of it is stored."""
    dice, answered = Random(16), Answered()
    lines = [await Line.to(url, four.keys["app"]) for url in four.urls for _ in range(4)]
    # It moves on, so that there is always something new.
    pool = [str(new_id()) for _ in range(100)]
    left = batches

    async def send(line: Line) -> None:
        nonlocal left
        while left > 0:
            left -= 1
            pool[dice.randrange(100)] = str(new_id())
            ids = dice.sample(pool, 40)
            while ids:
                body = json.dumps({"ratings": [sheet(each) for each in ids]}).encode()
                answer = await line.post("/v1/ratings/batch", body)
                results = json.loads(answer.body).get("results", [{"id": each, "status": 503} for each in ids])
                assert {each["status"] for each in results} <= {200, 201, 503}, answer
                answered.new.update(each["id"] for each in results if each["status"] == 201)
                answered.stored.update(each["id"] for each in results if each["status"] != 503)
                ids = [each["id"] for each in results if each["status"] == 503]
                answered.unsure.update(ids)

    await asyncio.gather(*(send(line) for line in lines))
    for line in lines:
        line.close()
    return answered


def deadlocks(url: str) -> int:
    """How many this database has seen."""
    with psycopg.connect(url, autocommit=True) as connection:
        # What this server process has not reported yet is none of ours; others report within a second.
        time.sleep(1.5)
        connection.execute("SELECT pg_stat_clear_snapshot()")
        [n] = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone() or [None]
    assert isinstance(n, int)
    return n


@pytest.mark.one_server
def test_a_ring_would_be_seen(lend: Lend) -> None:
    # The control of the test above: two who insert the same two rows in another order.
    with lend("postgresql") as (url, _):
        before = deadlocks(url)
        facts = [("a", "b"), ("b", "a")]
        with psycopg.connect(url) as left, psycopg.connect(url) as right, Threads(2) as pool:
            insert = "INSERT INTO installation (name, value) VALUES (%s, '')"
            for connection, (first, _) in zip((left, right), facts, strict=True):
                connection.execute(insert, [first])
            ends = [
                pool.submit(connection.execute, insert, [second])
                for connection, (_, second) in zip((left, right), facts, strict=True)
            ]
            failures = [end.exception() for end in ends if end.exception() is not None]
            assert [type(each) for each in failures] == [psycopg.errors.DeadlockDetected]
            left.rollback()
            right.rollback()
        assert deadlocks(url) == before + 1


def test_figures_are_the_same_in_each_as_soon_as_they_are_released(four: Four) -> None:
    database = Database(four.database_url)
    asked = (
        ("/v1/indices", {"from": "2026-10-01", "to": "2026-10-31", "by": "office"}),
        ("/v1/indices", {"from": "2026-10-01", "to": "2026-10-31", "by": "employee"}),
        ("/v1/measures/employees", {"period": "2026-10"}),
        ("/v1/measures/offices", {"period": "2026-10"}),
    )
    order = ReleaseOrder(LONG_AFTER, "test", timedelta(0), LATE, whole=True)
    tags = set()
    for number in range(1, 6):
        put(database, [*rated("E001", 11, "434"), *rated("E004", 10 + number, "211")], start=number * 1_000)
        release_agency(database, "kota", order)
        # At once: whatever a process keeps must not outlive a release by a moment.
        for path, query in asked:
            found = [four.get(place, path, "reader", params=query) for place in range(PROCESSES)]
            assert {answer.status_code for answer in found} == {200}
            assert {answer.json()["release"] for answer in found} == {number}
            assert len({answer.content for answer in found}) == 1
            tags.add((path, str(query), found[0].headers["etag"]))
    # They were other figures each time.
    assert len(tags) == 5 * len(asked)
    database.dispose()


def test_a_revoked_key_is_refused_by_all_within_a_minute(four: Four) -> None:
    # As they come: what each process has checked it keeps for half a minute.
    clients = [httpx.Client(base_url=url, headers=four.headers("reader"), timeout=30) for url in four.urls]
    assert [client.get("/v1/agency").status_code for client in clients] == [200] * PROCESSES
    with psycopg.connect(owners_address(four.database_url)) as connection:
        connection.execute("UPDATE api_key SET revoked_at = now() WHERE label = 'reader' AND agency_id = 'kota'")
    revoked = time.monotonic()
    refused: dict[int, float] = {}
    still = 0
    while len(refused) < PROCESSES:
        assert time.monotonic() - revoked < REVOKED_WITHIN, f"only {sorted(refused)} refuse it"
        for place, client in enumerate(clients):
            status = client.get("/v1/agency").status_code
            # Once refused, it stays so.
            assert status == 401 or place not in refused
            if status == 401:
                refused.setdefault(place, time.monotonic() - revoked)
            still += status == 200
        time.sleep(0.2)
    # What was kept was used, or there would be nothing to bound.
    assert still > PROCESSES
    for client in clients:
        client.close()


@pytest.mark.full_size
def test_a_night_is_screened_and_released_by_one_of_them(lend: Lend, tmp_path: Path) -> None:
    now = system_clock()
    with lend("postgresql") as (url, keys):
        database = Database(url)
        put(database, [*rated("E001", 12), *rated("E004", 40, "433")])
        database.dispose()
        with psycopg.connect(owners_address(url)) as connection:
            # Last night was missed, so that one is due whatever time it is.
            missed = (due_on(now, 1) - timedelta(days=1)).isoformat()
            for name in ("screening", "release"):
                connection.execute("INSERT INTO installation (name, value) VALUES (%s, %s)", [name, missed])
        with four_services(url, keys, tmp_path) as four:
            # A rating of today, or a clock that is so far ahead of all of them would be taken for a wrong one.
            today = httpx.post(f"{four.urls[0]}/v1/ratings", headers=four.headers("app"), json=sheet(str(new_id())))
            assert today.status_code == 201, today.text
            until = time.monotonic() + 240
            while not four.lines("release.done"):
                assert time.monotonic() < until, "nobody released the night"
                time.sleep(1)
            # All of them have looked by then, and once more.
            time.sleep(70)
            assert len(four.lines("screening.done")) == 1
            assert len(four.lines("release.done")) == 1
            for agency in ("kota", "desa"):
                assert one(url, f"SELECT count(*) FROM figure_release WHERE agency_id = '{agency}'") == 1
            answers = [four.get(place, "/v1/indices", "reader") for place in range(PROCESSES)]
            assert len({answer.content for answer in answers}) == 1
