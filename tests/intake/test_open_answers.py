"""Answers with neither key nor ticket: stored, told apart, and in no figure of anybody."""

from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.disclosure.beside_store import Respondents, raters
from app.intake.without_key import BUDGET
from tests.house import NOW, House, problem

ALL = {"speed": 4, "transparency": 4, "friendliness": 4}
DAY = NOW.date()
NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


def answer(house: House, **changed: Any) -> httpx.Response:
    """One open answer; `None` removes a field."""
    return house.post("/v1/ratings", sheet_of(house, **changed), None)


def sheet_of(house: House, **changed: Any) -> dict[str, Any]:
    """What the open page of an office sends."""
    return house.sheet(**({"channel": "web", "agency": "kota"} | changed))


def rows(house: House, statement: str) -> list[Any]:
    """What the database says."""
    with house.database.reading() as session:
        return list(session.execute(text(statement)).all())


def index_row(house: House, **asked: Any) -> dict[str, Any]:
    """The only row of indices about November."""
    [row] = house.get("/v1/indices", params=NOVEMBER | asked).json()["rows"]
    found: dict[str, Any] = row
    return found


def test_an_open_answer_is_stored_apart_and_counts_nowhere(house: House) -> None:
    response = answer(house)
    assert response.status_code == 201
    assert response.json() | {"id": ""} == {
        "id": "", "outcome": "stored", "office": "dukcapil", "employee": None, "rated_on": "2026-11-18"
    }  # fmt: skip
    assert rows(house, "SELECT agency_id, standing, channel, ticketed, employee FROM rating") == [
        ("kota", "open", "web", False, None)
    ]
    release = house.release()
    assert (release.told, release.waiting) == (0, 1)


@pytest.mark.long
def test_told_open_answers_are_nobodys_ratings(house: House) -> None:
    assert {answer(house).status_code for _ in range(12)} == {201}
    assert house.release().told == 12
    with house.database.reading() as session:
        assert raters(session, "kota", [Respondents("ikl-1", "dukcapil")]) == {}
    row = index_row(house, office="dukcapil")
    assert (row["state"], row["n"], row["held"], row["open"], row["index"]) == ("suppressed", None, None, None, None)


@pytest.mark.long
def test_open_answers_have_an_index_from_ten_on_and_move_no_other(house: House) -> None:
    for _ in range(12):
        counted = house.sheet(employee="E001", channel="web", scores=dict.fromkeys(ALL, 2))
        assert house.post("/v1/ratings", counted).status_code == 201
    house.release()
    before = index_row(house, office="dukcapil")
    person = index_row(house, employee="E001")
    for _ in range(10):
        assert index_row(house, office="dukcapil")["open"] == {"n": 0, "mean": None, "index": None, "questions": []}
        assert answer(house, scores=ALL).status_code == 201
        house.release()
    after = index_row(house, office="dukcapil")
    question = {"n": 10, "mean": "4.0000", "index": "100.00"}
    assert after["open"] == question | {"questions": [{"code": code} | question for code in ALL]}
    assert after | {"open": None} == before | {"open": None}
    assert (after["n"], after["waiting"], after["index"]["value"]) == (12, None, "50.00")
    assert index_row(house, employee="E001") == person
    assert person["open"]["n"] == 0
    for by in ("service", "month", "channel", "office"):
        assert index_row(house, by=by)["open"] == after["open"], by
    assert index_row(house, channel="web")["open"]["n"] == 10


@pytest.mark.quiet
@pytest.mark.once
@pytest.mark.parametrize(
    ("changed", "field", "code"),
    [
        ({"employee": "E001"}, "employee", "employee-not-open"),
        ({"channel": "mobile"}, "channel", "channel-not-open"),
        ({"channel": None}, "channel", "channel-not-open"),
        ({"comment": "Baik"}, "comment", "field-not-open"),
        ({"profile": {"sex": "F"}}, "profile", "field-not-open"),
        ({"office": None}, "office", "field-missing"),
        ({"office": "tiada"}, "office", "office-unknown"),
        ({"agency": "tiada"}, "office", "office-unknown"),
        ({"service": None}, "service", "service-missing"),
        ({"service": "tiada"}, "service", "service-unknown"),
        ({"instrument": "tiada-1"}, "instrument", "instrument-unknown"),
        ({"agency": "\u0000"}, "agency", "field-invalid"),
    ],
)
def test_what_an_open_answer_may_not_say_is_named(house: House, changed: Any, field: str, code: str) -> None:
    problem(answer(house, **changed), 422, code, field)
    assert rows(house, "SELECT count(*) FROM rating") == [(0,)]


def test_an_id_is_repeated_through_its_own_door_only(house: House) -> None:
    sheet = sheet_of(house)
    statuses = [house.post("/v1/ratings", sheet, None).status_code for _ in range(2)]
    assert statuses == [201, 200]
    keyed = {name: value for name, value in sheet.items() if name != "agency"}
    problem(house.post("/v1/ratings", keyed), 409, "id-conflict")
    problem(house.post("/v1/ratings", sheet | {"scores": dict.fromkeys(ALL, 1)}, None), 409, "id-conflict")
    # The same id in another agency is another answer.
    assert house.post("/v1/ratings", sheet | {"agency": "desa"}, None).status_code == 201
    house.clock.now += timedelta(days=40)
    assert house.post("/v1/ratings", sheet, None).status_code == 200, "a late retry is still one"
    assert sorted(rows(house, "SELECT agency_id, standing FROM rating")) == [("desa", "open"), ("kota", "open")]


@pytest.mark.campaign
def test_one_address_cannot_fill_the_disk(house: House) -> None:
    for _ in range(BUDGET):
        # What is refused for itself reaches no store either way, and is quicker to send.
        assert answer(house, agency="tiada").status_code == 422
    refused = answer(house)
    problem(refused, 429, "too-many-answers")
    house.clock.now += timedelta(seconds=int(refused.headers["retry-after"]))
    assert answer(house).status_code == 201
    # Keys and tickets have nothing to do with it.
    assert house.post("/v1/ratings", house.sheet()).status_code == 201
