"""Promises are set and listed over HTTP."""

from typing import Any

import pytest

from app.access.principals import Reach
from app.directory.standards.schemas import PromiseIn
from app.directory.standards.setting import put_promises
from app.foundation.problems import Problem
from tests.house import NOW, House, problem
from tests.standards.told import PATH, month, nothing, promise, put, tell


def listed(house: House, key: str = "reader", **query: Any) -> list[tuple[str, str, int | None, str | None]]:
    response = house.get(PATH, key, params=query)
    assert response.status_code == 200, response.text
    return [(each["service"], each["valid_from"], each["amount"], each["unit"]) for each in response.json()["items"]]


def audited(house: House) -> list[tuple[str, Any, Any]]:
    items = house.get("/v1/audit", "auditor", params={"action": "promise"}).json()["items"]
    return [(each["subject"], each["detail"]["was"], each["detail"]["now"]) for each in items][::-1]


def test_promises_are_set_replaced_and_ended_and_their_history_stays(house: House) -> None:
    sent = [promise(), promise("kk", amount=3, unit="working-days")]
    assert put(house, *sent).json() == {"stored": 2, "changed": 2}
    # The same again is nothing new, nor anything to be audited.
    assert put(house, *sent).json() == {"stored": 2, "changed": 0}
    assert put(house, promise(valid_from="2027-01", amount=1, unit="hours"), nothing("kk")).json()["changed"] == 2
    # Another document for the same promise is a change, too.
    assert put(house, promise(source="SK 2/2026")).json()["changed"] == 1
    assert listed(house) == [
        ("kk", "2026-10", 3, "working-days"),
        ("kk", "2026-12", None, None),
        ("ktp-el", "2026-10", 15, "minutes"),
        ("ktp-el", "2027-01", 1, "hours"),
    ]
    assert listed(house, "queue", service="kk") == [("kk", "2026-10", 3, "working-days"), ("kk", "2026-12", None, None)]
    assert audited(house) == [
        ("ktp-el", None, "15 minutes"),
        ("kk", None, "3 working-days"),
        ("ktp-el", "15 minutes", "1 hours"),
        ("kk", "3 working-days", None),
        ("ktp-el", "15 minutes", "15 minutes"),
    ]
    assert listed(house, "desa reader") == []


def test_a_page_begins_where_the_one_before_ended(house: House) -> None:
    put(house, promise(), promise("kk"), promise(valid_from="2027-01"))
    pages, after = [], None
    while True:
        page = house.get(PATH, params={"limit": 1} | ({"after": after} if after else {})).json()
        pages += page["items"]
        after = page["next"]
        if after is None:
            break
    assert [(each["service"], each["valid_from"]) for each in pages] == [
        ("kk", "2026-10"), ("ktp-el", "2026-10"), ("ktp-el", "2027-01")
    ]  # fmt: skip


@pytest.mark.parametrize("part", [{"root": "dukcapil"}, {"root": None, "children": False}])
def test_whoever_answers_for_a_part_promises_nothing(house: House, part: dict[str, Any]) -> None:
    reach = Reach("kota", actor="administrator:x", **part)
    with pytest.raises(Problem, match="out-of-scope"), house.database.writing() as session:
        put_promises(session, reach, [PromiseIn.model_validate(promise())], NOW)


def test_promises_of_a_service_that_is_none_are_no_empty_list(house: House) -> None:
    problem(house.get(PATH, params={"service": "tiada"}), 404, "service-unknown")


def test_what_times_were_counted_by_stays(house: House) -> None:
    put(house, promise())
    assert tell(house, month()).status_code == 200
    for other in (promise(amount=20), nothing(valid_from="2026-11"), promise(valid_from="2026-11", amount=20)):
        problem(put(house, other), 422, "promise-counted", "promises.0.valid_from")
    assert put(house, promise(source="SK 9/2026"), promise(valid_from="2026-12", amount=20)).json()["changed"] == 2
    # Of another service, or another agency, nothing was counted.
    assert put(house, promise("kk", amount=20)).json()["changed"] == 1
    assert put(house, promise(amount=20), key="desa admin").json()["changed"] == 1


@pytest.mark.parametrize(
    ("wrong", "field", "code"),
    [
        (promise("tiada"), "promises.1.service", "service-unknown"),
        (promise(valid_from="2026-13"), "promises.1.valid_from", "field-invalid"),
        (promise(valid_from="2026-10-01"), "promises.1.valid_from", "field-invalid"),
        (promise(amount=0), "promises.1.amount", "field-invalid"),
        (promise(amount=25, unit="hours"), "promises.1.amount", "promise-out-of-range"),
        (promise(amount="15"), "promises.1.amount", "field-type"),
        (promise(unit="days"), "promises.1.unit", "field-invalid"),
        (promise(unit=None), "promises.1", "field-invalid"),
        (promise(source=None), "promises.1", "field-invalid"),
        (promise(source=" "), "promises.1.source", "field-invalid"),
        (promise(source="a\nb"), "promises.1.source", "field-invalid"),
        (promise("kk"), "promises.1", "promise-repeated"),
    ],
)
def test_one_wrong_promise_and_none_is_set(house: House, wrong: dict[str, Any], field: str, code: str) -> None:
    problem(put(house, promise("kk"), wrong), 422, code, field)
    assert listed(house) == []


@pytest.mark.parametrize("promises", [[], [promise()] * 31, None])
def test_a_request_holds_one_to_thirty_promises(house: House, promises: Any) -> None:
    assert house.put(PATH, {"promises": promises}, "admin").status_code == 422
