"""Issued, armed, spent and coverage beside the indices, wherever they can be told."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from tests.house import House
from tests.ratings.visits import Visit, put

NOVEMBER = {"from": "2026-11-01", "to": "2026-11-30"}
SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}


def spend(house: House, employee: str, *, issued: int, armed: int, spent: int, service: str = "ktp-el") -> list[str]:
    """Tickets of one person at dukcapil, some of which are armed and the first of them spent."""
    body = {"office": "dukcapil", "service": service, "count": issued}
    codes = [each["code"] for each in house.post("/v1/tickets", body, "queue").json()["tickets"]]
    wishes = [{"ticket": code, "employee": employee} for code in codes[:armed]]
    assert house.post("/v1/tickets/arm", {"tickets": wishes}, "queue").status_code == 200
    rate(house, codes[:spent])
    return codes


def rate(house: House, codes: Sequence[str]) -> None:
    """Spend these tickets."""
    for code in codes:
        sheet = {"ticket": code, "id": house.new_id(), "scores": SCORES}
        assert house.post("/v1/ratings", sheet, None).status_code == 201


def told(house: House, key: str = "reader", **asked: Any) -> list[tuple[Any, ...] | None]:
    """Issued, armed, spent and coverage of each row of indices about November."""
    rows = house.get("/v1/indices", key, params=NOVEMBER | asked).json()["rows"]
    return [row["tickets"] and tuple(row["tickets"].values()) for row in rows]


@pytest.mark.long
def test_every_row_tells_its_tickets(house: House) -> None:
    spend(house, "E001", issued=20, armed=16, spent=12)
    spend(house, "E004", issued=20, armed=12, spent=10, service="kk")
    house.release()
    house.release("desa")
    both = (40, 28, 22, 0.79)
    assert told(house) == told(house, office="dukcapil") == told(house, by="office") == [both]
    assert told(house, by="month") == [both]
    assert told(house, by="service") == [(20, 12, 10, 0.83), (20, 16, 12, 0.75)]
    assert told(house, service="ktp-el") == [(20, 16, 12, 0.75)]
    assert told(house, office="setda", include="children") == [both]
    # Whoever reads another branch sees none of these.
    assert told(house, "reader makassar") == [None]
    assert told(house, "desa reader") == [None]
    csv = house.get("/v1/indices", params=NOVEMBER, headers={"accept": "text/csv"}).text
    assert csv.splitlines()[1].endswith(",40,28,22,0.79")


@pytest.mark.long
def test_one_to_nine_tickets_are_not_told(house: House) -> None:
    spend(house, "E001", issued=20, armed=15, spent=9)
    put(house.database, [Visit(employee="E001", channel="web")] * 10)
    house.release()
    assert told(house) == [(20, 15, None, None)]
    assert told(house, by="employee") == [(15, 15, None, None)]


@pytest.mark.long
def test_a_persons_tickets_are_told_beside_the_persons_figures_only(house: House) -> None:
    spend(house, "E001", issued=14, armed=14, spent=12)
    spend(house, "E004", issued=12, armed=12, spent=9)
    house.release()
    assert told(house, by="employee") == [(14, 14, 12, 0.86), None]
    assert told(house, employee="E001") == [(14, 14, 12, 0.86)]
    assert told(house, employee="E004") == told(house, employee="E004", by="month") == [None]


@pytest.mark.long
def test_a_ticket_knows_no_channel_and_its_month_is_that_of_its_issue(house: House) -> None:
    house.clock.now += timedelta(days=10)
    codes = spend(house, "E001", issued=30, armed=25, spent=10)
    house.clock.now += timedelta(days=3)
    rate(house, codes[10:20])
    house.release()
    assert told(house) == [(30, 25, 20, 0.8)]
    assert told(house, channel="web") == told(house, by="channel") == [None]
    december = {"from": "2026-12-01", "to": "2026-12-31"}
    assert [row["n"] for row in house.get("/v1/indices", params=december).json()["rows"]] == [10]
    assert told(house, **december) == [(0, 0, 0, None)]
