"""Persons come in where the table says, in the roles it says, and reach no further than their offices."""

from collections.abc import Iterator, Mapping
from typing import Any

import httpx
import pytest

from app.access.principals import KeyKind, Role
from app.directory.tables import Office
from app.foundation.storage.database import Database
from app.people.sessions import PLAIN_COOKIE
from tests.conftest import Lend
from tests.house import House, problem
from tests.people.persons import Door
from tests.test_every_route import OTHERWISE, TAKES, Entry, address

OVERSEERS = frozenset({Role.supervisor, Role.auditor, Role.administrator})
OFFICE_READERS = OVERSEERS | {Role.viewer}
# Which of the guarded addresses take a session instead of a key, and of whom: those that a person's page uses.
ADMITS: Mapping[Entry, frozenset[Role]] = {
    ("GET", "/v1/offices"): OFFICE_READERS,
    ("GET", "/v1/services"): OFFICE_READERS,
    ("GET", "/v1/counters"): OFFICE_READERS,
    ("GET", "/v1/employees"): OVERSEERS,
    ("GET", "/v1/instruments"): OFFICE_READERS,
    ("GET", "/v1/instruments/{instrument}"): OFFICE_READERS,
    ("GET", "/v1/indices"): OFFICE_READERS,
    ("GET", "/v1/measures/offices"): OFFICE_READERS,
    ("GET", "/v1/reports"): frozenset(Role),
    ("GET", "/v1/reports/{report_id}"): frozenset(Role),
    ("GET", "/v1/appraisals"): OVERSEERS | {Role.appraiser},
    ("GET", "/v1/appraisals/pack"): OVERSEERS | {Role.appraiser},
    ("GET", "/v1/reports/{report_id}/evidence"): OVERSEERS | {Role.appraiser, Role.employee},
    ("GET", "/v1/findings"): OVERSEERS,
    ("GET", "/v1/findings/{finding_id}"): OVERSEERS,
    ("GET", "/v1/findings/{finding_id}/timeline"): OVERSEERS,
    ("GET", "/v1/comments"): frozenset({Role.supervisor, Role.administrator}),
    ("GET", "/v1/audit"): frozenset({Role.auditor}),
}
# Everybody here has a role over `upt-makassar`, which has `upt-jayapura` below it.
OWN, BELOW, COLLEAGUES, ABOVE, FOREIGN = "upt-makassar", "upt-jayapura", "dukcapil", "setda", "rsud-desa"


@pytest.fixture(scope="module")
def house(lend: Lend) -> Iterator[House]:
    """A running service with a release, and a person of each role: statements have their tests on both stores."""
    with lend("sqlite") as (url, keys):
        database = Database(url)
        with database.writing() as session:
            session.add(Office(agency_id="desa", code=FOREIGN, name="RSUD", parent="setda", timezone="Asia/Jakarta"))
        database.dispose()
        with House.open(url, keys) as opened, Door.open(url) as door:
            opened.release()
            opened.release("desa")
            for role in Role:
                browser = door.join(f"P {role}", role, OWN, employee="E003" if role is not Role.auditor else None)
                opened.keys[f"as {role}"] = browser.cookies[PLAIN_COOKIE]
            yield opened


def ask(house: House, role: Role, method: str, path: str, **options: Any) -> httpx.Response:
    """A request of that person's browser, which sits at the machine itself."""
    headers = {"host": "localhost", "cookie": f"{PLAIN_COOKIE}={house.keys[f'as {role}']}"}
    headers |= {"origin": "http://localhost"} | options.pop("headers", {})
    return house.request(method, path, headers=headers, **options)


def test_the_table_names_guarded_addresses_that_are_read(house: House) -> None:
    assert set(ADMITS) <= set(TAKES)
    # What changes something has no page yet, and what is sensitive asks for a fresh proof first.
    assert {method for method, _ in ADMITS} == {"GET"}


@pytest.mark.long
def test_every_role_comes_in_where_the_table_says_and_nowhere_else(house: House) -> None:
    for method, path in TAKES:
        for role in Role:
            response = ask(house, role, method, address(path, method))
            if (method, path) not in ADMITS:
                problem(response, 401, "key-missing")
            elif role in ADMITS[method, path]:
                assert response.status_code == OTHERWISE.get((method, path), 200), (path, role, response.text)
            else:
                assert all(each in problem(response, 403, "role-refused")["detail"] for each in ADMITS[method, path])


def test_a_key_beside_a_session_is_what_counts(house: House) -> None:
    for method, path in ADMITS:
        headers = {"authorization": f"Bearer {house.keys['device']}"}
        expected = house.request(method, address(path), "device").status_code
        assert ask(house, Role.supervisor, method, address(path), headers=headers).status_code == expected


# The addresses of the table that take an office, with what they cannot do without.
PLACES: Mapping[str, dict[str, str]] = {
    "/v1/counters": {},
    "/v1/employees": {},
    "/v1/indices": {},
    "/v1/findings": {},
    "/v1/audit": {},
    "/v1/comments": {"period": "2026-11"},
    "/v1/measures/offices": {"period": "2026-11"},
}


@pytest.mark.long
def test_every_address_that_takes_an_office_is_asked_for_others(house: House) -> None:
    paths = house.get("/openapi.json", None).json()["paths"]
    taking = {
        path for _, path in ADMITS if any(each["name"] == "office" for each in paths[path]["get"].get("parameters", ()))
    }
    assert taking == PLACES.keys()


@pytest.mark.long
def test_everybody_reaches_own_offices_and_those_below_them_and_no_others(house: House) -> None:
    for path, given in PLACES.items():
        for role in ADMITS["GET", path]:
            for office in (OWN, BELOW):
                response = ask(house, role, "GET", path, params=given | {"office": office})
                assert response.status_code == 200, (path, role, office)
            for office in (COLLEAGUES, ABOVE):
                problem(ask(house, role, "GET", path, params=given | {"office": office}), 403, "out-of-scope")
            problem(ask(house, role, "GET", path, params=given | {"office": FOREIGN}), 404, "office-unknown")


def test_lists_hold_what_is_in_reach(house: House) -> None:
    for role in OFFICE_READERS:
        listed = ask(house, role, "GET", "/v1/offices").json()["items"]
        assert [each["code"] for each in listed] == [BELOW, OWN], role


def test_a_viewer_reads_no_figures_about_persons(house: House) -> None:
    for given in ({"employee": "E003"}, {"by": "employee"}):
        problem(ask(house, Role.viewer, "GET", "/v1/indices", params=given), 403, "out-of-scope")
        assert ask(house, Role.supervisor, "GET", "/v1/indices", params=given).status_code == 200


@pytest.mark.parametrize("cookie", ["", "x", "kota.x", f"kota.{'a' * 43}", f"desa.{'a' * 43}", "kota." + "é" * 43])
def test_a_session_that_is_none_is_told_so(house: House, cookie: str) -> None:
    headers = {"host": "localhost", "cookie": f"{PLAIN_COOKIE}={cookie}".encode("latin-1")}
    for method, path in ADMITS:
        problem(house.request(method, address(path), headers=headers), 401, "session-ended")


def test_a_session_is_none_over_a_connection_that_others_read(house: House) -> None:
    for host in ("cermin.test", "10.0.0.1", "["):
        headers = {"host": host}
        problem(ask(house, Role.supervisor, "GET", "/v1/offices", headers=headers), 401, "session-ended")


@pytest.mark.long
def test_every_kind_of_key_still_comes_in_as_before(house: House) -> None:
    for method, path in ADMITS:
        for kind in KeyKind:
            expected = OTHERWISE.get((method, path), 200) if kind in TAKES[method, path] else 403
            assert house.request(method, address(path), kind).status_code == expected
