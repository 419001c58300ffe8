"""An employee sees on My mirror what the own targets come to so far; who appraises sees it, and nobody else."""

from collections.abc import Iterator
from datetime import date

import pytest

from app.access.principals import Role
from app.directory.tables import Employee
from tests.conftest import Lend
from tests.desk.browsing import desk, text_of
from tests.desk.closed import Seat, readings, seats
from tests.house import House, problem
from tests.ratings.visits import Visit, put

PERSON = "/desk/team/person?employee="


@pytest.fixture
def house(store: str, lend: Lend) -> Iterator[House]:
    """August is told: 60 ratings of E001, 12 of E004; E002 appraises both, and nothing was closed."""
    with lend(store) as (url, keys), desk(url, keys) as opened:
        days = [date(2026, 8, 1 + n % 28) for n in range(60)]
        put(
            opened.database,
            [
                *(Visit(employee="E001", rated_on=day) for day in days),
                *(Visit(employee="E004", rated_on=day) for day in days[:12]),
            ],
        )
        with opened.database.writing() as session:
            for code in ("E001", "E004"):
                session.get_one(Employee, ("kota", code)).appraiser = "E002"
        opened.release(now=opened.clock.now)
        yield opened


def set_targets(house: House) -> None:
    sent = [
        {"period": "2026", "employee": "E001", "value": "77.75"},
        {"period": "2026", "employee": "E001", "figure": "speed", "value": "99.25"},
        {"period": "2026-Q4", "employee": "E001", "value": "81.25"},
        {"period": "2026-Q3", "employee": "E001", "value": "71.25"},
        {"period": "2026", "employee": "E004", "value": "66.25"},
        {"period": "2026", "instrument": "skm-2017", "employee": "E001", "value": "82.25"},
    ]
    assert house.put("/v1/targets", {"targets": sent}).status_code == 200


def after(told: str, title: str) -> str:
    """What stands in the row of that title."""
    assert title in told
    return told.partition(title)[2][:110]


@pytest.mark.long
def test_the_mirror_shows_the_own_targets_of_the_periods_that_run(house: House, seat: Seat) -> None:
    own = seat("Ani", Role.employee, employee="E001")
    assert "SKP" not in text_of(own.go("/desk/mirror"))
    set_targets(house)
    told = text_of(own.go("/desk/mirror"))
    row = house.get("/v1/indices?employee=E001&from=2026-01-01&to=2026-10-31").json()["rows"][0]
    index = after(told, "Tahun 2026, IKL")
    assert "77,75" in index
    assert row["index"]["value"].replace(".", ",") in index
    assert str(row["n"]) in index
    # Nothing is told of the quarter that runs; of one that is over the report tells.
    assert "belum dapat dipastikan" in after(told, "Triwulan IV 2026, IKL")
    assert "71,25" not in told
    assert "82,25" in told
    assert "66,25" not in told
    # Nobody is told of looking at oneself.
    assert readings(house) == [("reader", "E001", "indices")]


@pytest.mark.long
def test_who_appraises_sees_it_of_the_own_people_and_leaves_a_trace(house: House, seat: Seat) -> None:
    set_targets(house)
    appraiser = seat("Pak Penilai", Role.appraiser, employee="E002")
    told = text_of(appraiser.go(f"{PERSON}E001"))
    assert "77,75" in told
    # Twelve ratings: a figure with one decimal, no interval, and never a word that judges.
    few = text_of(appraiser.go(f"{PERSON}E004"))
    told_of_few = after(few, "Tahun 2026, IKL")
    assert "66,25" in told_of_few
    assert "12" in told_of_few
    assert "belum dapat dipastikan" in told_of_few
    assert readings(house) == [("appraiser", "E001", "indices"), ("appraiser", "E004", "indices")]


@pytest.mark.long
def test_nobody_else_sees_it(house: House, seat: Seat) -> None:
    set_targets(house)
    other = seat("Pak Lain", Role.appraiser, employee="E003")
    assert other.send("GET", f"{PERSON}E001").status_code == 403
    colleague = seat("Budi", Role.employee, employee="E004")
    assert "77,75" not in text_of(colleague.go("/desk/mirror"))
    assert colleague.send("GET", f"{PERSON}E001").status_code == 403
    supervisor = seat("Bu Kepala", Role.supervisor)
    assert supervisor.send("GET", f"{PERSON}E001").status_code == 403
    assert readings(house) == []


@pytest.mark.long
def test_before_anything_is_told_a_target_stands_without_a_figure(lend: Lend) -> None:
    with lend("sqlite") as (url, keys), desk(url, keys) as house, seats(house) as join:
        set_targets(house)
        own = join("Ani", Role.employee, employee="E001")
        row = after(text_of(own.go("/desk/mirror")), "Tahun 2026, IKL")
        assert "77,75" in row
        assert "belum dapat dipastikan" in row


@pytest.mark.long
def test_the_same_is_told_over_the_api_to_the_same_people(house: House, seat: Seat) -> None:
    set_targets(house)
    own = seat("Ani", Role.employee, employee="E001")
    told = own.send("GET", "/v1/targets/person").json()["items"]
    assert {each["employee"] for each in told} == {"E001"}
    through = {(each["instrument"], each["period"]): each["through"] for each in told}
    assert through.keys() == {("ikl-1", "2026-Q4"), ("ikl-1", "2026"), ("skm-2017", "2026")}
    assert set(through.values()) == {"2026-10-31"}
    year = next(each for each in told if (each["instrument"], each["period"]) == ("ikl-1", "2026"))
    assert [(each["figure"], each["target"]) for each in year["reached"]] == [("index", "77.75"), ("speed", "99.25")]
    row = house.get("/v1/indices?employee=E001&from=2026-01-01&to=2026-10-31").json()["rows"][0]
    assert year["reached"][0]["value"] == row["index"]["value"]
    before = len(readings(house))
    appraiser = seat("Pak Penilai", Role.appraiser, employee="E002")
    seen = appraiser.send("GET", "/v1/targets/person", params={"employee": "E004"}).json()["items"]
    assert [each["reached"][0]["target"] for each in seen] == ["66.25"]
    assert readings(house)[before:] == [("appraiser", "E004", "indices")]
    everybody = appraiser.send("GET", "/v1/targets/person").json()["items"]
    assert {each["employee"] for each in everybody} == {"E001", "E004"}
    assert readings(house)[before + 1 :] == [("appraiser", "E001", "indices"), ("appraiser", "E004", "indices")]
    # Nobody else: neither a colleague, nor another appraiser, nor somebody of the other agency.
    for browser, employee, code in (
        (own, "E004", "out-of-scope"),
        (own, "E999", "employee-unknown"),
        (seat("Pak Lain", Role.appraiser, employee="E003"), "E001", "out-of-scope"),
        (appraiser, "E002", "out-of-scope"),
    ):
        status = 404 if code == "employee-unknown" else 403
        problem(browser.send("GET", "/v1/targets/person", params={"employee": employee}), status, code)
    foreign = seat("Asing", Role.employee, agency="desa", employee="E001")
    assert foreign.send("GET", "/v1/targets/person").json() == {"items": []}
    assert len(readings(house)) == before + 3
