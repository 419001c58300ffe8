"""What a batch may be as a body: JSON, its sizes, in pieces."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.house import House, problem
from tests.intake.batches import BATCH, send, statuses, stored

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily
KIB = 1_024
MIB = 1_024 * 1_024
JSON = {"content-type": "application/json"}


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
