"""Steps that tests of closed periods share: ratings in October, closing, finalising, pulling a report."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

from app.directory.tables import Office
from app.seals.signing import make_key
from tests.house import House
from tests.ratings.visits import Visit

OCTOBER = date(2026, 10, 12)
SEPTEMBER = date(2026, 9, 14)
AFTER_THE_WINDOW = timedelta(days=8)


def rated(employee: str | None, n: int, sheet: str = "434", day: date = OCTOBER) -> list[Visit]:
    return [Visit(employee=employee, sheet=sheet, rated_on=day) for _ in range(n)]


def open_offices(house: House, number: int) -> list[str]:
    """More offices than a directory of tests has: a group is judged from eight on."""
    codes = [f"pasar-{each}" for each in range(1, number + 1)]
    with house.database.writing() as session:
        for code in codes:
            session.add(Office(agency_id="kota", code=code, name=code.title(), parent="setda", timezone="Asia/Jakarta"))
    return codes


def close(house: House, code: str = "2026-10", **options: Any) -> dict[str, Any]:
    house.release()
    response = house.post(f"/v1/periods/{code}/close", {}, "supervisor", **options)
    assert response.status_code == 201, response.text
    period: dict[str, Any] = response.json()
    return period


def revise(house: House) -> dict[str, Any]:
    house.release()
    response = house.post("/v1/periods/2026-10/revise", {}, "supervisor")
    assert response.status_code == 201, response.text
    period: dict[str, Any] = response.json()
    return period


def finalise(house: House, key_file: Path) -> dict[str, Any]:
    if not key_file.exists():
        make_key(key_file)
    house.clock.now += AFTER_THE_WINDOW
    response = house.post("/v1/periods/2026-10/finalise", {}, "supervisor")
    assert response.status_code == 200, response.text
    period: dict[str, Any] = response.json()
    return period


def report(house: House, unit: str, key: str = "supervisor", **query: str) -> dict[str, Any]:
    listed = house.get("/v1/reports", key, params={"period": "2026-10", "unit": unit} | query)
    assert listed.status_code == 200, listed.text
    # An office has two: its own, and that of the survey, which is asked for by its kind.
    [line] = [each for each in listed.json()["items"] if each["kind"] != "skm" or "kind" in query]
    response = house.get(f"/v1/reports/{line['id']}", key)
    assert response.status_code == 200, response.text
    return {"id": line["id"], **response.json()}


def refused(response: Any) -> tuple[int, str]:
    return response.status_code, response.json()["code"]
