"""Targets are set and listed over HTTP."""

from typing import Any

import pytest

from app.access.principals import Reach
from app.closing.targets.schemas import TargetIn
from app.closing.targets.setting import put_targets
from app.foundation.problems import Problem
from tests.house import NOW, House, problem

PATH = "/v1/targets"
QUARTER = {"period": "2026-Q4"}


def target(**changed: Any) -> dict[str, Any]:
    return {"period": "2026-Q4", "employee": "E001", "figure": "index", "value": "88"} | changed


def office_target(office: str = "dukcapil", **changed: Any) -> dict[str, Any]:
    return {"period": "2026-Q4", "office": office, "figure": "index", "value": "85.50"} | changed


def put(house: House, *targets: dict[str, Any], key: str = "supervisor") -> Any:
    return house.put(PATH, {"targets": targets}, key)


def listed(house: House, key: str = "reader", **query: Any) -> list[tuple[str, str, str]]:
    response = house.get(PATH, key, params=QUARTER | query)
    assert response.status_code == 200, response.text
    return [(each["office"] or each["employee"], each["figure"], each["value"]) for each in response.json()["items"]]


def audited(house: House) -> list[tuple[str, str, Any, Any]]:
    items = house.get("/v1/audit?action=target", "auditor").json()["items"]
    return [(each["action"], each["subject"], each["detail"]["was"], each["detail"]["now"]) for each in items][::-1]


def test_targets_of_offices_and_employees_are_set_changed_and_taken_away(house: House) -> None:
    sent = [target(), target(figure="speed", value="90.5"), office_target()]
    assert put(house, *sent).json() == {"stored": 3, "changed": 3}
    # The same again is nothing new, nor anything to be audited.
    assert put(house, *sent, key="admin").json() == {"stored": 3, "changed": 0}
    told = [("E001", "index", "88.00"), ("E001", "speed", "90.50"), ("dukcapil", "index", "85.50")]
    assert listed(house) == told
    assert put(house, target(value="89.25"), target(figure="speed", value=None)).json()["changed"] == 2
    assert listed(house) == [("E001", "index", "89.25"), ("dukcapil", "index", "85.50")]
    assert audited(house) == [
        ("target.set", "E001", None, 88.0),
        ("target.set", "E001", None, 90.5),
        ("target.set", "dukcapil", None, 85.5),
        ("target.set", "E001", 88.0, 89.25),
        ("target.removed", "E001", 90.5, None),
    ]
    # Of other periods and questionnaires nothing is said.
    assert house.get(PATH, params={"period": "2026-Q3"}).json() == {"items": [], "next": None, "fixed": False}
    assert listed(house, instrument="skm-2017") == []


def test_a_page_begins_where_the_one_before_ended(house: House) -> None:
    put(house, target(), target(figure="speed"), target(employee="E002"), office_target())
    pages, after = [], None
    while True:
        page = house.get(PATH, params=QUARTER | {"limit": 1} | ({"after": after} if after else {})).json()
        pages += page["items"]
        after = page["next"]
        if after is None:
            break
    assert [(each["employee"] or each["office"], each["figure"]) for each in pages] == [
        ("E001", "index"),
        ("E001", "speed"),
        ("E002", "index"),
        ("dukcapil", "index"),
    ]


def test_a_key_of_a_part_reads_that_part_and_who_is_posted_there_and_sets_nothing(house: House) -> None:
    put(house, target(), target(employee="E002"), target(employee="E003"), office_target(), office_target("setda"))
    put(house, office_target("upt-makassar"))
    assert [unit for unit, *_ in listed(house, "reader dukcapil")] == ["E001", "dukcapil"]
    # E002 moved there, E003 works at the office below.
    assert [unit for unit, *_ in listed(house, "reader makassar")] == ["E002", "E003", "upt-makassar"]
    assert listed(house, "desa reader") == []


@pytest.mark.parametrize("part", [{"root": "dukcapil"}, {"root": None, "children": False}])
def test_whoever_answers_for_a_part_sets_no_target(house: House, part: dict[str, Any]) -> None:
    reach = Reach("kota", actor="supervisor:x", **part)
    with pytest.raises(Problem, match="out-of-scope"), house.database.writing() as session:
        put_targets(session, reach, [TargetIn(period="2026", office="dukcapil", value="80")], NOW)


def test_nobody_sets_the_own_target(house: House) -> None:
    reach = Reach("kota", None, "supervisor:x", employee="E001")
    with pytest.raises(Problem) as raised, house.database.writing() as session:
        put_targets(session, reach, [TargetIn(period="2026", employee="E001", value="80")], NOW)
    assert [(error.field, error.code) for error in raised.value.errors] == [("targets.0.employee", "about-oneself")]


@pytest.mark.long
@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        (target(period="2026-13"), "targets.1.period", "period-unknown"),
        (target(employee="E999"), "targets.1.employee", "employee-unknown"),
        (office_target("tiada"), "targets.1.office", "office-unknown"),
        (target(instrument="tiada-1"), "targets.1.instrument", "instrument-unknown"),
        (target(figure="tiada"), "targets.1.figure", "figure-unknown"),
        (target(value="25.00"), "targets.1.value", "target-out-of-range"),
        (target(value="100.01"), "targets.1.value", "target-out-of-range"),
        (target(value="88.001"), "targets.1.value", "field-invalid"),
        (target(value=88), "targets.1.value", "field-type"),
        (target(employee="E002"), "targets.1", "target-repeated"),
        (target(office="dukcapil"), "targets.1", "field-invalid"),
        (target(employee=None), "targets.1", "field-invalid"),
    ],
)
def test_one_wrong_target_and_none_is_set(house: House, wrong: dict[str, Any], field: str, code: str) -> None:
    problem(put(house, target(employee="E002"), wrong), 422, code, field)
    assert listed(house) == []


@pytest.mark.parametrize("targets", [[], [target()] * 101, None])
def test_a_request_holds_one_to_a_hundred_targets(house: House, targets: Any) -> None:
    assert house.put(PATH, {"targets": targets}, "admin").status_code == 422


def test_a_period_or_questionnaire_that_is_none_is_named(house: House) -> None:
    problem(house.get(PATH, params={"period": "2026-Q5"}), 404, "period-unknown")
    problem(house.get(PATH, params=QUARTER | {"instrument": "tiada-1"}), 404, "instrument-unknown")
