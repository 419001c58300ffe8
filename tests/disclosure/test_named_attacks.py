"""The attacks that told single sheets from live figures, by name: each is refused now, or tells ten and more."""

from collections import Counter
from datetime import date, timedelta
from typing import Any

import pytest

from tests.closing.steps import close, report
from tests.house import House, problem
from tests.ratings.visits import Visit, put

# On PostgreSQL in the campaign.
pytestmark = pytest.mark.sqlite_daily

FIRST = date(2026, 7, 1)
SHEETS = ("444", "434", "343", "333", "121")
RANGES = [
    ("2026-07-01", "2026-07-31"),
    ("2026-08-01", "2026-08-31"),
    ("2026-09-01", "2026-09-30"),
    ("2026-07-01", "2026-08-31"),
    ("2026-08-01", "2026-09-30"),
    ("2026-07-01", "2026-09-30"),
]
SCORES = {"speed": 4, "transparency": 3, "friendliness": 4}
PERSONS: dict[str | None, int] = {"E001": 60, "E004": 11, "E003": 7, None: 4}


@pytest.fixture
def town(house: House) -> House:
    """A quarter at one office: of one person sixty ratings, of another eleven, seven and four of nobody."""
    visits = [
        Visit(
            employee=employee,
            rated_on=FIRST + timedelta(days=(13 * number) % 92),
            sheet=SHEETS[number % len(SHEETS)],
            service=("ktp-el", "kk")[number % 2],
            channel=("kiosk", "web", "mobile")[number % 3],
        )
        for employee, n in PERSONS.items()
        for number in range(n)
    ]
    put(house.database, visits)
    house.release()
    return house


def rows(house: House, **asked: str) -> list[dict[str, Any]]:
    """The rows of an answer; none where it is refused."""
    response = house.get("/v1/indices", params=asked)
    return response.json()["rows"] if response.status_code == 200 else []


def n_of(house: House, **asked: str) -> int | None:
    """How many ratings one row counts; None where it tells nothing."""
    found = rows(house, **asked)
    return found[0]["n"] if found else None


def few(one: int | None, other: int | None) -> bool:
    """Whether the difference of two figures is about one to nine."""
    return one is not None and other is not None and 0 < abs(one - other) < 10


@pytest.mark.long
def test_moving_the_end_by_a_day(town: House) -> None:
    for days in range(1, 31):
        asked = {"employee": "E001", "from": "2026-07-01", "to": f"2026-07-{days:02}"}
        document = problem(town.get("/v1/indices", params=asked), 422, "not-released")
        assert "2026-07-01" in document["detail"]
        assert "2026-07-31" in document["detail"]


@pytest.mark.long
def test_cutting_by_service_and_channel(town: House) -> None:
    cuts = {"service": "kk", "channel": "web", "employee": "E001"}
    for one, other in (("service", "channel"), ("employee", "service"), ("employee", "channel")):
        problem(town.get("/v1/indices", params={name: cuts[name] for name in (one, other)}), 422, "cut-not-told")
        problem(town.get("/v1/indices", params={one: cuts[one], "by": other}), 422, "cut-not-told")
    problem(town.get("/v1/indices", params={"by": "day"}), 422, "cut-not-told")


@pytest.mark.long
def test_windows_come_apart_by_their_ends(town: House) -> None:
    for asked in ({}, {"employee": "E001"}, {"service": "kk"}, {"channel": "web"}, {"office": "dukcapil"}):
        july, august, september, first_two, last_two, whole = (
            n_of(town, **asked, **{"from": first, "to": last}) or 0 for first, last in RANGES
        )
        for parts, together in (
            ((july, august), first_two),
            ((august, september), last_two),
            ((july, last_two), whole),
            ((first_two, september), whole),
        ):
            # What a window leaves of another one is nothing, or ten and more.
            assert not few(together, sum(parts))
            assert not any(few(together, part) for part in parts if part)


def test_an_office_minus_its_colleagues(town: House) -> None:
    quarter = {"from": "2026-07-01", "to": "2026-09-30"}
    office = n_of(town, office="dukcapil", **quarter)
    persons = [row["n"] for row in rows(town, by="employee", **quarter) if not row["suppressed"]]
    assert office == sum(PERSONS.values())
    assert persons
    assert not few(office, sum(persons))
    assert not any(few(office, each) for each in persons)


def test_polling(town: House) -> None:
    asked = {"from": "2026-07-01", "to": "2026-09-30"}
    before = town.get("/v1/indices", params=asked)
    for number in range(9):
        put(town.database, [Visit(employee="E001", rated_on=FIRST, sheet="111")], start=1_000 + number)
        if number % 3 == 0:
            town.release()
        after = town.get("/v1/indices", params=asked).json()
        # What waits is told as "<10", whether it is one or nine.
        assert {**after, "release": 0, "released_at": 0, "rows": 0} == {
            **before.json(),
            "release": 0,
            "released_at": 0,
            "rows": 0,
        }
        [row], [first] = after["rows"], before.json()["rows"]
        assert {**row, "waiting": None} == {**first, "waiting": None}
        assert row["waiting"] in (None, "<10")


@pytest.mark.long
def test_a_quarter_minus_its_months(town: House) -> None:
    for asked in ({}, {"employee": "E001"}, {"employee": "E004"}, {"service": "ktp-el"}, {"channel": "kiosk"}):
        months = [n_of(town, **asked, **{"from": first, "to": last}) or 0 for first, last in RANGES[:3]]
        whole = n_of(town, **asked, **{"from": "2026-07-01", "to": "2026-09-30"})
        assert not few(whole, sum(months))


def test_indices_minus_measures(town: House) -> None:
    quarter = {"from": "2026-07-01", "to": "2026-09-30"}
    measured = town.get("/v1/measures/employees", params={"period": "2026-Q3"}).json()["rows"]
    figures = {row["group"]["employee"]: row["n"] for row in rows(town, by="employee", **quarter)}
    assert {row["code"]: row["n"] for row in measured} == figures
    offices = town.get("/v1/measures/offices", params={"period": "2026-Q3"}).json()["rows"]
    assert {row["code"]: row["n"] for row in offices} == {
        row["group"]["office"]: row["n"] for row in rows(town, by="office", **quarter)
    }


def test_live_figures_minus_the_report(town: House) -> None:
    close(town, "2026-Q3")
    reported = report(town, "E001", period="2026-Q3")["document"]["figures"]["n"]
    put(town.database, [Visit(employee="E001", rated_on=FIRST, sheet="111")] * 9, start=2_000)
    town.release()
    live = n_of(town, employee="E001", **{"from": "2026-07-01", "to": "2026-09-30"})
    assert live == reported


@pytest.mark.long
def test_ticket_counts_by_employee(town: House) -> None:
    codes = town.post("/v1/tickets", {"office": "dukcapil", "service": "ktp-el", "count": 30}, "queue").json()
    wishes = [{"ticket": each["code"], "employee": "E001"} for each in codes["tickets"]]
    assert town.post("/v1/tickets/arm", {"tickets": wishes}, "queue").status_code == 200
    seen: Counter[int] = Counter()
    for each in codes["tickets"]:
        sheet = {"ticket": each["code"], "id": town.new_id(), "scores": SCORES}
        assert town.post("/v1/ratings", sheet, None).status_code == 201
        [fresh] = town.get("/v1/tickets/counts", "queue", params={"by": "employee"}).json()["items"]
        seen[fresh["spent"]] += 1
    assert seen == {0: 9, 10: 10, 20: 10, 30: 1}
    # Readers see months that are over, and only them.
    asked = {"by": "employee", "from": "2026-11-18", "to": "2026-11-18"}
    problem(town.get("/v1/tickets/counts", params=asked), 422, "not-released")
    problem(town.get("/v1/tickets/counts", params={"by": "day"}), 422, "cut-not-told")
