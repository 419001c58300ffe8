"""The known fall of the demo's town, found through the whole way: sheets in the store, `GET /v1/measures/…`."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from scipy import stats

from app.demo.people import EMPLOYEE_BY_CODE
from app.demo.roster import on_duty
from app.demo.simulation import simulate
from app.demo.town import OFFICE_BY_CODE
from app.demo.truths import FALL_WEEK, FALLEN
from app.demo.weeks import WEEKS, start_of
from tests.house import House
from tests.ratings.visits import Visit, put

# Every statement here has tests beside the stores it belongs to; PostgreSQL has its turn in the campaign.
pytestmark = pytest.mark.sqlite_daily

TODAY = date(2026, 7, 1)
OFFICE = EMPLOYEE_BY_CODE[FALLEN].office
HALF_YEAR = timedelta(weeks=WEEKS)


def town(seed: int, office: str) -> Iterator[Visit]:
    """An office's sheets of a year and a half: before the half year of the fall two without it."""
    for rating in simulate(seed, TODAY):
        if rating.office != office:
            continue
        day = rating.moment.astimezone(ZoneInfo(OFFICE_BY_CODE[office].timezone)).date()
        employee = rating.employee or (rating.counter and on_duty(office, rating.counter, day))
        sheet = "".join(map(str, rating.scores))
        for age in range(3):
            if age == 0 or employee != FALLEN or day < start_of(FALL_WEEK, TODAY):
                yield Visit(office="dukcapil", rated_on=day - age * HALF_YEAR, sheet=sheet, employee=employee)


def asked(house: House, what: str, period: str = "2026-Q2", **query: str) -> dict[str, dict[str, Any]]:
    response = house.get(f"/v1/measures/{what}", params={"period": period} | query)
    assert response.status_code == 200, response.text
    return {row["code"]: row for row in response.json()["rows"]}


def weeks_from(week: str, day: date) -> int:
    """How many weeks after that day's own week the named one is."""
    year, number = week.split("-W")
    return (date.fromisocalendar(int(year), int(number), 1) - (day - timedelta(days=day.weekday()))).days // 7


@pytest.mark.campaign
def test_the_fallen_employee_is_found_within_four_weeks_and_hardly_anybody_else(house: House) -> None:
    put(house.database, list(town(2026, OFFICE)))
    house.release()
    rows = asked(house, "employees")
    fallen = rows.pop(FALLEN)["alarms"]
    assert fallen["meaning"] == "a reason to look, not a verdict"
    # Only friendliness fell, so its own chart finds it first; the index, a third as much, after one to six weeks (in
    # eight towns of other seeds).
    for drop, weeks in ((fallen["dimensions"]["friendliness"], 4), (fallen["index"], 8)):
        assert drop["state"] == "alarm"
        assert weeks_from(drop["week"], start_of(FALL_WEEK, TODAY)) in range(weeks + 1)
    assert fallen["dimensions"]["speed"] == fallen["dimensions"]["transparency"] == {"state": "no-alarm", "week": None}
    assert fallen["low_answers"] is None
    charts = [drop for row in rows.values() for drop in (row["alarms"]["index"], *row["alarms"]["dimensions"].values())]
    states = [drop["state"] for drop in charts]
    # One in 500 weeks of a chart is stated, and more than this bound in one of a thousand such tests.
    assert len(states) >= 16
    assert set(states) <= {"alarm", "no-alarm"}
    assert states.count("alarm") <= stats.poisson.ppf(0.999, 13 * len(states) / 500)
    # What is asked of her office alone is the same chart, through another statement.
    assert asked(house, "employees", office="dukcapil")[FALLEN]["alarms"] == fallen
    office = asked(house, "offices")["dukcapil"]["alarms"]
    assert office["low_answers"].keys() == {"speed", "transparency", "friendliness"}
    assert {low["state"] for low in office["low_answers"].values()} <= {"alarm", "no-alarm"}
    # The quarter before the fall knows nothing of it.
    assert asked(house, "employees", "2026-Q1")[FALLEN]["alarms"]["dimensions"]["friendliness"]["state"] == "no-alarm"


def visits(first: date, days: int, sheets: tuple[str, ...], **about: Any) -> Iterator[Visit]:
    for number in range(0, days, 7):
        for sheet in sheets:
            yield Visit(rated_on=first + timedelta(days=number), sheet=sheet, **about)


USUAL = ("444", "344", "434", "443", "333", "444", "434", "444", "343", "444")
POOR = ("222", "323", "233", "332", "222", "323", "232", "223", "333", "222")


@pytest.mark.long
def test_an_office_is_told_of_the_months_with_more_low_answers_than_usual(house: House) -> None:
    start = date(2025, 9, 1)
    told = [*visits(start, 52 * 7, USUAL), *visits(date(2026, 9, 7), 28, POOR), *visits(date(2026, 10, 5), 28, USUAL)]
    put(house.database, told)
    house.release()
    row = asked(house, "offices", "2026-Q3")["dukcapil"]
    assert row["alarms"]["low_answers"]["speed"] == {"state": "alarm", "months": ["2026-09"]}
    assert row["alarms"]["index"] == {"state": "alarm", "week": "2026-W37"}
    assert asked(house, "offices", "2026-10")["dukcapil"]["alarms"]["low_answers"]["speed"]["state"] == "no-alarm"
    assert row["channel_mix"] == {"value": None, "reason": "one-channel"}


def test_only_counted_sheets_of_this_instrument_and_agency_and_period_make_alarms(house: House) -> None:
    start, week = date(2025, 12, 1), date(2026, 9, 7)
    told = [*visits(start, 44 * 7, USUAL, employee="E001")]
    disturbing = [
        *visits(week, 21, POOR, employee="E001", held=True),
        *visits(week, 21, tuple(sheet * 3 for sheet in POOR), employee="E001", instrument="skm-2017"),
        *visits(week, 21, POOR, employee="E001", agency_id="desa"),
        *visits(date(2026, 10, 5), 21, POOR, employee="E001"),
    ]
    put(house.database, [*told, *disturbing])
    for agency in ("kota", "desa"):
        house.release(agency)
    for what, code in (("employees", "E001"), ("offices", "dukcapil")):
        assert asked(house, what, "2026-Q3")[code]["alarms"]["index"] == {"state": "no-alarm", "week": None}


def test_too_short_a_past_is_told_and_a_suppressed_unit_has_no_alarms(house: House) -> None:
    told = [
        *visits(date(2026, 9, 7), 14, USUAL, employee="E001"),
        *visits(date(2026, 9, 7), 7, USUAL[:9], employee="E002"),
        *visits(date(2026, 9, 7), 7, USUAL[:2], employee="E001", channel="mobile"),
        *visits(date(2026, 9, 7), 14, USUAL),
    ]
    put(house.database, told)
    house.release()
    rows = asked(house, "employees", "2026-09")
    assert rows["E001"]["alarms"]["index"] == {"state": "not-enough-weeks", "week": None}
    assert rows["E001"]["channel_mix"] == {"value": None, "reason": "served-by-channel-unknown"}
    assert (rows["E002"]["suppressed"], rows["E002"]["alarms"], rows["E002"]["channel_mix"]) == (True, None, None)
    office = asked(house, "offices", "2026-09")["dukcapil"]["alarms"]
    assert office["low_answers"]["speed"] == {"state": "not-enough-months", "months": []}
