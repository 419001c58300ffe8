"""Tickets over HTTP: issued and armed by a queue system, spent by a citizen, counted."""

from typing import Any

import httpx
from sqlalchemy import text

from app.tickets.rules.codes import check_character
from tests.house import House

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}
FORGED = "0" * 11 + check_character("0" * 11)


def issue(house: House, key: str = "queue", **changed: Any) -> list[str]:
    """Codes of fresh tickets."""
    response = house.post("/v1/tickets", {"office": "dukcapil", "service": "ktp-el"} | changed, key)
    assert response.status_code == 201, response.text
    return [each["code"] for each in response.json()["tickets"]]


def arm(house: House, codes: list[str], key: str = "queue", **told: Any) -> list[str]:
    """What became of each."""
    response = house.post("/v1/tickets/arm", {"tickets": [{"ticket": code, **told} for code in codes]}, key)
    assert response.status_code == 200, response.text
    results: list[str] = response.json()["results"]
    return results


def redeem(house: House, code: str, key: str | None = None, **changed: Any) -> httpx.Response:
    """One rating with a ticket, without a key if none is named."""
    sheet = {"ticket": code, "id": house.new_id(), "scores": SCORES} | changed
    return house.post("/v1/ratings", {name: value for name, value in sheet.items() if value is not None}, key)


def counts(house: House, key: str = "queue", **query: Any) -> list[tuple[int | None, int | None, int | None]]:
    """Issued, armed, spent per row, as a queue is told."""
    items = house.get("/v1/tickets/counts", key, params=query).json()["items"]
    return [(each["issued"], each["armed"], each["spent"]) for each in items]


def stored(house: House) -> list[Any]:
    """Service, issued, armed and spent, exactly."""
    return rows(house, "SELECT service, issued, armed, spent FROM ticket_count WHERE issued > 0 ORDER BY service")


def rows(house: House, statement: str) -> list[Any]:
    """What the database says."""
    with house.database.reading() as session:
        return list(session.execute(text(statement)).all())


def armed(house: House, n: int = 1, **changed: Any) -> list[str]:
    """Tickets ready to be spent."""
    codes = issue(house, count=n, **changed)
    assert set(arm(house, codes, employee="E001")) == {"armed"}
    return codes
