"""Signed-in persons: an auditor of the whole agency sees and moves reports, an administrator keys; nobody sees both."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from app.access.principals import Role
from app.people.sessions import PLAIN_COOKIE
from tests.house import House, problem
from tests.integrity.reporting import KEYS, REPORTS, SETTINGS, listed, opened, rows, send
from tests.people.persons import Door

pytestmark = pytest.mark.sqlite_daily


@pytest.fixture
def door(furnished: tuple[str, dict[str, str]]) -> Iterator[Door]:
    """Where persons sign in."""
    with Door.open(furnished[0]) as opened_door:
        yield opened_door


def asking(house: House, door: Door, role: Role, office: str | None = None) -> Any:
    """How somebody in this role asks, from a browser at the machine itself."""
    employee = {Role.employee: "E001", Role.appraiser: "E003"}.get(role)
    cookie = door.join(f"P {role} {office}", role, office, employee=employee).cookies[PLAIN_COOKIE]

    def ask(method: str, path: str, **options: Any) -> httpx.Response:
        headers = {"host": "localhost", "cookie": f"{PLAIN_COOKIE}={cookie}", "origin": "http://localhost"}
        return house.request(method, path, headers=headers, **options)

    return ask


def test_an_auditor_takes_a_report_on_with_a_fresh_proof_and_adds_no_key(house: House, door: Door) -> None:
    opened(house)
    send(house)
    report_id = listed(house)[0]["id"]
    ask = asking(house, door, Role.auditor)
    assert [each["id"] for each in ask("GET", REPORTS).json()["items"]] == [report_id]
    assert ask("GET", f"{REPORTS}/{report_id}/hand-over").status_code == 200
    assert ask("GET", KEYS).status_code == 200
    problem(ask("POST", KEYS), 403, "role-refused")
    problem(ask("PUT", SETTINGS), 403, "role-refused")
    house.clock.now += timedelta(minutes=11)
    assert ask("GET", f"{REPORTS}/{report_id}").status_code == 200
    for method, what in (("GET", "hand-over"), ("POST", "forward"), ("POST", "confirm"), ("POST", "erase")):
        problem(ask(method, f"{REPORTS}/{report_id}/{what}"), 403, "proof-needed")
    assert listed(house)[0]["state"] == "received"
    house.clock.now -= timedelta(minutes=11)
    assert ask("POST", f"{REPORTS}/{report_id}/forward").json()["state"] == "forwarded"
    [(actor,)] = rows(house, "SELECT actor FROM audit_event WHERE action = 'integrity-report.forwarded'")
    assert actor.startswith("auditor:")


def test_nobody_else_sees_that_there_is_a_report(house: House, door: Door) -> None:
    opened(house)
    send(house)
    report_id = listed(house)[0]["id"]
    paths = (REPORTS, f"{REPORTS}/{report_id}", f"{REPORTS}/{report_id}/hand-over")
    for role in set(Role) - {Role.auditor}:
        ask = asking(house, door, role)
        for path in paths:
            problem(ask("GET", path), 403, "role-refused")
    # Not even an auditor, of some offices: a colleague of whom it is about, perhaps.
    for office in ("dukcapil", "setda"):
        ask = asking(house, door, Role.auditor, office)
        for path in paths:
            problem(ask("GET", path), 403, "out-of-scope")
        shown = ask("GET", "/v1/audit").json()["items"]
        assert [each for each in shown if each["action"].startswith("integrity")] == []
