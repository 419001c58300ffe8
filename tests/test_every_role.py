"""Persons come in where the table says, in the roles it says, and reach no further than their offices."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
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
from tests.role_access import ADMITS, NO_PAGE, OFFICE_READERS, SENSITIVE, WHOLE
from tests.route_access import BY_PERSONS, OTHERWISE, TAKES, address

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


def at_home(path: str, method: str = "GET") -> str:
    """The address with something in the place of its parameters; an office is that of everybody here."""
    return address(path.replace("{office}", OWN), method)


def ask(house: House, role: Role, method: str, path: str, **options: Any) -> httpx.Response:
    """A request of that person's browser, which sits at the machine itself."""
    headers = {"host": "localhost", "cookie": f"{PLAIN_COOKIE}={house.keys[f'as {role}']}"}
    headers |= {"origin": "http://localhost"} | options.pop("headers", {})
    return house.request(method, path, headers=headers, **options)


def test_every_guarded_address_admits_persons_or_is_for_machines(house: House) -> None:
    assert set(ADMITS) | NO_PAGE == set(TAKES)
    assert set(ADMITS) & NO_PAGE == set()


@pytest.mark.long
def test_what_changes_something_is_taken_from_our_own_pages_alone(house: House) -> None:
    for method, path in ADMITS:
        if method == "GET":
            continue
        role = min(ADMITS[method, path])
        response = ask(house, role, method, at_home(path, method), headers={"origin": "http://elsewhere.test"})
        problem(response, 403, "cross-site")


@pytest.mark.long
def test_what_a_page_asks_a_proof_for_is_not_done_without_one(house: House) -> None:
    began = house.clock.now
    try:
        house.clock.now += timedelta(minutes=11)
        for method, path in ADMITS:
            for role in ADMITS[method, path]:
                response = ask(house, role, method, at_home(path, method))
                if (method, path) in SENSITIVE:
                    problem(response, 403, "proof-needed")
                elif (method, path) not in WHOLE:
                    assert response.status_code != 403, (path, role)
    finally:
        house.clock.now = began


@pytest.mark.long
def test_every_role_comes_in_where_the_table_says_and_nowhere_else(house: House) -> None:
    for method, path in TAKES:
        for role in Role:
            response = ask(house, role, method, at_home(path, method), headers={"accept-language": "en"})
            if (method, path) not in ADMITS:
                problem(response, 401, "key-missing")
            elif role in ADMITS[method, path]:
                if WHOLE.get((method, path), "") is None:
                    problem(response, 403, "out-of-scope")
                    continue
                expected = OTHERWISE.get((method, path), 200 if method == "GET" else 415)
                assert response.status_code == expected, (path, role, response.text)
            else:
                detail = problem(response, 403, "role-refused")["detail"]
                assert all(each in detail for each in ADMITS[method, path]), (method, path, detail)


def test_a_key_beside_a_session_is_what_counts(house: House) -> None:
    for method, path in ADMITS:
        headers = {"authorization": f"Bearer {house.keys['device']}"}
        expected = house.request(method, at_home(path, method), "device").status_code
        assert ask(house, Role.supervisor, method, at_home(path, method), headers=headers).status_code == expected


def test_what_is_for_persons_alone_refuses_unknown_parameters_and_other_bodies(house: House) -> None:
    for method, path in BY_PERSONS:
        role = min(ADMITS[method, path])
        response = ask(house, role, method, f"{at_home(path, method)}?tiada=1")
        problem(response, 422, "field-unknown", "tiada")
        if method != "GET":
            sent: dict[str, Any] = {"content": b"{}", "headers": {"content-type": "text/plain"}}
            response = ask(house, role, method, at_home(path, method), **sent)
            assert response.status_code == OTHERWISE.get((method, path), 415), path


def test_who_answers_for_some_offices_changes_nothing_of_the_whole_agency(house: House) -> None:
    for (method, path), body in WHOLE.items():
        sent = {} if body is None else {"json": body}
        for role in ADMITS[method, path]:
            problem(ask(house, role, method, at_home(path, method), **sent), 403, "out-of-scope")


# The addresses of the table that take an office in their query, with what they cannot do without.
PLACES: Mapping[str, dict[str, str]] = {
    "/v1/counters": {},
    "/v1/employees": {},
    "/v1/indices": {},
    "/v1/findings": {},
    "/v1/audit": {},
    "/v1/comments": {"period": "2026-11"},
    "/v1/measures/offices": {"period": "2026-11"},
    "/v1/periods/2026-11/follow-ups": {"instrument": "ikl-1"},
    "/v1/periods/2026-11/publications": {"instrument": "ikl-1"},
    "/v1/measures/recognition": {"period": "2026-11"},
    "/v1/measures/training": {"period": "2026-11"},
}


@pytest.mark.long
def test_every_address_that_takes_an_office_is_asked_for_others(house: House) -> None:
    paths = house.get("/openapi.json", None).json()["paths"]
    taking = {
        path.replace("{code}", "2026-11")
        for method, path in ADMITS
        if method == "GET"
        and any((each["name"], each["in"]) == ("office", "query") for each in paths[path]["get"].get("parameters", ()))
    }
    assert taking == PLACES.keys()


@pytest.mark.long
def test_everybody_reaches_own_offices_and_those_below_them_and_no_others(house: House) -> None:
    for path, given in PLACES.items():
        for role in ADMITS["GET", path.replace("2026-11", "{code}")]:
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
        problem(house.request(method, at_home(path, method), headers=headers), 401, "session-ended")


def test_a_session_is_none_over_a_connection_that_others_read(house: House) -> None:
    for host in ("cermin.test", "10.0.0.1", "["):
        headers = {"host": host}
        problem(ask(house, Role.supervisor, "GET", "/v1/offices", headers=headers), 401, "session-ended")


@pytest.mark.long
def test_every_kind_of_key_still_comes_in_as_before(house: House) -> None:
    for method, path in ADMITS:
        for kind in KeyKind:
            usual = OTHERWISE.get((method, path), 200 if method == "GET" else 415)
            expected = usual if kind in TAKES[method, path] else 403
            assert house.request(method, at_home(path, method), kind).status_code == expected, (method, path, kind)
