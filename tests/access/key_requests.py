"""Keys as they are sent, refused, issued and revoked."""

from typing import Any

import httpx

from app.access.keys import issue, read_key, revoke
from app.access.principals import KeyKind
from app.access.store import keys_by_lookup
from app.access.tables import ApiKey
from tests.house import House, problem

CHALLENGE = 'Bearer realm="cermin"'


def refused(response: httpx.Response, code: str) -> bytes:
    """Assert that the answer is this 401 with its challenge, and return the body."""
    problem(response, 401, code)
    assert response.headers["www-authenticate"] == CHALLENGE
    return response.content


def with_header(house: House, authorization: str | bytes | None) -> httpx.Response:
    """Ask for offices with exactly this Authorization header."""
    headers: dict[str, Any] = {} if authorization is None else {"authorization": authorization}
    return house.request("GET", "/v1/offices", headers=headers)


def new_key(house: House, agency_id: str = "kota", **values: Any) -> tuple[str, ApiKey]:
    """A fresh key; a reader's unless told otherwise."""
    given: dict[str, Any] = {"kind": KeyKind.reader, "label": "uji", "actor": "test", "now": house.clock.now} | values
    with house.database.writing() as session:
        return issue(session, agency_id=agency_id, **given)


def end(house: House, row: ApiKey) -> None:
    """Revoke the key now."""
    with house.database.writing() as session:
        revoke(session, agency_id=row.agency_id, key_id=row.key_id, actor="test", now=house.clock.now)


def row_of(house: House, key: str) -> ApiKey:
    """The stored row of a named key."""
    given = read_key(house.keys[key])
    assert given is not None
    with house.database.reading() as session:
        [row] = keys_by_lookup(session, given.agency_id, given.lookup)
    return row
