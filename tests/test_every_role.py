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
from tests.integrity.reporting import PUBLIC_KEY
from tests.people.persons import Door
from tests.route_access import BY_PERSONS, OTHERWISE, TAKES, Entry, address

OVERSEERS = frozenset({Role.supervisor, Role.auditor, Role.administrator})
OFFICE_READERS = OVERSEERS | {Role.viewer}
ANSWERABLE = frozenset({Role.supervisor, Role.administrator})
SUPERVISORS, AUDITORS = frozenset({Role.supervisor}), frozenset({Role.auditor})
ADMINISTRATORS, APPRAISERS = frozenset({Role.administrator}), frozenset({Role.appraiser})
EMPLOYEES = frozenset({Role.employee})
# Which of the guarded addresses take a session instead of a key, and of whom: those that a person's page uses.
ADMITS: Mapping[Entry, frozenset[Role]] = {
    ("GET", "/v1/agency"): OFFICE_READERS,
    ("PUT", "/v1/agency"): ADMINISTRATORS,
    ("GET", "/v1/directory"): ADMINISTRATORS,
    ("POST", "/v1/directory"): ADMINISTRATORS,
    ("POST", "/v1/instruments"): ADMINISTRATORS,
    ("GET", "/v1/offices/{office}/opening"): frozenset({Role.auditor, Role.administrator}),
    ("PUT", "/v1/offices/{office}/opening"): ADMINISTRATORS,
    ("GET", "/v1/offices/{office}/poster"): ANSWERABLE,
    ("GET", "/v1/devices"): ANSWERABLE,
    ("POST", "/v1/devices"): ADMINISTRATORS,
    ("GET", "/v1/devices/{device_id}"): ANSWERABLE,
    ("POST", "/v1/devices/{device_id}/revoke"): ADMINISTRATORS,
    ("POST", "/v1/devices/{device_id}/code"): ADMINISTRATORS,
    ("GET", "/v1/periods"): ANSWERABLE,
    ("POST", "/v1/periods/{code}/close"): ANSWERABLE,
    ("POST", "/v1/periods/{code}/revise"): ANSWERABLE,
    ("POST", "/v1/periods/{code}/finalise"): ANSWERABLE,
    ("POST", "/v1/periods/{code}/publish"): ANSWERABLE,
    ("POST", "/v1/periods/{code}/withdraw"): ANSWERABLE,
    ("GET", "/v1/periods/{code}/follow-ups"): SUPERVISORS,
    ("PUT", "/v1/periods/{code}/follow-ups"): SUPERVISORS,
    ("GET", "/v1/periods/{code}/publications"): SUPERVISORS,
    ("PUT", "/v1/periods/{code}/publications"): SUPERVISORS,
    ("GET", "/v1/targets"): ANSWERABLE,
    ("PUT", "/v1/targets"): ANSWERABLE,
    ("GET", "/v1/promises"): ANSWERABLE,
    ("PUT", "/v1/promises"): ADMINISTRATORS,
    ("GET", "/v1/reports/{report_id}/reply"): frozenset({Role.employee, Role.appraiser}),
    ("POST", "/v1/reports/{report_id}/reply"): EMPLOYEES,
    ("GET", "/v1/readers"): EMPLOYEES,
    ("GET", "/v1/team"): APPRAISERS,
    ("POST", "/v1/periods/{code}/slips"): ANSWERABLE,
    ("GET", "/v1/directory/template"): ADMINISTRATORS,
    ("GET", "/v1/opening"): frozenset({Role.auditor, Role.administrator}),
    ("GET", "/v1/periods/{code}/progress"): ANSWERABLE,
    ("GET", "/v1/targets/offices"): OFFICE_READERS,
    ("GET", "/v1/targets/person"): frozenset({Role.employee, Role.appraiser}),
    ("GET", "/v1/mailbox"): frozenset(Role),
    ("PUT", "/v1/mailbox"): frozenset(Role),
    ("GET", "/v1/subscriptions"): frozenset(Role),
    ("PUT", "/v1/subscriptions"): frozenset(Role),
    ("GET", "/v1/persons"): ADMINISTRATORS,
    ("POST", "/v1/persons"): ADMINISTRATORS,
    ("GET", "/v1/persons/{person_id}"): ADMINISTRATORS,
    ("POST", "/v1/persons/{person_id}/link"): ADMINISTRATORS,
    ("POST", "/v1/persons/{person_id}/roles"): ADMINISTRATORS,
    ("POST", "/v1/persons/{person_id}/roles/{grant_id}/revoke"): ADMINISTRATORS,
    ("GET", "/v1/persons/{person_id}/sessions"): ADMINISTRATORS,
    ("POST", "/v1/persons/{person_id}/sessions/end"): ADMINISTRATORS,
    ("GET", "/v1/keys"): ADMINISTRATORS,
    ("POST", "/v1/keys"): ADMINISTRATORS,
    ("POST", "/v1/keys/{key_id}/revoke"): ADMINISTRATORS,
    ("GET", "/v1/webhooks"): ADMINISTRATORS,
    ("POST", "/v1/webhooks"): ADMINISTRATORS,
    ("POST", "/v1/webhooks/{webhook_id}/off"): ADMINISTRATORS,
    ("POST", "/v1/webhooks/{webhook_id}/on"): ADMINISTRATORS,
    ("GET", "/v1/webhooks/{webhook_id}/deliveries"): ADMINISTRATORS,
    ("POST", "/v1/webhooks/{webhook_id}/replay"): ADMINISTRATORS,
    ("PUT", "/v1/comments/{comment_id}/mark"): SUPERVISORS,
    ("POST", "/v1/findings/{finding_id}/release"): AUDITORS,
    ("POST", "/v1/findings/{finding_id}/confirm"): AUDITORS,
    ("GET", "/v1/offices"): OFFICE_READERS,
    ("GET", "/v1/services"): OFFICE_READERS,
    ("GET", "/v1/counters"): OFFICE_READERS,
    ("GET", "/v1/employees"): OVERSEERS,
    ("GET", "/v1/instruments"): OFFICE_READERS,
    ("GET", "/v1/instruments/{instrument}"): OFFICE_READERS,
    ("GET", "/v1/indices"): OFFICE_READERS,
    ("GET", "/v1/measures/offices"): OFFICE_READERS,
    ("GET", "/v1/measures/recognition"): OVERSEERS,
    ("GET", "/v1/measures/training"): OFFICE_READERS,
    ("GET", "/v1/reports"): frozenset(Role),
    ("POST", "/v1/reports/{report_id}/note"): APPRAISERS,
    ("GET", "/v1/reports/{report_id}"): frozenset(Role),
    ("GET", "/v1/evidence-pack"): OFFICE_READERS,
    ("GET", "/v1/reports/{report_id}/beside"): frozenset(Role),
    ("GET", "/v1/appraisals"): OVERSEERS | {Role.appraiser},
    ("GET", "/v1/appraisals/pack"): OVERSEERS | {Role.appraiser},
    ("GET", "/v1/reports/{report_id}/evidence"): OVERSEERS | {Role.appraiser, Role.employee},
    ("GET", "/v1/findings"): OVERSEERS,
    ("GET", "/v1/findings/{finding_id}"): OVERSEERS,
    ("GET", "/v1/findings/{finding_id}/timeline"): OVERSEERS,
    ("GET", "/v1/comments"): frozenset({Role.supervisor, Role.administrator}),
    ("GET", "/v1/audit"): AUDITORS,
    ("GET", "/v1/integrity-reports"): AUDITORS,
    ("GET", "/v1/integrity-reports/{integrity_report_id}"): AUDITORS,
    ("GET", "/v1/integrity-reports/{integrity_report_id}/hand-over"): AUDITORS,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/forward"): AUDITORS,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/confirm"): AUDITORS,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/erase"): AUDITORS,
    ("GET", "/v1/integrity-settings"): AUDITORS | ADMINISTRATORS,
    ("PUT", "/v1/integrity-settings"): ADMINISTRATORS,
    ("GET", "/v1/integrity-keys"): AUDITORS | ADMINISTRATORS,
    ("POST", "/v1/integrity-keys"): ADMINISTRATORS,
    ("POST", "/v1/integrity-keys/{thumbprint}/challenge"): AUDITORS | ADMINISTRATORS,
    ("POST", "/v1/integrity-keys/{thumbprint}/prove"): AUDITORS | ADMINISTRATORS,
    ("POST", "/v1/integrity-keys/{thumbprint}/retire"): ADMINISTRATORS,
}
# What a page asks a fresh proof for.
UNPROVEN = {("PUT", "/v1/subscriptions")}
SENSITIVE = {
    entry for entry, roles in ADMITS.items() if entry[0] != "GET" and roles not in (SUPERVISORS, APPRAISERS, EMPLOYEES)
} - UNPROVEN | {("GET", "/v1/directory"), ("GET", "/v1/integrity-reports/{integrity_report_id}/hand-over")}
# What only who answers for the whole agency may do, with a body where it takes one.
WHOLE: Mapping[Entry, dict[str, Any] | None] = {
    ("PUT", "/v1/agency"): {"name": "Kota", "period": "quarter"},
    ("GET", "/v1/directory"): None,
    ("POST", "/v1/directory"): None,
    ("POST", "/v1/instruments"): {"source": "x"},
    ("PUT", "/v1/targets"): {
        "targets": [{"period": "2026-11", "instrument": "ikl-1", "office": "upt-makassar", "value": "80.00"}]
    },
    ("PUT", "/v1/promises"): {
        "promises": [{"service": "ktp-el", "valid_from": "2026-12", "amount": 15, "unit": "minutes", "source": "SK"}]
    },
    ("POST", "/v1/periods/{code}/close"): {},
    ("POST", "/v1/periods/{code}/slips"): {},
    ("POST", "/v1/periods/{code}/revise"): None,
    ("POST", "/v1/periods/{code}/finalise"): None,
    ("POST", "/v1/periods/{code}/publish"): None,
    ("POST", "/v1/periods/{code}/withdraw"): None,
    # Reports are never the matter of an office, whoever is its auditor.
    ("GET", "/v1/integrity-reports"): None,
    ("GET", "/v1/integrity-reports/{integrity_report_id}"): None,
    ("GET", "/v1/integrity-reports/{integrity_report_id}/hand-over"): None,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/forward"): None,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/confirm"): None,
    ("POST", "/v1/integrity-reports/{integrity_report_id}/erase"): None,
    ("GET", "/v1/integrity-settings"): None,
    ("PUT", "/v1/integrity-settings"): {"open": False, "retention_days": 30},
    ("GET", "/v1/integrity-keys"): None,
    ("POST", "/v1/integrity-keys"): {"recipient": "agency", "label": "x", "jwk": PUBLIC_KEY},
    ("POST", "/v1/integrity-keys/{thumbprint}/challenge"): None,
    ("POST", "/v1/integrity-keys/{thumbprint}/prove"): {"word": "x"},
    ("POST", "/v1/integrity-keys/{thumbprint}/retire"): None,
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


def at_home(path: str, method: str = "GET") -> str:
    """The address with something in the place of its parameters; an office is that of everybody here."""
    return address(path.replace("{office}", OWN), method)


def ask(house: House, role: Role, method: str, path: str, **options: Any) -> httpx.Response:
    """A request of that person's browser, which sits at the machine itself."""
    headers = {"host": "localhost", "cookie": f"{PLAIN_COOKIE}={house.keys[f'as {role}']}"}
    headers |= {"origin": "http://localhost"} | options.pop("headers", {})
    return house.request(method, path, headers=headers, **options)


# What no page of a person uses: what machines send and ask, and figures of persons, which pages read from reports.
NO_PAGE = {
    ("GET", "/v1/volumes"),
    ("POST", "/v1/volumes"),
    ("POST", "/v1/promises/counts"),
    ("POST", "/v1/tickets"),
    ("POST", "/v1/tickets/arm"),
    ("GET", "/v1/tickets/counts"),
    ("GET", "/v1/devices/me"),
    ("POST", "/v1/devices/me/heartbeat"),
    ("POST", "/v1/ratings"),
    ("POST", "/v1/ratings/batch"),
    ("GET", "/v1/measures/employees"),
    # By a person's code; an appraiser notes by the report, below.
    ("POST", "/v1/periods/{code}/notes"),
}


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
