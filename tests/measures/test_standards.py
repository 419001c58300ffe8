"""Shares of promised times kept and of steps done: as rules over told blocks, and in `/v1/measures/offices`."""

from datetime import date
from typing import Any

import pytest

from app.disclosure.rules.standards import ToldStandards
from app.measures.rules.standards import standards
from app.standards.rules.counts import Kind
from app.standards.rules.promise import Promise, Promised, Unit, histories
from tests.house import House
from tests.ratings.visits import Visit
from tests.ratings.visits import put as rate
from tests.standards.told import month, promise, put, tell

KK = Promise("kk", "2026-01", Promised(15, Unit.minutes), "SK")
LATER = Promise("kk", "2026-11", Promised(10, Unit.minutes), "SK 2")


def block(*counts: int, kind: Kind = Kind.time, office: str | None = "a", service: str | None = "kk") -> ToldStandards:
    return ToldStandards(kind, office, service, "2026-10", "2026-12", counts)


def test_without_blocks_nothing_is_told() -> None:
    assert standards([], {}, "2026-10", "2026-12") is None


def test_a_share_counts_what_was_in_time_of_all_with_its_interval() -> None:
    found = standards([block(4, 14, 1, 1)], histories([KK, LATER]), "2026-10", "2026-12")
    assert found is not None
    assert found.time is not None
    assert (found.time.share.k, found.time.share.n, found.time.buckets) == (18, 20, None)
    assert (round(found.time.share.lower, 4), round(found.time.share.upper, 4)) == (0.699, 0.9721)
    assert found.steps is None
    [service] = found.services
    assert (service.code, service.promises, service.time, service.steps) == ("kk", (KK, LATER), found.time, None)


def test_buckets_are_told_from_thirty_on() -> None:
    found = standards([block(4, 14, 1, 1), block(10, 0, 0, 0)], {}, "2026-10", "2026-12")
    assert found
    assert found.time
    assert found.time.buckets == (14, 14, 1, 1)


def test_what_several_services_tell_together_counts_for_all_and_for_none_of_them() -> None:
    steps = block(10, 50, 45, 250, kind=Kind.steps, service=None)
    found = standards([block(4, 14, 1, 1), block(0, 0, 10, 0, service=None), steps], {}, "2026-10", "2026-12")
    assert found
    assert found.time
    assert found.steps
    assert (found.time.share.k, found.time.share.n) == (18, 30)
    assert [(each.code, each.time and each.time.share.n, each.steps, each.promises) for each in found.services] == [
        ("kk", 20, None, ())
    ]
    assert (found.steps.services, found.steps.due, found.steps.done, float(found.steps.share)) == (10, 50, 45, 0.9)
    assert found.steps.lower < 0.9 < found.steps.upper


@pytest.fixture
def told(house: House) -> House:
    """Ratings of three offices in October, and what two of them tell of promises."""
    put(house, promise(), promise("kk", amount=3, unit="working-days", source="SK 7"))
    october = {"month": "2026-10"}
    steps = {"services": 40, "due": 5, "done": 190}
    assert tell(
        house,
        month((4, 40, 5, 1), **october),
        month((9, 3, 0, 0), service="kk", **october, steps=steps),
        month((5, 0, 0, 0), office="setda", **october),
        month((0, 0, 6, 0), office="upt-makassar", **october),
        month((2, 20, 8, 0), office="upt-jayapura", **october),
    ).status_code == 200  # fmt: skip
    day = date(2026, 10, 12)
    rate(
        house.database,
        [Visit(rated_on=day, office=o, employee="E001") for o in ("dukcapil", "upt-makassar") for _ in range(30)],
    )
    house.release()
    return house


def measured(house: House, key: str = "reader", period: str = "2026-10", what: str = "offices") -> list[dict[str, Any]]:
    response = house.get(f"/v1/measures/{what}", key, params={"period": period})
    assert response.status_code == 200, response.text
    found: list[dict[str, Any]] = response.json()["rows"]
    return found


def rows(house: House, key: str = "reader", **asked: str) -> dict[str, Any]:
    return {row["code"]: row["standards"] for row in measured(house, key, **asked)}


def test_offices_tell_promised_beside_real_time(told: House) -> None:
    found = rows(told)
    assert found["upt-makassar"] is None
    # Nobody rated there, and people were served all the same.
    assert (found["upt-jayapura"]["time"]["k"], found["upt-jayapura"]["time"]["n"]) == (22, 30)
    unrated = next(row for row in measured(told) if row["code"] == "upt-jayapura")
    assert (unrated["name"], unrated["n"], unrated["suppressed"]) == ("Upt-Jayapura", None, True)
    own = found["dukcapil"]
    assert own["time"] == {
        "k": 56, "n": 62, "share": 0.9032, "lower": 0.8045, "upper": 0.9549, "buckets": [13, 43, 5, 1]
    }  # fmt: skip
    assert (own["steps"]["n"], own["steps"]["due"], own["steps"]["done"], own["steps"]["share"]) == (40, 200, 190, 0.95)
    kk, ktp = own["services"]
    assert (kk["code"], kk["name"], kk["time"]["n"], kk["time"]["buckets"], kk["steps"]["n"]) == (
        "kk",
        "KK",
        12,
        None,
        40,
    )
    assert kk["promises"] == [{"valid_from": "2026-10", "amount": 3, "unit": "working-days", "source": "SK 7"}]
    assert (ktp["code"], ktp["time"]["k"], ktp["time"]["n"], ktp["steps"]) == ("ktp-el", 44, 50, None)


def test_no_figure_is_told_of_other_months_parts_and_agencies(told: House) -> None:
    assert rows(told, "reader dukcapil") == {"dukcapil": rows(told)["dukcapil"]}
    # Of the quarter also the month counts that is told by itself.
    assert rows(told, period="2026-Q4")["dukcapil"] == rows(told)["dukcapil"]
    assert rows(told, period="2026-11") == {}
    told.release("desa")
    assert rows(told, "desa reader") == {}


def test_of_persons_nothing_is_told(told: House) -> None:
    assert rows(told, what="employees") == {"E001": None}
