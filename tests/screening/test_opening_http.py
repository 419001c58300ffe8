"""Opening hours over HTTP, and what they do to kiosk ratings from then on."""

from datetime import timedelta
from typing import Any

import pytest

from tests.house import NOW, House, problem
from tests.screening.office import at, checked, ordinary, rows, screen, send, sheet

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

PATH = "/v1/offices/dukcapil/opening"
WEEK = [{"weekday": day, "opens": "08:00", "closes": "16:00"} for day in range(5)]


def kiosk(house: House, moment: Any) -> dict[str, Any]:
    """A sheet of the kiosk at loket-1 about E001."""
    given = sheet(house, moment, (4, 3, 4))
    return {name: value for name, value in given.items() if name not in ("office", "channel")}


@pytest.mark.long
def test_hours_hold_from_the_day_on_which_they_were_told(house: House) -> None:
    ordinary(house)
    before = NOW.date() - timedelta(days=1)
    send(house, [kiosk(house, at(before, 22))], "device")
    assert house.get(PATH).json() == {"office": "dukcapil", "since": None, "hours": []}
    told = house.put(PATH, {"hours": WEEK[::-1]}, "admin")
    assert told.json() == {"office": "dukcapil", "since": "2026-11-18", "hours": WEEK}
    house.clock.now = NOW + timedelta(days=2)
    # Telling the same again changes nothing.
    assert house.put(PATH, {"hours": WEEK}, "admin").json() == told.json() == house.get(PATH).json()
    night = [kiosk(house, at(NOW.date(), 22, minute)) for minute in range(3)]
    send(house, [*night, kiosk(house, at(NOW.date(), 15))], "device")
    assert screen(house, NOW + timedelta(days=2)) == (1, 3, 0, 0)
    [found] = house.get("/v1/findings", "supervisor").json()["items"]
    assert (found["reason"], found["from"], found["employee"], found["n"]) == ("outside-hours", "2026-11-18", "E001", 3)
    checked(house)
    assert house.put(PATH, {"hours": []}, "admin").json() == {"office": "dukcapil", "since": None, "hours": []}
    assert rows(house, "SELECT count(*) FROM audit_event WHERE action = 'opening.changed'") == [(2,)]


@pytest.mark.quiet
@pytest.mark.once
@pytest.mark.parametrize(
    "hours",
    [
        [{"weekday": 7, "opens": "08:00", "closes": "16:00"}],
        [{"weekday": 0, "opens": "8:00", "closes": "16:00"}],
        [{"weekday": 0, "opens": "16:00", "closes": "08:00"}],
        [{"weekday": 0, "opens": "08:00", "closes": "24:01"}],
        [{"weekday": 0, "opens": "08:00"}],
        [*WEEK, WEEK[0]],
        WEEK * 2,
        None,
    ],
)
def test_hours_that_cannot_be_are_refused(house: House, hours: Any) -> None:
    assert house.put(PATH, {"hours": hours}, "admin").status_code == 422


def test_an_office_that_is_not_there_or_not_in_reach_has_none(house: House) -> None:
    nowhere = "/v1/offices/tiada/opening"
    problem(house.get(nowhere), 404, "office-unknown")
    problem(house.put(nowhere, {"hours": WEEK}, "admin"), 404, "office-unknown")
    problem(house.get(PATH, "reader makassar"), 403, "out-of-scope")
    assert house.put(PATH, {"hours": WEEK}, "admin").status_code == 200
    assert house.get(PATH, "desa reader").json()["hours"] == []


def test_the_hours_of_all_offices_are_listed_in_pages_within_reach(house: House) -> None:
    house.put(PATH, {"hours": WEEK}, "admin")
    first = house.get("/v1/opening", params={"limit": 2}).json()
    rest = house.get("/v1/opening", params={"after": first["next"]}).json()
    offices = [each["office"] for page in (first, rest) for each in page["items"]]
    assert offices == sorted(offices)
    assert len(first["items"]) == 2
    assert len(offices) > 3
    known = {each["office"]: each for page in (first, rest) for each in page["items"]}
    assert known["dukcapil"] == {"office": "dukcapil", "since": "2026-11-18", "hours": WEEK}
    assert known["setda"] == {"office": "setda", "since": None, "hours": []}
    assert rest["next"] is None
    below = house.get("/v1/opening", "reader makassar").json()["items"]
    assert [each["office"] for each in below] == ["upt-jayapura", "upt-makassar"]
    # What one agency has said is not said of the other's office of the same code.
    assert {each["since"] for each in house.get("/v1/opening", "desa reader").json()["items"]} == {None}
