"""Attack: the id of something of another agency, or of a colleague, in the place of one's own."""

from collections.abc import Iterator
from uuid import UUID, uuid4

import httpx
import pytest
from sqlalchemy import Uuid, text

from app.access.principals import Role
from app.foundation.storage.database import metadata
from tests.desk.browsing import Browser, text_of
from tests.desk.red_team.town import LEAVING, Town, asked, paths, routes
from tests.effort import sized

# Names under which forms send ids; what a form does not know it leaves alone.
FIELDS = ("id", "key", "grant", "person", "finding", "report", "device", "kiosk", "period", "plan")


@pytest.fixture(scope="module")
def theirs(town: Town) -> dict[str, UUID]:
    """One id of each column of ids of the other agency, where it has any."""
    neighbour = Browser(town.house)
    neighbour.join(town.door, "Tetangga", Role.administrator, agency="desa")
    found = {}
    with town.house.database.reading() as session:
        for table in metadata.sorted_tables:
            for column in table.columns:
                if isinstance(column.type, Uuid) and "agency_id" in table.columns:
                    query = (
                        f"SELECT {column.name} FROM {table.name} WHERE agency_id = 'desa' AND {column.name} IS NOT NULL"
                    )
                    value = session.execute(text(query)).scalar()
                    if value is not None:
                        found[f"{table.name}.{column.name}"] = value if isinstance(value, UUID) else UUID(str(value))
    return found


def said(response: httpx.Response, asked_for: object) -> tuple[int, str, str]:
    """An answer without what was asked for."""
    where = response.headers.get("location", "").replace(str(asked_for), "ID")
    return response.status_code, where, text_of(response).replace(str(asked_for), "ID")


def answers(town: Town, browser: Browser, asked_for: object) -> Iterator[tuple[str, tuple[int, str, str]]]:
    """What every page and action that takes an id says to this one."""
    for route in routes("GET"):
        names = [each.alias for each in route.dependant.query_params if "UUID" in str(each.field_info.annotation)]
        for name in names:
            response = browser.send("GET", route.path, params=asked(route) | {name: str(asked_for)})
            yield f"{route.path}?{name}=", said(response, asked_for)
    for path in paths("POST"):
        # A wrong proof is a guess, which is slowed.
        if path not in LEAVING and not path.startswith(("/sign-in", "/desk/confirm")):
            response = browser.send("POST", path, data=dict.fromkeys(FIELDS, str(asked_for)))
            yield path, said(response, asked_for)


@pytest.mark.long
@pytest.mark.sized
@pytest.mark.parametrize("role", sized([Role.administrator], list(Role)))
def test_an_id_of_another_agency_is_one_that_nothing_has(town: Town, theirs: dict[str, UUID], role: Role) -> None:
    assert {"person.person_id", "role_grant.grant_id", "api_key.key_id"} <= theirs.keys()
    browser = town.seats[role]
    nothing = dict(answers(town, browser, uuid4()))
    assert {
        "/desk/person?id=",
        "/desk/keys/revoke?key=",
        "/desk/finding?id=",
        "/desk/passkeys/end?key=",
    } <= nothing.keys()
    for kind in sized(["role_grant.grant_id"], sorted(theirs)):
        for place, answer in answers(town, browser, theirs[kind]):
            assert answer == nothing[place], (place, kind)


@pytest.mark.long
def test_an_id_out_of_reach_is_one_that_nothing_has(town: Town) -> None:
    local = Browser(town.house)
    local.join(town.door, "Administrator Cabang", Role.administrator, "upt-makassar")
    nothing = dict(answers(town, local, uuid4()))
    with town.house.database.reading() as session:
        keys = session.execute(text("SELECT key_id FROM api_key WHERE agency_id = 'kota' AND office IS NULL")).scalars()
        own = [each if isinstance(each, UUID) else UUID(str(each)) for each in keys]
    assert len(own) > 3
    for key in own:
        response = local.send("GET", "/desk/keys/revoke", params={"key": str(key)})
        assert said(response, key) == nothing["/desk/keys/revoke?key="]
        response = local.send("POST", "/desk/keys/revoke", data={"key": str(key)})
        assert said(response, key)[0] == 422
