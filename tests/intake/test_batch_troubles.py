"""Batches when the database refuses a row, is held up, or the queue is full: nothing is lost or stored twice."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import psycopg
import pytest
from sqlalchemy import text

from tests.effort import sized
from tests.house import House, problem
from tests.intake.batches import BATCH, POISON, bad_sheets, codes, is_sound, send, statuses, stored
from tests.postgres import owning
from tests.threads import Threads

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily


def refuse_poison(house: House) -> None:
    """Let the database itself refuse one particular sheet, as a constraint nobody thought of would."""
    statement = (
        "CREATE TRIGGER no BEFORE INSERT ON rating WHEN NEW.sheet = '123' BEGIN SELECT RAISE(ABORT, 'no'); END"
        if house.database.is_sqlite
        else "ALTER TABLE rating ADD CONSTRAINT no CHECK (sheet <> '123')"
    )
    with owning(house.database) as session:
        session.connection().exec_driver_sql(statement)


def test_a_row_that_the_database_refuses_costs_no_neighbour(house: House) -> None:
    refuse_poison(house)
    sheets = [house.sheet() for _ in range(500)]
    sheets[321]["scores"] = POISON
    results = send(house, sheets)
    assert statuses(results) == [503 if n == 321 else 201 for n in range(500)]
    assert codes(results[321]) == {"busy"}
    assert results[321]["id"] == sheets[321]["id"]
    assert stored(house) == 499
    assert set(statuses(send(house, sheets[:321]))) == {200}
    assert is_sound(house)


@pytest.mark.long
def test_single_ratings_in_one_group_with_a_refused_row_are_stored_all_the_same(house: House) -> None:
    refuse_poison(house)
    sheets = [house.sheet(**({"scores": POISON} if n % 5 == 2 else {})) for n in range(40)]
    with Threads(20) as threads:
        responses = list(threads.map(lambda sheet: house.post("/v1/ratings", sheet), sheets))
    assert [response.status_code for response in responses] == [503 if n % 5 == 2 else 201 for n in range(40)]
    refused = responses[2]
    problem(refused, 503, "busy")
    assert int(refused.headers["retry-after"]) > 0
    assert stored(house) == 32
    assert is_sound(house)


@contextmanager
def held_ratings(url: str) -> Iterator[None]:
    """Another program holds what the writer needs."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"), isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield
            connection.execute("ROLLBACK")
        return
    with psycopg.connect(url) as connection:
        connection.execute("LOCK TABLE rating IN EXCLUSIVE MODE")
        yield
        connection.rollback()


@pytest.mark.long
def test_behind_a_held_table_everybody_is_answered_before_it_is_free_and_nothing_is_lost_or_doubled(
    furnished: tuple[str, dict[str, str]],
) -> None:
    url, keys = furnished
    # Keys and directory are remembered, as they are in a busy service.
    cached = {"key_cache_seconds": 55, "directory_cache_seconds": 60}
    with House.open(url, keys, lock_timeout_ms=200, **cached) as house:
        assert house.post("/v1/ratings", house.sheet()).status_code == 201
        singles = [house.sheet() for _ in range(24)]
        batches = [[house.sheet() for _ in range(30)] for _ in range(3)]
        with Threads(27) as threads, held_ratings(url):
            asked = [threads.submit(house.post, "/v1/ratings", sheet) for sheet in singles]
            asked += [threads.submit(house.post, BATCH, {"ratings": sheets}) for sheets in batches]
            # The table is held until the last answer has come.
            answers = [each.result() for each in asked]
        promised = 1
        for response in answers[:24]:
            assert response.status_code in (201, 503)
            promised += response.status_code == 201
        for response in answers[24:]:
            told = statuses(response.json()["results"])
            assert set(told) <= {201, 503}
            promised += told.count(201)
        assert stored(house) >= promised
        # Once the table is free again the same sheets all get in, each once.
        assert {house.post("/v1/ratings", sheet).status_code for sheet in singles} <= {200, 201}
        for sheets in batches:
            assert set(statuses(send(house, sheets))) <= {200, 201}
        assert stored(house) == 1 + 24 + 90
        assert is_sound(house)


def waiting(house: House) -> float:
    """How many ratings wait for their commit, by the service's own figure."""
    [line] = [
        line for line in house.get("/metrics", None).text.splitlines() if line.startswith("cermin_ratings_queued ")
    ]
    return float(line.split()[1])


def test_a_full_queue_refuses_at_once_and_stores_nothing_of_what_it_refused(
    furnished: tuple[str, dict[str, str]],
) -> None:
    url, keys = furnished
    cached = {"key_cache_seconds": 55, "directory_cache_seconds": 60}
    with House.open(url, keys, queue_length=3, writers=1, lock_timeout_ms=10_000, **cached) as house:
        assert house.post("/v1/ratings", house.sheet()).status_code == 201
        accepted, refused = [house.sheet() for _ in range(3)], house.sheet()
        batch = {"ratings": [house.sheet() for _ in range(4)]}
        with Threads(3) as threads:
            with held_ratings(url):
                asked = [threads.submit(house.post, "/v1/ratings", sheet) for sheet in accepted]
                while waiting(house) < 3:
                    time.sleep(0.005)
                answers = [house.post("/v1/ratings", refused), house.post(BATCH, batch)]
                # At once means: before anybody who waits in the queue.
                assert not any(each.done() for each in asked)
            assert {each.result().status_code for each in asked} <= {201, 503}
        for response in answers:
            problem(response, 503, "busy")
            assert int(response.headers["retry-after"]) > 0
        assert waiting(house) == 0
        busy = [each.result().status_code for each in asked].count(503)
        assert counted(house)["busy"] == busy + 1 + len(batch["ratings"])
        with house.database.reading() as session:
            n = session.execute(text("SELECT count(*) FROM rating")).scalar_one()
        assert n == 1 + [each.result().status_code for each in asked].count(201)
        # A queue that is empty again takes even a batch longer than itself.
        assert house.post("/v1/ratings", refused).status_code == 201
        assert statuses(send(house, batch["ratings"])) == [201] * 4


def counted(house: House) -> dict[str, float]:
    """How many ratings had each outcome, by the service's own figures."""
    lines = house.get("/metrics", None).text.splitlines()
    return {
        line.split('outcome="')[1].split('"')[0]: float(line.split()[-1])
        for line in lines
        if line.startswith("cermin_ratings_total{")
    }


def test_every_item_ends_in_exactly_one_counted_outcome(house: House) -> None:
    bad = bad_sheets(house)
    good = [house.sheet() for _ in range(5)]
    send(house, [*good, *(item for item, _, _ in bad)])
    send(house, good)
    outcomes = counted(house)
    assert outcomes["stored"] == outcomes["replayed"] == 5
    assert sum(outcomes.values()) == 10 + len(bad)
    assert {code for _, _, code in bad} <= outcomes.keys()


def test_of_a_batch_that_is_refused_as_a_whole_every_item_is_counted(house: House) -> None:
    long = {"ratings": [{"id": house.new_id()} for _ in range(501)]}
    problem(house.post(BATCH, long), 422, "batch-too-long")
    assert counted(house) == {"batch-too-long": 501}


@pytest.mark.long
@pytest.mark.sized
def test_bad_items_of_every_kind_and_refused_rows_cost_no_good_one(house: House) -> None:
    refuse_poison(house)
    n_stored = 0
    for n_bad in sized((1, 250, 499), tuple(range(1, 500, 6))):
        bad = bad_sheets(house)
        kinds = [*bad, (house.sheet(scores=POISON), 503, "busy")]
        items = [kinds[n % len(kinds)] for n in range(n_bad)]
        items += [(house.sheet(), 201, "") for _ in range(500 - n_bad)]
        # Among each other, so that a mix-up of neighbours is seen.
        items = [items[(n * 7) % 500] for n in range(500)]
        results = send(house, [item for item, _, _ in items])
        for (item, status, code), result in zip(items, results, strict=True):
            assert result["status"] == status, (n_bad, item, result)
            assert status == 201 or code in codes(result)
        n_stored += 500 - n_bad
        assert stored(house) == n_stored
    assert is_sound(house)
