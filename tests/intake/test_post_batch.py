"""A batch of ratings: every item gets its own result, and no bad one costs another."""

import json
import sqlite3
import time
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from app.ratings.reconciliation import reconcile
from tests.house import NOW, House, problem

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

BATCH = "/v1/ratings/batch"
KIB, MIB = 1_024, 1_024 * 1_024
POISON = {"speed": 1, "transparency": 2, "friendliness": 3}
JSON = {"content-type": "application/json"}


def stored(house: House) -> int:
    """How many ratings are on disk."""
    with house.database.reading() as session:
        n: int = session.execute(text("SELECT count(*) FROM rating")).scalar_one()
        return n


def send(house: House, sheets: list[Any], key: str = "app") -> list[dict[str, Any]]:
    """Send a batch that is taken; the results, one for each item."""
    response = house.post(BATCH, {"ratings": sheets}, key)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "application/json"
    results: list[dict[str, Any]] = response.json()["results"]
    assert len(results) == len(sheets)
    return results


def statuses(results: list[dict[str, Any]]) -> list[int]:
    """The status of every item."""
    return [result["status"] for result in results]


def is_sound(house: House) -> bool:
    """Whether every rating names what the directory has."""
    return not reconcile(house.database).strays


def bad_sheets(house: House) -> list[tuple[Any, int, str]]:
    """One item of every way to be wrong, with its status and the code that says so."""
    far, old = house.new_id(NOW + timedelta(minutes=6)), house.new_id(NOW - timedelta(days=36))
    return [
        (house.sheet(id=None), 422, "field-missing"),
        (house.sheet() | {"id": None}, 422, "field-missing"),
        (house.sheet(id=str(uuid4())), 422, "id-not-uuid7"),
        (house.sheet(id="bukan"), 422, "id-not-uuid7"),
        (house.sheet(id=far), 422, "id-in-future"),
        (house.sheet(id=old), 422, "id-too-late"),
        (house.sheet(office="tiada"), 422, "office-unknown"),
        (house.sheet(office=None), 422, "office-missing"),
        (house.sheet(service="tiada"), 422, "service-unknown"),
        (house.sheet(service=None), 422, "service-missing"),
        (house.sheet(employee="E999"), 422, "employee-unknown"),
        (house.sheet(employee="E003"), 422, "employee-not-posted"),
        (house.sheet(instrument="tiada-1"), 422, "instrument-unknown"),
        (house.sheet(channel=None), 422, "channel-missing"),
        (house.sheet(channel="kiosk"), 422, "field-invalid"),
        (house.sheet(scores={"speed": 1}), 422, "score-missing"),
        (house.sheet(scores={"speed": 9, "transparency": 1, "friendliness": 1}), 422, "score-out-of-range"),
        (house.sheet(scores={"speed": "4", "transparency": 1, "friendliness": 1}), 422, "field-type"),
        (house.sheet(scores=dict.fromkeys(POISON)), 422, "score-all-skipped"),
        (house.sheet(scores=[1, 2, 3]), 422, "field-type"),
        (house.sheet(comment="x" * 1_001), 422, "comment-too-long"),
        (house.sheet(nama="x"), 422, "field-unknown"),
        (None, 422, "field-type"),
        (True, 422, "field-type"),
        (0, 422, "field-type"),
        (1.5, 422, "field-type"),
        ("019ab1f2-7c00-7a3b-8c4d-5e6f70819293", 422, "field-type"),
        ([], 422, "field-type"),
        ([house.sheet()], 422, "field-type"),
        ({}, 422, "field-missing"),
        ({"id": {"id": house.new_id()}}, 422, "id-not-uuid7"),
        ({"ratings": [house.sheet()]}, 422, "field-unknown"),
    ]


def codes(result: dict[str, Any]) -> set[str]:
    """The codes of a problem and of its fields."""
    document = result["problem"]
    return {document["code"], *(error["code"] for error in document.get("errors", ()))}


def test_every_item_has_its_result_in_the_order_sent(house: House) -> None:
    bad = bad_sheets(house)
    good = [house.sheet() for _ in bad]
    # Good and bad take turns, so that a mix-up of two neighbours cannot go unnoticed.
    results = send(house, [item for pair in zip(good, (item for item, _, _ in bad), strict=True) for item in pair])
    for sheet, result in zip(good, results[0::2], strict=True):
        assert result == {"id": sheet["id"], "status": 201}
    for (item, status, code), result in zip(bad, results[1::2], strict=True):
        assert result["status"] == result["problem"]["status"] == status, item
        assert code in codes(result), (item, result)
        readable = isinstance(item, dict) and isinstance(item.get("id"), str) and item["id"] != "bukan"
        assert result["id"] == (item["id"] if readable else None), item
    assert stored(house) == len(good)
    assert is_sound(house)


@pytest.mark.parametrize("n_bad", [1, 250, 499])
def test_of_five_hundred_items_every_good_one_is_stored(house: House, n_bad: int) -> None:
    bad = bad_sheets(house)
    items = [bad[n % len(bad)][0] for n in range(n_bad)] + [house.sheet() for _ in range(500 - n_bad)]
    # Spread the good among the bad.
    items = [items[(n * 7) % 500] for n in range(500)]
    results = send(house, items)
    assert Counter(statuses(results)) == {201: 500 - n_bad, 422: n_bad}
    assert stored(house) == 500 - n_bad
    assert is_sound(house)


def test_a_batch_sent_again_in_any_order_is_all_replays_and_changes_nothing(house: House) -> None:
    sheets = [house.sheet(comment="baik", profile={"sex": "F"}) for _ in range(40)]
    assert set(statuses(send(house, sheets))) == {201}
    assert set(statuses(send(house, sheets[::-1]))) == {200}
    assert {house.post("/v1/ratings", sheet).status_code for sheet in sheets[:5]} == {200}
    assert stored(house) == 40
    with house.database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM comment")).scalar_one() == 40
        assert session.execute(text("SELECT n FROM profile_tally")).scalars().all() == [40]
    assert is_sound(house)


def test_one_id_twice_in_a_batch_is_a_replay_or_a_conflict_with_the_first(house: House) -> None:
    first, again = house.sheet(), house.sheet()
    other = first | {"scores": POISON}
    assert statuses(send(house, [first, other, first, again, again, other])) == [201, 409, 200, 201, 200, 409]
    assert stored(house) == 2
    assert statuses(send(house, [other, first])) == [409, 200]
    assert is_sound(house)


def test_a_conflict_says_so_in_its_item_alone(house: House) -> None:
    taken = house.sheet()
    assert house.post("/v1/ratings", taken).status_code == 201
    results = send(house, [house.sheet(), taken | {"office": "setda"}, house.sheet()])
    assert statuses(results) == [201, 409, 201]
    assert codes(results[1]) == {"id-conflict"}


def test_an_item_too_late_that_is_stored_already_is_a_replay(house: House) -> None:
    sheets = [house.sheet() for _ in range(3)]
    assert statuses(send(house, sheets[:2])) == [201, 201]
    house.clock.now += timedelta(days=40)
    results = send(house, sheets)
    assert statuses(results) == [200, 200, 422]
    assert results[2]["problem"]["server_time"] == "2026-12-28T03:00:00.000+00:00"


def test_every_retry_of_one_late_rating_in_a_batch_is_a_replay(house: House) -> None:
    sheet = house.sheet()
    assert house.post("/v1/ratings", sheet).status_code == 201
    house.clock.now += timedelta(days=40)
    other = sheet | {"comment": "lain"}
    assert statuses(send(house, [sheet, sheet])) == [200, 200]
    assert statuses(send(house, [sheet, other, sheet])) == [200, 422, 200]


def test_a_device_sends_batches_from_its_own_counter(house: House) -> None:
    scores = {"speed": 4, "transparency": 4, "friendliness": 4}
    morning, noon = NOW - timedelta(hours=1), NOW - timedelta(minutes=1)
    sheets = [{"id": house.new_id(moment), "service": "kk", "scores": scores} for moment in (morning, noon)]
    results = send(house, [*sheets, sheets[0] | {"id": house.new_id(), "office": "setda"}], "device")
    assert statuses(results) == [201, 201, 422]
    assert "office-fixed" in codes(results[2])


def test_an_item_out_of_the_keys_reach_is_refused_alone(house: House) -> None:
    results = send(house, [house.sheet(office="upt-jayapura"), house.sheet(office="setda")], "app makassar")
    assert statuses(results) == [201, 403]
    assert codes(results[1]) == {"out-of-scope"}


@pytest.mark.quiet
def test_the_problems_of_items_speak_the_language_asked_for(house: House) -> None:
    told = {}
    for language in ("id", "en"):
        response = house.post(BATCH, {"ratings": [house.sheet(office="tiada")]}, headers={"accept-language": language})
        told[language] = response.json()["results"][0]["problem"]
    assert told["id"]["code"] == told["en"]["code"]
    assert told["id"]["title"] != told["en"]["title"]
    assert told["id"]["errors"][0]["message"] != told["en"]["errors"][0]["message"]


def test_five_hundred_items_are_taken_and_one_more_is_not(house: House) -> None:
    sheets = [house.sheet() for _ in range(501)]
    document = problem(house.post(BATCH, {"ratings": sheets}), 422, "batch-too-long")
    assert "500" in document["detail"]
    problem(house.post(BATCH, {"ratings": [None] * 501}), 422, "batch-too-long")
    assert stored(house) == 0
    assert set(statuses(send(house, sheets[:500]))) == {201}


@pytest.mark.quiet
def test_what_is_no_batch_is_told_what_to_change(house: House) -> None:
    for body, code, field in (
        ({"ratings": []}, "field-invalid", "ratings"),
        ({}, "field-missing", "ratings"),
        ({"ratings": None}, "field-type", "ratings"),
        ({"ratings": {}}, "field-type", "ratings"),
        ({"ratings": "x"}, "field-type", "ratings"),
        ({"ratings": [None], "agency": "desa"}, "field-unknown", "agency"),
        (None, "field-type", "body"),
        ([], "field-type", "body"),
        ("x", "field-type", "body"),
        (7, "field-type", "body"),
        (True, "field-type", "body"),
    ):
        response = house.request("POST", BATCH, "app", content=json.dumps(body).encode(), headers=JSON)
        problem(response, 422, code, field)


@pytest.mark.quiet
def test_a_body_must_be_json_and_be_declared_as_json(house: House) -> None:
    broken = (b"", b"{", b"\xff", b'{"ratings":[', b"[" * 16_000, b'{"ratings":[{"a":"\\ud800"}]}', b"{} {}")
    others = ("text/plain", "application/x-www-form-urlencoded", "application/jsonp", "", "text/json", None)
    for path in ("/v1/ratings", BATCH):
        for content in broken:
            response = house.request("POST", path, "app", content=content, headers=JSON)
            problem(response, 400, "malformed-json")
        for content_type in others:
            headers = {} if content_type is None else {"content-type": content_type}
            response = house.request("POST", path, "app", content=b"{}", headers=headers)
            problem(response, 415, "unsupported-media-type")


def padded(body: Any, length: int) -> bytes:
    """The body as JSON of exactly this many bytes."""
    return json.dumps(body).encode().ljust(length)


async def pieces(content: bytes, taken: list[int]) -> AsyncIterator[bytes]:
    """The content in pieces of 4 KiB and without a declared length; notes how much was asked for."""
    for start in range(0, len(content), 4 * KIB):
        taken.append(start)
        yield content[start : start + 4 * KIB]


@pytest.mark.parametrize(("path", "limit"), [("/v1/ratings", 16 * KIB), (BATCH, MIB)], ids=str)
def test_a_body_may_have_its_limit_and_not_one_byte_more(house: House, path: str, limit: int) -> None:
    def body() -> Any:
        return {"ratings": [house.sheet()]} if path == BATCH else house.sheet()

    for length, status in ((limit, 201), (limit + 1, 413), (limit * 4, 413)):
        declared = house.request("POST", path, "app", content=padded(body(), length), headers=JSON)
        taken: list[int] = []
        chunked = house.request("POST", path, "app", content=pieces(padded(body(), length), taken), headers=JSON)
        for response in (declared, chunked):
            if status == 413:
                document = problem(response, 413, "body-too-large")
                assert str(limit) in document["detail"]
                assert response.headers["connection"] == "close"
            else:
                assert response.status_code in (200, 201), response.text
        # Nothing is read beyond the limit: a body without end costs no more than one at the limit.
        assert len(taken) <= limit // (4 * KIB) + 1
    assert stored(house) == 2


def test_a_chunked_batch_is_read_like_any_other(house: House) -> None:
    sheets = [house.sheet() for _ in range(100)]
    content = pieces(json.dumps({"ratings": sheets}).encode(), [])
    response = house.request("POST", BATCH, "app", content=content, headers=JSON)
    assert statuses(response.json()["results"]) == [201] * 100


def refuse_poison(house: House) -> None:
    """Let the database itself refuse one particular sheet, as a constraint nobody thought of would."""
    statements = (
        ["CREATE TRIGGER no BEFORE INSERT ON rating WHEN NEW.sheet = '123' BEGIN SELECT RAISE(ABORT, 'no'); END"]
        if house.database.is_sqlite
        else [
            "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN IF NEW.sheet = '123' THEN RAISE EXCEPTION 'no'; END IF; RETURN NEW; END $$",
            "CREATE TRIGGER no BEFORE INSERT ON rating FOR EACH ROW EXECUTE FUNCTION no()",
        ]
    )
    with house.database.writer.connect() as connection, connection.begin():
        for statement in statements:
            connection.exec_driver_sql(statement)


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
    with ThreadPoolExecutor(20) as threads:
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
        with ThreadPoolExecutor(27) as threads, held_ratings(url):
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
        with ThreadPoolExecutor(3) as threads:
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
        with house.database.reading() as session:
            n = session.execute(text("SELECT count(*) FROM rating")).scalar_one()
        assert n == 1 + [each.result().status_code for each in asked].count(201)
        # A queue that is empty again takes even a batch longer than itself.
        assert house.post("/v1/ratings", refused).status_code == 201
        assert statuses(send(house, batch["ratings"])) == [201] * 4


def test_every_item_ends_in_exactly_one_counted_outcome(house: House) -> None:
    bad = bad_sheets(house)
    good = [house.sheet() for _ in range(5)]
    send(house, [*good, *(item for item, _, _ in bad)])
    send(house, good)
    lines = house.get("/metrics", None).text.splitlines()
    counted = {
        line.split('outcome="')[1].split('"')[0]: float(line.split()[-1])
        for line in lines
        if line.startswith("cermin_ratings_total{")
    }
    assert counted["stored"] == counted["replayed"] == 5
    assert sum(counted.values()) == 10 + len(bad)
    assert {code for _, _, code in bad} <= counted.keys()
