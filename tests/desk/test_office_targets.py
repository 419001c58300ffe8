"""My office shows what its targets come to so far, from what is told and nothing else."""

from collections.abc import Callable
from datetime import date

import pytest

from app.access.principals import Role
from tests.desk.browsing import Browser, text_of
from tests.house import House
from tests.people.persons import Door
from tests.ratings.visits import Visit, put

Open = Callable[[], Browser]


@pytest.mark.long
def test_targets_of_the_period_shown_and_of_those_that_run(browser: Open, door: Door, house: House) -> None:
    visits = [Visit(office="dukcapil", employee=None, rated_on=date(2026, 8, 1 + n % 28)) for n in range(60)]
    put(
        house.database, [*visits, *(Visit(office="setda", employee=None, rated_on=date(2026, 8, 3)) for _ in range(60))]
    )
    house.release(now=house.clock.now)
    sent = [
        {"period": period, "office": office, "figure": "index", "value": value}
        for period, office, value in (
            ("2026-Q3", "dukcapil", "80"),
            ("2026", "dukcapil", "99"),
            ("2026-Q4", "dukcapil", "88.25"),
            ("2026-Q3", "setda", "77.75"),
        )
    ]
    assert house.put("/v1/targets", {"targets": sent}).status_code == 200
    of_office, of_agency = browser(), browser()
    of_office.join(door, "Ani", Role.viewer, "dukcapil")
    of_agency.join(door, "Budi", Role.supervisor)
    told = text_of(of_office.go("/desk/office"))
    assert "Triwulan III 2026, Dukcapil, IKL" in told
    assert "Tahun 2026, Dukcapil, IKL" in told
    # Over the API the same, within the same reach.
    asked = {"period": "2026-Q3"}
    items = of_office.send("GET", "/v1/targets/offices", params=asked).json()["items"]
    assert {each["office"] for each in items} == {"dukcapil"}
    assert items[0]["period"] == "2026-Q3"
    targets = {each["period"]: each["reached"][0]["target"] for each in items}
    assert targets == {"2026-Q3": "80.00", "2026": "99.00", "2026-Q4": "88.25"}
    assert {each["period"] for each in items if each["reached"][0]["n"] is None} == {"2026-Q4"}
    everywhere = house.get("/v1/targets/offices", "reader", params=asked).json()["items"]
    assert {each["office"] for each in everywhere} == {"dukcapil", "setda"}
    assert house.get("/v1/targets/offices", "desa reader", params=asked).status_code == 404
    # Nothing is told of the quarter that runs.
    row = told.partition("Triwulan IV 2026, Dukcapil, IKL")[2][:60]
    assert "88,25" in row
    assert "belum dapat dipastikan" in row
    assert "77,75" not in told
    everywhere = text_of(of_agency.go("/desk/office"))
    assert "77,75" in everywhere
    # Of another quarter its own targets, and of the year that runs.
    before = text_of(of_office.go("/desk/office?period=2026-Q2"))
    assert "Tahun 2026, Dukcapil, IKL" in before
    assert "Triwulan III 2026, Dukcapil, IKL" not in before


def test_without_targets_nothing_is_said_of_them(browser: Open, door: Door, house: House) -> None:
    put(house.database, [Visit(employee=None, rated_on=date(2026, 8, 3)) for _ in range(40)])
    house.release(now=house.clock.now)
    one = browser()
    one.join(door, "Ani", Role.viewer)
    assert "SKP" not in text_of(one.go("/desk/office"))
