"""The agency over HTTP: what it is called, and by which period its figures are told."""

from typing import Any

import pytest

from app.access.keys import issue
from app.access.principals import KeyKind
from tests.house import House, problem

# Statements have tests beside the stores they belong to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

PATH = "/v1/agency"


def put(house: House, body: Any, key: str = "admin") -> Any:
    """Ask for another name or period."""
    return house.request("PUT", PATH, key, json=body)


def test_an_agency_says_what_it_is_called_and_changes_it(house: House) -> None:
    before = house.get(PATH, "reader").json()
    assert (before["code"], before["period"]) == ("kota", "quarter")
    changed = put(house, {"name": " Kota Baru ", "period": "month"})
    assert changed.status_code == 200
    assert changed.json() == before | {"name": "Kota Baru", "period": "month"}
    assert put(house, {"name": "Kota Baru", "period": "month"}).json() == changed.json()
    assert house.get(PATH, "app").json() == changed.json()
    actions = [each["action"] for each in house.get("/v1/audit", "auditor").json()["items"]]
    # The same again has changed nothing.
    assert [each for each in actions if each.startswith("agency.")] == ["agency.period", "agency.renamed"]
    assert house.get(PATH, "desa reader").json()["code"] == "desa"
    assert house.get(PATH, "desa reader").json()["name"] != "Kota Baru"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"period": "month"}, "name"),
        ({"name": "", "period": "month"}, "name"),
        ({"name": "x" * 201, "period": "month"}, "name"),
        ({"name": "a\nb", "period": "month"}, "name"),
        ({"name": "198503112010012002", "period": "month"}, "name"),
        ({"name": "Kota", "period": "year"}, "period"),
        ({"name": "Kota", "period": "month", "code": "lain"}, "code"),
    ],
)
def test_what_is_wrong_is_named(house: House, body: dict[str, str], field: str) -> None:
    document = problem(put(house, body), 422, "invalid-request")
    assert [each["field"] for each in document["errors"]] == [field]


def test_who_administers_some_offices_changes_nothing(house: House) -> None:
    with house.database.writing() as session:
        key, _ = issue(session, agency_id="kota", kind=KeyKind.admin, label="x", actor="x", now=house.clock.now,
                       office="dukcapil")  # fmt: skip
    problem(put(house, {"name": "Kota", "period": "month"}, key), 403, "out-of-scope")
