"""Promises in the browser: seen by supervisors and administrators, set by an administrator; real times beside them."""

from collections.abc import Callable
from datetime import date

import pytest

from app.access.principals import Role
from tests.desk.browsing import Browser, text_of
from tests.house import House
from tests.people.persons import Door
from tests.ratings.visits import Visit
from tests.ratings.visits import put as rate
from tests.standards.told import PATH, month, promise, put, tell

Open = Callable[[], Browser]
PAGE, SET = "/desk/promises", "/desk/promises/set"
GOOD = {"service": "kk", "valid_from": "2027-01", "amount": "3", "unit": "working-days", "source": "Perwal 12/2026"}


@pytest.fixture
def administrator(browser: Open, door: Door) -> Browser:
    """Somebody who administers the whole agency, and has just proved to be there."""
    one = browser()
    one.join(door, "Ani", Role.administrator)
    return one


def promised(house: House) -> list[tuple[str, str, int | None]]:
    items = house.get(PATH).json()["items"]
    return [(each["service"], each["valid_from"], each["amount"]) for each in items]


@pytest.mark.long
def test_a_promise_is_set_in_a_form_seen_in_the_list_and_ended(administrator: Browser, house: House) -> None:
    page = administrator.submit(administrator.go(PAGE), SET, **GOOD)
    assert promised(house) == [("kk", "2027-01", 3)]
    told = text_of(page)
    for words in ("3 hari kerja", "Perwal 12/2026", "Januari 2027"):
        assert words in told
    empty = {"amount": "", "unit": "", "source": ""}
    page = administrator.submit(page, SET, **(GOOD | empty | {"valid_from": "2027-06"}))
    assert promised(house) == [("kk", "2027-01", 3), ("kk", "2027-06", None)]
    assert "tidak ada" in text_of(page)
    assert "Perwal 12/2026" in administrator.send("GET", f"{PAGE}?format=csv").text


@pytest.mark.long
@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"valid_from": "Januari"}, "tidak sah"),
        ({"amount": "tiga"}, "salah"),
        ({"amount": "400"}, "1 sampai 365 hari kerja"),
        ({"unit": ""}, "jumlah, satuan, dan dokumen"),
        ({"service": "tiada"}, "layanan dengan kode ini"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form_and_nothing_is_set(
    administrator: Browser, house: House, typed: dict[str, str], said: str
) -> None:
    administrator.go(PAGE)
    response = administrator.send("POST", SET, data=GOOD | typed)
    assert response.status_code == 422
    assert said in text_of(response)
    assert "Perwal 12/2026" in response.text, "what was typed is still there"
    assert promised(house) == []


def test_a_supervisor_and_an_administrator_of_a_part_see_them_and_set_none(
    browser: Open, door: Door, house: House
) -> None:
    put(house, promise())
    for name, role, office in (("Budi", Role.supervisor, None), ("Citra", Role.administrator, "dukcapil")):
        one = browser()
        one.join(door, name, role, office)
        page = one.go(PAGE)
        assert "15 menit" in text_of(page)
        assert SET not in page.text
        assert one.send("POST", SET, data=GOOD).status_code == 403
    assert promised(house) == [("ktp-el", "2026-10", 15)]


@pytest.mark.long
def test_my_office_and_its_services_show_real_times_beside_the_answers_about_speed(
    browser: Open, door: Door, house: House
) -> None:
    supervisor = browser()
    supervisor.join(door, "Budi", Role.supervisor, "dukcapil")
    put(house, promise())
    day = date(2026, 10, 12)
    rate(house.database, [Visit(rated_on=day) for _ in range(30)])
    october = {"month": "2026-10"}
    tell(house, month((4, 40, 5, 1), **october, steps={"services": 50, "due": 4, "done": 190}))
    tell(house, month((1, 30, 0, 0), office="setda", **october))
    assert "Waktu janji" not in text_of(supervisor.go("/desk/office"))
    house.release()
    for address in ("/desk/office?period=2026-10", "/desk/services?period=2026-10"):
        told = text_of(supervisor.go(address))
        for words in ("Waktu janji dan waktu nyata", "88,00", "95,00"):
            assert words in told, (address, words)
        assert ("15 menit" in told) == ("SK Wali Kota 1/2026" in told) == ("services" in address)
        # Nothing of other offices.
        assert "91,3" not in told
    assert "Jawaban warga: Kecepatan" in text_of(supervisor.go("/desk/office?period=2026-10"))
