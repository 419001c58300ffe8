"""Asking for indices."""

from typing import Any

import httpx

from tests.house import House

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}


def indices(house: House, key: str = "reader", accept: str | None = None, **asked: Any) -> httpx.Response:
    """The answer to a question, about November unless it names other days; `from_` is `from`."""
    words = {name.rstrip("_"): value for name, value in asked.items()}
    if not words.keys() & {"from", "to"}:
        words |= NOVEMBER
    headers = {"Accept-Language": "en"} | ({} if accept is None else {"Accept": accept})
    return house.get("/v1/indices", key, params=words, headers=headers)


def rows(house: House, key: str = "reader", **asked: Any) -> list[dict[str, Any]]:
    """The rows of a question that is answered."""
    response = indices(house, key, **asked)
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["rows"]
    return found
