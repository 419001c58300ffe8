"""The directory over HTTP, through a small application with real keys."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest
from fastapi import FastAPI, Request
from fastapi.responses import JSONResponse

from app.access.authentication import Authenticator
from app.access.keys import issue
from app.access.principals import KeyKind
from app.access.readings import Readings
from app.directory.routes import router
from app.foundation.http.query_parameters import query_parameters
from app.foundation.http.services import Services
from app.foundation.problems import Problem
from app.foundation.settings import Settings
from app.foundation.storage.database import Database
from app.foundation.telemetry import Metrics
from app.foundation.translations import translator
from tests.directory.workbooks import NIP, NOW, OTHER_NIP, Lines, found_agency, import_lines

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

PATHS = ("/v1/offices", "/v1/services", "/v1/counters", "/v1/employees")

TOWN: Lines = {
    "offices": [
        ("dinas", "Dinas", "setda", "WITA", "73.71"),
        ("setda", "Setda", "", "WIB", ""),
        ("upt-a", "UPT A", "dinas", "WITA", ""),
        ("upt-b", "UPT B", "dinas", "WIT", ""),
    ],
    "services": [("kk", "KK", "adminduk"), ("ktp", "KTP", "adminduk"), ("skck", "SKCK", "")],
    "counters": [
        ("dinas", "l1", "Loket 1", "ktp;kk"),
        ("dinas", "l2", "Loket 2", ""),
        ("setda", "l1", "Loket 1", "skck"),
        ("upt-a", "l1", "Loket 1", "kk"),
    ],
    "employees": [
        ("E1", "Budi", NIP, "Analis", "III/b", "dinas", "2020-01-01"),
        ("E2", "Ani", OTHER_NIP, "", "", "setda", "2020-01-01"),
        ("E3", "Citra", "", "", "", "upt-a", "2020-01-01"),
        ("E4", "Dewi", "", "", "", "upt-b", "2020-01-01"),
        ("E5", "Eka", "", "", "", "dinas", "2026-12-01"),
    ],
}


@dataclass
class Door:
    """The application and a key of each kind."""

    app: FastAPI
    database: Database
    keys: Mapping[str, str]
    now: datetime = NOW

    def get(self, path: str, key: str | None = "reader", **query: Any) -> httpx.Response:
        """One GET with the named key."""
        headers = {} if key is None else {"Authorization": f"Bearer {self.keys[key]}"}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self.app)
            async with httpx.AsyncClient(transport=transport, base_url="http://cermin.test") as client:
                return await client.get(path, headers=headers, params=query)

        return asyncio.run(send())

    def codes(self, what: str, key: str = "reader", **query: Any) -> list[str]:
        """The codes of one page."""
        response = self.get(f"/v1/{what}", key, **query)
        assert response.status_code == 200, response.text
        names = ("office", "code") if what == "counters" else ("code",)
        return ["/".join(item[name] for name in names) for item in response.json()["items"]]


@pytest.fixture
def door(database: Database) -> Door:
    """Two agencies with the same codes, and keys."""
    for agency in ("kota", "desa"):
        found_agency(database, agency)
    import_lines(database, TOWN)
    import_lines(
        database,
        {"offices": [("setda", "Setda Desa", "", "WIB", ""), ("balai", "Balai", "", "WIB", "")]},
        "desa",
    )
    reach: dict[str, dict[str, Any]] = {
        "reader": {"kind": KeyKind.reader},
        "admin": {"kind": KeyKind.admin},
        "app": {"kind": KeyKind.app},
        "reader dinas": {"kind": KeyKind.reader, "office": "dinas"},
        "reader gone": {"kind": KeyKind.reader, "office": "gone"},
        "device l1": {"kind": KeyKind.device, "office": "dinas", "counter": "l1"},
        "device l2": {"kind": KeyKind.device, "office": "dinas", "counter": "l2"},
        "device": {"kind": KeyKind.device, "office": "dinas"},
    }
    who: dict[str, Any] = {"agency_id": "kota", "actor": "test", "now": NOW}
    with database.writing() as session:
        keys = {name: issue(session, label=name, **who, **values)[0] for name, values in reach.items()}
        keys["desa"] = issue(session, kind=KeyKind.reader, label="desa", **who | {"agency_id": "desa"})[0]
    app = FastAPI()
    app.include_router(router)
    opened = Door(app, database, keys)
    shared = Services(
        Settings(), database, lambda: opened.now, Metrics(), query_parameters=query_parameters(router.routes)
    )
    app.state.services = shared.with_services(
        Authenticator(database, shared.clock, 0), Readings(database, shared.clock, 0)
    )
    app.add_exception_handler(Problem, _answer)
    return opened


async def _answer(_: Request, problem: Exception) -> JSONResponse:
    assert isinstance(problem, Problem)
    return JSONResponse(problem.document(translator("en")), problem.status)


def problem(response: httpx.Response) -> tuple[int, str]:
    """Status and code of a problem."""
    return response.status_code, response.json()["code"]


def test_an_office_a_service_a_counter_and_an_employee_as_they_are_sent(door: Door) -> None:
    assert door.get("/v1/offices", limit=1).json() == {
        "items": [
            {
                "code": "dinas",
                "name": "Dinas",
                "parent": "setda",
                "timezone": "Asia/Makassar",
                "region_code": "73.71",
                "active": True,
            }
        ],
        "next": "dinas",
    }
    assert door.get("/v1/services", limit=1).json() == {
        "items": [{"code": "kk", "name": "KK", "family": "adminduk", "active": True}],
        "next": "kk",
    }
    assert door.get("/v1/counters", limit=1).json() == {
        "items": [{"office": "dinas", "code": "l1", "name": "Loket 1", "services": ["ktp", "kk"], "active": True}],
        "next": "dinas/l1",
    }
    assert door.get("/v1/employees", limit=1).json() == {
        "items": [
            {
                "code": "E1",
                "name": "Budi",
                "position": "Analis",
                "grade": "III/b",
                "appraiser": None,
                "office": "dinas",
                "active": True,
            }
        ],
        "next": "E1",
    }


def test_no_answer_and_no_schema_knows_a_nip(door: Door) -> None:
    for path in PATHS:
        text = door.get(path).text
        assert NIP not in text
        assert OTHER_NIP not in text
    assert "nip" not in str(door.app.openapi()).lower().replace("never their nip", "")


@pytest.mark.once
@pytest.mark.parametrize("path", PATHS)
def test_nobody_reads_without_a_key(door: Door, path: str) -> None:
    assert problem(door.get(path, None)) == (401, "key-missing")


@pytest.mark.parametrize("what", ["offices", "services", "counters", "employees"])
@pytest.mark.parametrize("key", ["reader", "device"])
def test_pages_follow_each_other_without_gap_or_repetition(door: Door, what: str, key: str) -> None:
    everything = door.codes(what, key)
    found: list[Any] = []
    after: dict[str, str] = {}
    while True:
        page = door.get(f"/v1/{what}", key, limit=1, **after).json()
        found += page["items"]
        if page["next"] is None:
            break
        after = {"after": page["next"]}
    assert found == door.get(f"/v1/{what}", key).json()["items"]
    assert len(found) == len(everything) > 0


@pytest.mark.parametrize("key", ["reader", "admin", "app"])
def test_a_key_of_the_whole_agency_sees_all_of_it(door: Door, key: str) -> None:
    assert door.codes("offices", key) == ["dinas", "setda", "upt-a", "upt-b"]
    assert door.codes("services", key) == ["kk", "ktp", "skck"]
    assert door.codes("counters", key) == ["dinas/l1", "dinas/l2", "setda/l1", "upt-a/l1"]
    assert door.codes("employees", key) == ["E1", "E2", "E3", "E4", "E5"]


def test_a_key_with_an_office_sees_the_tree_under_it(door: Door) -> None:
    assert door.codes("offices", "reader dinas") == ["dinas", "upt-a", "upt-b"]
    assert door.codes("services", "reader dinas") == ["kk", "ktp", "skck"]
    assert door.codes("counters", "reader dinas") == ["dinas/l1", "dinas/l2", "upt-a/l1"]
    assert door.codes("employees", "reader dinas") == ["E1", "E3", "E4"]


def test_a_key_whose_office_is_not_there_sees_nothing(door: Door) -> None:
    assert [door.codes(what, "reader gone") for what in ("offices", "counters", "employees")] == [[], [], []]


def test_a_device_sees_its_own_office_counter_services_and_colleagues(door: Door) -> None:
    assert door.codes("offices", "device l1") == ["dinas"]
    assert door.codes("counters", "device l1") == ["dinas/l1"]
    assert door.codes("services", "device l1") == ["kk", "ktp"]
    assert door.codes("employees", "device l1") == ["E1"]


def test_a_counter_without_services_gives_every_one(door: Door) -> None:
    assert door.codes("services", "device l2") == ["kk", "ktp", "skck"]


def test_a_device_without_a_counter_sees_those_of_its_office(door: Door) -> None:
    assert door.codes("counters", "device") == ["dinas/l1", "dinas/l2"]
    assert door.codes("services", "device") == ["kk", "ktp", "skck"]


def test_another_agency_sees_nothing_of_this_one(door: Door) -> None:
    assert door.codes("offices", "desa") == ["balai", "setda"]
    assert [door.codes(what, "desa") for what in ("services", "counters", "employees")] == [[], [], []]
    assert problem(door.get("/v1/counters", "desa", office="dinas")) == (404, "office-unknown")
    assert problem(door.get("/v1/employees", office="balai")) == (404, "office-unknown")


def test_an_office_may_be_asked_for(door: Door) -> None:
    assert door.codes("counters", office="upt-a") == ["upt-a/l1"]
    assert door.codes("employees", office="upt-b") == ["E4"]
    assert door.codes("employees", "reader dinas", office="dinas") == ["E1"]
    assert door.codes("employees", "device", office="dinas") == ["E1"]


@pytest.mark.parametrize("what", ["counters", "employees"])
def test_an_office_out_of_reach_is_refused(door: Door, what: str) -> None:
    assert problem(door.get(f"/v1/{what}", "reader dinas", office="setda")) == (403, "out-of-scope")
    assert problem(door.get(f"/v1/{what}", "device", office="upt-a")) == (403, "out-of-scope")
    assert problem(door.get(f"/v1/{what}", office="nowhere")) == (404, "office-unknown")
    assert problem(door.get(f"/v1/{what}", office="NOWHERE")) == (404, "office-unknown")


def test_todays_office_is_that_of_the_day_at_the_office(door: Door) -> None:
    # 16:30 in UTC is still 30 November in Jakarta and already 1 December in Makassar.
    door.now = datetime(2026, 11, 30, 15, 59, tzinfo=UTC)
    assert door.codes("employees", office="dinas") == ["E1"]
    assert door.get("/v1/employees").json()["items"][4]["office"] is None
    door.now = datetime(2026, 11, 30, 16, 30, tzinfo=UTC)
    assert door.codes("employees", office="dinas") == ["E1", "E5"]
    assert door.get("/v1/employees").json()["items"][4]["office"] == "dinas"


def test_a_transferred_person_is_listed_at_the_new_office_only(door: Door) -> None:
    import_lines(door.database, {"employees": [("E1", "Budi", NIP, "Analis", "III/b", "setda", "2026-11-18")]})
    assert door.codes("employees", "reader dinas") == ["E3", "E4"]
    assert door.get("/v1/employees").json()["items"][0]["office"] == "setda"


@pytest.mark.once
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(
    "query",
    [{"limit": "0"}, {"limit": "1001"}, {"limit": "x"}, {"after": ""}, {"after": "a\x00"}],
)
def test_wrong_parameters_are_refused(door: Door, path: str, query: dict[str, str]) -> None:
    response = door.get(path, **query)
    assert response.status_code == 422
    assert response.json()["detail"][0]["loc"][1] == next(iter(query))


@pytest.mark.once
@pytest.mark.parametrize("path", PATHS)
def test_unknown_parameters_are_refused(door: Door, path: str) -> None:
    response = door.get(path, page="2")
    assert problem(response) == (422, "invalid-request")
    assert [error["field"] for error in response.json()["errors"]] == ["page"]


def test_the_office_filter_is_for_counters_and_employees_only(door: Door) -> None:
    assert door.get("/v1/offices", office="dinas").status_code == 422
    assert door.get("/v1/counters", after="l1").status_code == 422
