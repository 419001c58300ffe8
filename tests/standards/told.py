"""Promises and counts as tests set and tell them."""

from typing import Any

from sqlalchemy import text

from tests.house import House

PATH, COUNTS = "/v1/promises", "/v1/promises/counts"


def promise(service: str = "ktp-el", **changed: Any) -> dict[str, Any]:
    """Fifteen minutes from October on."""
    sent = {
        "service": service,
        "valid_from": "2026-10",
        "amount": 15,
        "unit": "minutes",
        "source": "SK Wali Kota 1/2026",
    }
    return sent | changed


def nothing(service: str = "ktp-el", valid_from: str = "2026-12") -> dict[str, Any]:
    """No promise from a month on."""
    return promise(service, valid_from=valid_from, amount=None, unit=None, source=None)


def put(house: House, *promises: dict[str, Any], key: str = "admin") -> Any:
    """Set promises."""
    return house.put(PATH, {"promises": promises}, key)


def month(times: Any = (4, 40, 5, 1), **changed: Any) -> dict[str, Any]:
    """What a queue system tells of November."""
    names = ("half", "within", "twice", "more")
    told = None if times is None else dict(zip(names, times, strict=True))
    return {"office": "dukcapil", "service": "ktp-el", "month": "2026-11", "times": told} | changed


def tell(house: House, *counts: dict[str, Any], key: str = "queue") -> Any:
    """Tell what was counted."""
    return house.post(COUNTS, {"counts": counts}, key)


def stored(house: House, columns: str = "what, n") -> list[tuple[Any, ...]]:
    """Every count that is not zero."""
    with house.database.reading() as session:
        rows = session.execute(text(f"SELECT {columns} FROM standard_count WHERE n > 0 ORDER BY source, what"))
        return [tuple(row) for row in rows]


def blocks(house: House, columns: str = "kind, office, service, first_month, last_month, n, counts") -> list[Any]:
    """What is told."""
    with house.database.reading() as session:
        return [tuple(row) for row in session.execute(text(f"SELECT {columns} FROM standard_block ORDER BY block"))]
