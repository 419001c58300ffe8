"""What answers say of the replica that they were read from, and the service's own view of it."""

import httpx

from app.foundation.storage.read_replica import FigureReads
from tests.house import House

HEADER = "Read-Replica-Age"
OCTOBER = {"from": "2026-10-01", "to": "2026-10-31"}


def age_of(answer: httpx.Response) -> int | None:
    """How old the answer says that the replica's state is; None if the database itself was read."""
    assert answer.status_code in (200, 304), answer.text
    age = answer.headers.get(HEADER)
    return None if age is None else int(age)


def release_of(house: House, key: str = "reader") -> tuple[int, int | None]:
    """The release that a key's answer speaks of, and how old it says its state is."""
    answer = house.get("/v1/indices", key)
    age = age_of(answer)
    return answer.json()["release"], age


def figures(house: House) -> FigureReads:
    """Where the service reads figures."""
    return house.services.of(FigureReads)
