"""Targets in the browser: seen by supervisors and administrators, set by whoever answers for the whole agency."""

from collections.abc import Callable
from typing import Any

import pytest

from app.access.principals import Role
from tests.desk.browsing import Browser, text_of
from tests.house import House
from tests.people.persons import Door

Open = Callable[[], Browser]
PAGE, SET = "/desk/targets", "/desk/targets/set"


@pytest.fixture
def supervisor(browser: Open, door: Door) -> Browser:
    """Somebody who answers for the whole agency, is in its directory, and has just proved to be there."""
    one = browser()
    one.join(door, "Ani", Role.supervisor, employee="E001")
    return one


def set_so_far(house: House, period: str = "2026-Q4") -> list[tuple[str, str, str]]:
    items = house.get("/v1/targets", params={"period": period}).json()["items"]
    return [(each["office"] or each["employee"], each["figure"], each["value"]) for each in items]


@pytest.mark.long
def test_a_target_is_set_in_a_form_seen_in_the_list_and_taken_away(supervisor: Browser, house: House) -> None:
    # The quarter that runs, unless another one is named.
    empty = supervisor.go(PAGE)
    assert "Triwulan IV 2026" in text_of(empty)
    page = supervisor.submit(empty, SET, employee="E002", figure="speed", value="90,5")
    assert set_so_far(house) == [("E002", "speed", "90.50")]
    told = text_of(page)
    assert "E002" in told
    assert "90,50" in told
    page = supervisor.submit(page, SET, office="dukcapil", value="88")
    assert set_so_far(house) == [("E002", "speed", "90.50"), ("dukcapil", "index", "88.00")]
    supervisor.submit(page, SET, employee="E002", figure="speed", value="")
    assert set_so_far(house) == [("dukcapil", "index", "88.00")]
    other = supervisor.go(f"{PAGE}?period=2027&instrument=skm-2017")
    supervisor.submit(other, SET, office="setda", value="80")
    items = house.get("/v1/targets", params={"period": "2027", "instrument": "skm-2017"}).json()["items"]
    assert [each["office"] for each in items] == ["setda"]
    csv = supervisor.send("GET", f"{PAGE}?format=csv")
    assert "dukcapil" in csv.text


@pytest.mark.long
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"employee": "E001", "value": "88"}, "Tidak seorang pun"),
        ({"employee": "E999", "value": "88"}, "kode ini"),
        ({"office": "dukcapil", "value": "banyak"}, "paling banyak dua desimal"),
        ({"office": "dukcapil", "value": "25"}, "di atas jawaban terendah"),
        ({"office": "dukcapil", "employee": "E002", "value": "88"}, "hanya untuk salah satunya"),
        ({"value": "88"}, "hanya untuk salah satunya"),
    ],
)
def test_what_is_wrong_is_said_at_the_form_and_nothing_is_set(
    supervisor: Browser, house: House, typed: dict[str, Any], said: str
) -> None:
    page = supervisor.submit(supervisor.go(PAGE), SET, **typed)
    assert page.status_code == 422
    assert said in text_of(page)
    assert set_so_far(house) == []


@pytest.mark.long
def test_whoever_answers_for_a_part_sees_that_part_and_has_no_form(
    browser: Open, door: Door, supervisor: Browser, house: House
) -> None:
    page = supervisor.submit(supervisor.go(PAGE), SET, employee="E003", value="88")
    supervisor.submit(page, SET, office="dukcapil", value="88")
    one = browser()
    one.join(door, "Budi", Role.supervisor, "dukcapil")
    seen = one.go(PAGE)
    assert "dukcapil" in text_of(seen)
    assert "E003" not in text_of(seen)
    assert SET not in seen.text
    sent = {"period": "2026-Q4", "instrument": "ikl-1", "office": "dukcapil", "value": "70"}
    assert one.send("POST", SET, data=sent).status_code == 403
    assert len(set_so_far(house)) == 2


@pytest.mark.long
def test_a_period_that_is_none_is_said_so(supervisor: Browser) -> None:
    assert supervisor.send("GET", f"{PAGE}?period=2026-Q5").status_code == 404
    assert supervisor.send("GET", f"{PAGE}?instrument=tiada-1").status_code == 404
