"""A rating with a comment is stored and met again, whatever its characters are and whichever version stored it."""

import json
from typing import Any

import pytest
from sqlalchemy import text

from app.ratings import validation
from app.ratings.rules.comment_text import formerly_digested
from tests.house import House, problem

NEW = "Bagus \U0001fae9\ue000"
SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}
JSON = {"content-type": "application/json"}


def comments(house: House) -> list[str]:
    """Every comment on disk."""
    with house.database.reading() as session:
        return sorted(session.execute(text("SELECT text FROM comment")).scalars())


def with_key(house: House) -> tuple[dict[str, Any], str | None]:
    return house.sheet(comment=NEW), "app"


def with_ticket(house: House) -> tuple[dict[str, Any], str | None]:
    [issued] = house.post("/v1/tickets", {"office": "dukcapil", "service": "ktp-el"}, "queue").json()["tickets"]
    house.post("/v1/tickets/arm", {"tickets": [{"ticket": issued["code"]}]}, "queue")
    return {"ticket": issued["code"], "id": house.new_id(), "scores": SCORES, "comment": NEW}, None


@pytest.mark.parametrize("sent", [with_key, with_ticket])
def test_a_rating_stored_under_its_former_digest_is_met_by_its_retry(
    house: House, monkeypatch: pytest.MonkeyPatch, sent: Any
) -> None:
    sheet, key = sent(house)
    with monkeypatch.context() as before:
        before.setattr(validation, "sent_text", lambda comment: formerly_digested(comment))
        assert house.post("/v1/ratings", sheet, key).status_code == 201
    again = house.post("/v1/ratings", sheet, key)
    assert (again.status_code, again.headers["idempotent-replayed"]) == (200, "true")
    other = house.post("/v1/ratings", sheet | {"comment": "Lain"}, key)
    assert other.json()["code"] == ("ticket-refused" if "ticket" in sheet else "id-conflict")
    if key is not None:
        [result] = house.post("/v1/ratings/batch", {"ratings": [sheet]}, key).json()["results"]
        assert result["status"] == 200


def test_characters_that_this_python_does_not_know_are_kept_and_tell_ratings_apart(house: House) -> None:
    sheet = house.sheet(comment=NEW)
    assert [house.post("/v1/ratings", sheet).status_code for _ in range(2)] == [201, 200]
    assert comments(house) == [NEW]
    # As one that was stored before is met, so is one whose comment differs by no more than such characters.
    problem(house.post("/v1/ratings", sheet | {"comment": "Bagus!"}), 409, "id-conflict")


def test_half_a_character_costs_its_comment_that_half_and_the_batch_nothing(house: House) -> None:
    good, cut = house.sheet(comment="Baik"), house.sheet(comment="Cepat 😀😀"[:-1] + "\ud83d")
    body = json.dumps({"ratings": [good, cut, house.sheet(scores={"speed": 9})]}).encode()
    assert b'\\ud83d"' in body
    for expected in ([201, 201, 422], [200, 200, 422]):
        answer = house.request("POST", "/v1/ratings/batch", "app", content=body, headers=JSON)
        assert [result["status"] for result in answer.json()["results"]] == expected
    single = json.dumps(cut).encode()
    assert house.request("POST", "/v1/ratings", "app", content=single, headers=JSON).status_code == 200
    assert comments(house) == ["Baik", "Cepat 😀"]


def test_half_a_character_elsewhere_is_no_json(house: House) -> None:
    body = json.dumps(house.sheet(service="\ud83d")).encode()
    problem(house.request("POST", "/v1/ratings", "app", content=body, headers=JSON), 400, "malformed-json")
