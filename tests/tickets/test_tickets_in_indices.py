"""Issued, armed, spent and coverage beside the indices, wherever they can be told."""

from typing import Any

from tests.house import House

SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}


def spend(house: House, employee: str, *, issued: int, armed: int, spent: int, service: str = "ktp-el") -> None:
    """Tickets of one person at dukcapil, some of which are armed and some spent."""
    body = {"office": "dukcapil", "service": service, "count": issued}
    codes = [each["code"] for each in house.post("/v1/tickets", body, "queue").json()["tickets"]]
    wishes = [{"ticket": code, "employee": employee} for code in codes[:armed]]
    assert house.post("/v1/tickets/arm", {"tickets": wishes}, "queue").status_code == 200
    for code in codes[:spent]:
        sheet = {"ticket": code, "id": house.new_id(), "scores": SCORES}
        assert house.post("/v1/ratings", sheet, None).status_code == 201


def told(house: House, key: str = "reader", **asked: Any) -> list[tuple[Any, ...] | None]:
    """Issued, armed, spent and coverage of each row of indices."""
    rows = house.get("/v1/indices", key, params=asked).json()["rows"]
    return [row["tickets"] and tuple(row["tickets"].values()) for row in rows]


def test_every_row_tells_its_tickets(house: House) -> None:
    spend(house, "E001", issued=20, armed=16, spent=12)
    spend(house, "E004", issued=10, armed=9, spent=9, service="kk")
    both = (30, 25, 21, 0.84)
    assert told(house) == told(house, office="dukcapil") == told(house, by="office") == [both]
    assert told(house, by="month") == told(house, by="day") == [both]
    assert told(house, by="service") == [(10, 9, 9, 1.0), (20, 16, 12, 0.75)]
    assert told(house, service="ktp-el") == [(20, 16, 12, 0.75)]
    assert told(house, office="setda", include="children") == [both]
    # Whoever reads another branch sees none of these.
    assert told(house, "reader makassar") == [(0, 0, 0, None)]
    assert told(house, "desa reader") == [(0, 0, 0, None)]
    csv = house.get("/v1/indices", headers={"accept": "text/csv"}).text
    assert csv.splitlines()[1].endswith(",30,25,21,0.84")


def test_a_persons_tickets_are_told_beside_the_persons_figures_only(house: House) -> None:
    spend(house, "E001", issued=12, armed=12, spent=10)
    spend(house, "E004", issued=12, armed=12, spent=9)
    assert told(house, by="employee") == [(12, 12, 10, 0.8333), None]
    assert told(house, employee="E001") == [(12, 12, 10, 0.8333)]
    assert told(house, employee="E004") == told(house, employee="E004", by="day") == [None]


def test_a_ticket_knows_no_channel_and_its_day_is_that_of_its_issue(house: House) -> None:
    spend(house, "E001", issued=3, armed=2, spent=1)
    assert told(house, channel="web") == told(house, by="channel") == [None]
    assert told(house, **{"from": "2026-11-01", "to": "2026-11-17"}) == [(0, 0, 0, None)]
