"""One person and month have one figure: in indices, measures and reports, whoever asks."""

from datetime import timedelta
from random import Random
from typing import Any

import pytest

from tests.closing.fixtures import key_file, office
from tests.closing.steps import OCTOBER
from tests.house import House
from tests.ratings.visits import Visit, put

__all__ = ["key_file", "office"]
pytestmark = pytest.mark.sqlite_daily
OFFICES = ("dukcapil", "upt-makassar", "upt-jayapura")
MONTH = {"from": "2026-10-01", "to": "2026-10-31"}


def figures(row: dict[str, Any] | None) -> tuple[int | None, str | None]:
    """n and the index of a row; Nones where it is suppressed."""
    if row is None or row.get("index") is None:
        return None, None
    return row["n"], row["index"]["value"]


def of_indices(house: House, by: str, key: str = "reader") -> dict[str, tuple[int | None, str | None]]:
    """By code, from `/v1/indices`."""
    rows = house.get("/v1/indices", key, params=MONTH | {"by": by}).json()["rows"]
    return {row["group"][by]: figures(row) for row in rows}


def of_measures(house: House, units: str, key: str = "reader") -> dict[str, tuple[int | None, str | None]]:
    """By code, from `/v1/measures`."""
    rows = house.get(f"/v1/measures/{units}", key, params={"period": "2026-10"}).json()["rows"]
    return {row["code"]: figures(row) for row in rows}


@pytest.fixture
def rated(house: House) -> House:
    """Persons whom one to nine rated at one office and more at another, in every mixture."""
    draw, visits = Random(11), []
    for employee in ("E001", "E002", "E003", "E004", None):
        for where in OFFICES:
            n = draw.choice((0, 3, 6, 9, 11, 25))
            visits += [
                Visit(
                    office=where,
                    employee=employee,
                    sheet=draw.choice(("444", "343", "121", "4-3")),
                    service=draw.choice(("ktp-el", "ktp-el", "skck")),
                    rated_on=OCTOBER + timedelta(days=draw.randrange(10)),
                )
                for _ in range(n)
            ]
    put(house.database, visits)
    house.release()
    return house


def test_a_person_whom_few_rated_at_each_office_has_one_figure(house: House) -> None:
    for where in ("dukcapil", "upt-makassar"):
        put(
            house.database,
            [Visit(office=where, employee="E001", sheet="343", rated_on=OCTOBER)] * 6,
            start=1_000 * OFFICES.index(where),
        )
    house.release()
    [alone] = house.get("/v1/indices", params=MONTH | {"employee": "E001"}).json()["rows"]
    assert figures(alone)[0] == 12
    assert of_measures(house, "employees")["E001"] == figures(alone)


@pytest.mark.parametrize("key", ["reader", "reader dukcapil"])
def test_indices_and_measures_count_the_same(rated: House, key: str) -> None:
    for by, units in (("employee", "employees"), ("office", "offices")):
        indices, measures = of_indices(rated, by, key), of_measures(rated, units, key)
        assert indices
        assert {code: measures.get(code) for code in indices} == indices


def test_reports_count_the_same(rated: House) -> None:
    assert rated.post("/v1/periods/2026-10/close", {}, "supervisor").status_code == 201
    indices = of_indices(rated, "employee") | of_indices(rated, "office")
    lines = rated.get("/v1/reports", "supervisor", params={"period": "2026-10"}).json()["items"]
    compared = 0
    for line in lines:
        if line["kind"] not in ("employee", "office"):
            continue
        document = rated.get(f"/v1/reports/{line['id']}", "supervisor").json()["document"]
        told = document["figures"]
        assert figures(None if told.get("suppressed") else {"n": document["n"]} | told) == indices[line["unit"]], line
        compared += 1
    assert compared >= 5
