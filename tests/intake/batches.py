"""Batches: good and bad sheets, sending them, and what came of each item."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import text

from app.ratings.reconciliation import reconcile
from tests.house import NOW, House

BATCH = "/v1/ratings/batch"
POISON = {"speed": 1, "transparency": 2, "friendliness": 3}


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
