"""Served volumes as a queue system sends them, and as they are read."""

from datetime import date
from typing import Any

import httpx

from tests.house import House

PATH = "/v1/volumes"
DAY = date(2026, 11, 17)


def volume(**changed: Any) -> dict[str, Any]:
    """A good volume; `...` removes a field."""
    told = {
        "office": "dukcapil",
        "service": "ktp-el",
        "employee": "E001",
        "date": "2026-11-17",
        "served": 42,
        "offered": 40,
    } | changed
    return {name: value for name, value in told.items() if value is not ...}


def post(house: House, *volumes: dict[str, Any], key: str = "queue") -> httpx.Response:
    """Send volumes."""
    return house.post(PATH, {"volumes": list(volumes)}, key)


def stored(response: httpx.Response) -> tuple[int, int]:
    """How many are stored, and how many of them changed something."""
    assert response.status_code == 200, response.text
    body = response.json()
    return body["stored"], body["changed"]


def read(house: House, key: str = "reader", **query: Any) -> list[dict[str, Any]]:
    """One page of volumes."""
    response = house.get(PATH, key, params=query)
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


def errors(response: httpx.Response) -> list[tuple[str, str]]:
    """Field and code of every fault."""
    return [(error["field"], error["code"]) for error in response.json()["errors"]]
