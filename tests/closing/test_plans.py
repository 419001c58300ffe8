"""Plans as they are entered: what is signed, what shows that it was done, what is proposed, how far it is."""

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.closing.steps import close, finalise, refused, report
from tests.closing.surveys import plan
from tests.house import House, problem

PATH = "/v1/periods/2026-10/follow-ups"
DUKCAPIL = {"office": "dukcapil"}
DIGEST = "0123456789abcdef" * 4


def put(house: House, *items: dict[str, Any], where: str | None = "dukcapil", period: str = "2026-10") -> Any:
    """Enter a plan."""
    body = {"items": list(items)} | ({} if where is None else {"office": where})
    return house.put(f"/v1/periods/{period}/follow-ups", body, "supervisor")


def read(house: House, key: str = "supervisor", **query: str) -> dict[str, Any]:
    """The plan as it is read."""
    response = house.get(PATH, key, params=DUKCAPIL | query)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()
    return found


@pytest.mark.long
def test_what_came_after_the_signature_is_not_signed_and_may_change(office: House, key_file: Path) -> None:
    close(office)
    assert put(office, plan(element="speed")).json()["signed"] == 0
    finalise(office, key_file)
    late = put(office, plan(element="speed"), plan(element="transparency"))
    assert late.json()["signed"] == 1
    changed = put(office, plan(element="speed"), plan(element="transparency", action="Lain."))
    assert changed.status_code == 200, changed.text
    assert refused(put(office, plan(element="speed", owner="Lain"))) == (409, "plan-signed")
    assert put(office, plan(element="speed")).json()["signed"] == 1


@pytest.mark.long
def test_the_two_lowest_elements_are_proposed_until_something_is_planned(office: House) -> None:
    close(office)
    found = read(office)["proposed"]
    # The sheets are 434 and 433: speed 4, transparency 3, friendliness 3 or 4.
    assert [each["element"] for each in found] == ["transparency", "friendliness"]
    assert found[0]["title"]["id"]
    assert found[0]["grade"]
    put(office, plan(element="transparency"))
    assert [each["element"] for each in read(office)["proposed"]] == ["friendliness"]
    # Of other units nothing is said here, and what is a draft is not for everybody who reads.
    assert read(office, "reader")["proposed"] == []
    assert office.get(PATH, "supervisor", params={"office": "upt-makassar"}).json()["proposed"] == []


@pytest.mark.long
def test_proofs_days_and_what_was_in_time_become_part_of_the_next_report(office: House, key_file: Path) -> None:
    office.release()
    entered = put(
        office,
        plan(
            status="done", done_on="2026-10-20", proof_address="https://kota.example/skm", proof_sha256=DIGEST.upper()
        ),
        plan(status="done", done_on="2026-11-05", due_on="2026-11-01", note="Terlambat."),
        plan(status="dropped", note="Loket pindah."),
        period="2026-09",
    )
    assert entered.status_code == 200, entered.text
    assert entered.json()["progress"] == {
        "actions": 3,
        "done": 2,
        "on_time": 1,
        "overdue": 0,
        "share": 0.6667,
        "median_days": 28.0,
    }
    close(office)
    finalise(office, key_file)
    document = report(office, "dukcapil", kind="skm")["document"]
    realised = document["realisation"]
    assert (realised["done"], realised["on_time"], realised["share"], realised["median_days"]) == (2, 1, 0.6667, 28)
    assert [each["days"] for each in realised["items"]] == [20, 36, None]
    assert realised["items"][0]["proof_sha256"] == DIGEST
    assert realised["items"][0]["proof_address"] == "https://kota.example/skm"
    [line] = office.get(
        "/v1/reports", "reader", params={"period": "2026-10", "kind": "skm", "unit": "dukcapil"}
    ).json()["items"]
    checked = office.get(f"/v1/reports/{line['id']}/verification", None).json()
    assert checked["outcome"] == "valid"
    page = office.request("GET", f"/v1/reports/{line['id']}", "reader", headers={"accept": "text/html"}).text
    assert DIGEST in page
    assert "https://kota.example/skm" in page


@pytest.mark.long
def test_a_plan_of_nothing_has_no_share_and_no_days(office: House) -> None:
    office.release()
    found = read(office)
    assert (found["items"], found["progress"]["share"], found["progress"]["median_days"]) == ([], None, None)
    close(office)
    assert report(office, "dukcapil", kind="skm")["document"]["realisation"]["on_time"] is None


@pytest.mark.long
def test_open_actions_are_overdue_after_their_day(office: House) -> None:
    office.release()
    put(office, plan(due_on="2026-11-18"), plan(due_on="2026-11-17"), plan(due_on="2026-11-17", status="started"))
    assert read(office)["progress"]["overdue"] == 2
    office.clock.now += timedelta(days=1)
    assert read(office)["progress"]["overdue"] == 3


@pytest.mark.once
@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"proof_sha256": "0" * 63}, "items.0.proof_sha256"),
        ({"proof_sha256": "g" * 64}, "items.0.proof_sha256"),
        ({"proof_address": "a\x00b"}, "items.0.proof_address"),
        ({"proof_address": "x" * 301}, "items.0.proof_address"),
    ],
)
def test_a_wrong_proof_is_refused_by_field(office: House, change: dict[str, Any], field: str) -> None:
    office.release()
    response = put(office, plan(status="done", done_on="2026-11-10") | change)
    assert [error["field"] for error in problem(response, 422, "invalid-request")["errors"]] == [field]


def test_nothing_was_done_on_a_day_that_has_not_come(office: House) -> None:
    office.release()
    day = (office.clock.now.date() + timedelta(days=2)).isoformat()
    assert day > date(2026, 11, 18).isoformat()
    assert day in problem(put(office, plan(status="done", done_on=day)), 422, "done-ahead")["detail"]


@pytest.mark.long
def test_who_answers_for_an_office_reads_its_own_plan_and_the_audit_names_the_office(office: House) -> None:
    office.release()
    put(office, plan(action="Rahasia dukcapil"))
    assert office.get(PATH, "reader makassar", params=DUKCAPIL).status_code == 403
    rows = office.get("/v1/audit", "auditor", params={"action": "period.planned"}).json()["items"]
    assert [(each["detail"]["office"], each["detail"]["n"]) for each in rows] == [("dukcapil", 1)]
    assert "Rahasia" not in str(rows)
