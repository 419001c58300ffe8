"""How many tickets were issued, armed and spent, as far as each kind of key is told; what expired is swept."""

from datetime import timedelta

import pytest

from app.tickets.expiry import sweep_expired
from tests.house import NOW, House, problem
from tests.tickets.ticketing import NOVEMBER, arm, armed, counts, issue, redeem, rows


def test_expired_tickets_are_swept_when_nothing_late_can_come(house: House) -> None:
    armed(house, 2)
    late = timedelta(days=35)
    for days, left in ((7 + 35, 2), (7 + 36, 0)):
        sweep_expired(house.database, NOW + timedelta(days=days), late)
        assert rows(house, "SELECT count(*) FROM ticket") == [(left,)]
    assert counts(house) == [(2, 2, 0)]


@pytest.mark.long
def test_a_queue_reaches_its_own_offices_and_agency_only(house: House) -> None:
    body = {"office": "upt-makassar", "service": "kk"}
    problem(house.post("/v1/tickets", body, "queue dukcapil"), 403, "out-of-scope")
    codes = issue(house, **body)
    assert arm(house, codes, "queue dukcapil") == ["unknown"]
    assert arm(house, codes, "desa queue") == ["unknown"]
    assert arm(house, codes) == ["armed"]
    for agency_id in ("kota", "desa"):
        house.release(agency_id)
    for key in ("reader dukcapil", "queue dukcapil"):
        response = house.get("/v1/tickets/counts", key, params={"office": "upt-makassar"})
        problem(response, 403, "out-of-scope")
        assert counts(house, key, **NOVEMBER) == []
    for key in ("desa reader", "desa queue"):
        assert counts(house, key, **NOVEMBER) == []
    assert counts(house, office="setda", by="day") == [(1, 1, 0)]
    assert counts(house, **{"from": "2026-11-19"}) == []
    assert counts(house, to="2026-11-17") == []


@pytest.mark.long
def test_a_queue_is_told_fresh_counts_and_how_many_rated_in_tens(house: House) -> None:
    codes = [*armed(house, 9), *armed(house, 16)]
    for spent, told in ((9, 0), (10, 10), (19, 10), (25, 20)):
        while codes and 25 - len(codes) < spent:
            assert redeem(house, codes.pop()).status_code == 201
        for key in ("queue", "admin"):
            assert counts(house, key, by="employee") == counts(house, key, by="day") == [(25, 25, told)]
    [row] = house.get("/v1/tickets/counts", "queue").json()["items"]
    assert row["coverage"] == 0.8


@pytest.mark.long
def test_a_reader_is_told_counts_of_months_that_are_over_and_none_or_ten(house: House) -> None:
    for code in armed(house, 14)[:11]:
        assert redeem(house, code).status_code == 201
    for code in armed(house, 10, service="kk")[:9]:
        assert redeem(house, code).status_code == 201
    problem(house.get("/v1/tickets/counts", params=NOVEMBER), 404, "nothing-released")
    house.release()
    assert counts(house, "reader", **NOVEMBER) == counts(house, "auditor", **NOVEMBER) == [(24, 24, 20)]
    asked = NOVEMBER | {"by": "service"}
    assert counts(house, "reader", **asked) == [(10, 10, None), (14, 14, 11)]
    shown = house.get("/v1/tickets/counts", params=asked).json()["items"]
    assert [row["coverage"] for row in shown] == [None, 0.79]
    # Left out, the days are those of the newest period that is over.
    assert counts(house, "reader") == []
    for wrong, code in (({"by": "day"}, "cut-not-told"), ({"to": "2026-11-18"}, "not-released")):
        problem(house.get("/v1/tickets/counts", params=NOVEMBER | wrong), 422, code)
