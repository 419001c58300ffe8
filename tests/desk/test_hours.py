"""Opening hours in the browser: in words, changed by administrators, seen by auditors, judged from today on."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import select

from app.access.principals import Role
from app.access.tables import AuditEvent
from app.directory.tables import Office
from tests.desk.browsing import Browser, facts_of, fields_of, text_of, title_of
from tests.house import House
from tests.people.persons import Door

Open = Callable[[], Browser]
PAGE, CHANGE = "/desk/hours/office?office=dukcapil", "/desk/hours/change"
WEEK = dict.fromkeys(("mon", "tue", "wed", "thu"), "08:00-16:00") | {"fri": "8.00 – 11.30"}


@pytest.fixture
def admin(browser: Open, door: Door) -> Browser:
    """An administrator who has just proved to be there."""
    one = browser()
    one.join(door, "Ani", Role.administrator)
    return one


def hours(house: House, agency: str = "") -> object:
    """The hours as the API tells them."""
    return house.get("/v1/offices/dukcapil/opening", f"{agency}admin").json()["hours"]


@pytest.mark.long
def test_hours_are_said_in_a_form_and_told_in_words(admin: Browser, house: House) -> None:
    listed = admin.go("/desk/hours")
    assert "belum menentukan" in text_of(listed)
    assert 'href="/desk/hours/office?office=dukcapil"' in listed.text
    page = admin.submit(admin.go(PAGE), CHANGE, **WEEK)
    # Said once, on the page that comes next.
    assert '<p class="notice" role="status">Tersimpan.</p>' in page.text
    assert "Tersimpan." not in admin.go(PAGE).text
    facts = facts_of(page)
    assert facts["Buka"] == "Senin–Kamis 08.00–16.00, Jumat 08.00–11.30"
    assert facts["Diketahui sejak"] == "18 November 2026"
    assert hours(house) == [
        *({"weekday": day, "opens": "08:00", "closes": "16:00"} for day in range(4)),
        {"weekday": 4, "opens": "08:00", "closes": "11:30"},
    ]
    assert hours(house, "desa ") == []
    assert "Senin–Kamis 08.00–16.00, Jumat 08.00–11.30" in text_of(admin.go("/desk/hours"))
    assert fields_of(page, CHANGE)["fri"] == "08.00-11.30"
    with house.database.reading() as session:
        [event] = session.exec(select(AuditEvent).where(AuditEvent.action == "opening.changed"))
    assert (event.agency_id, event.subject, event.actor.partition(":")[0]) == ("kota", "dukcapil", "administrator")
    english = admin.send("GET", PAGE, headers={"accept-language": "en"})
    assert facts_of(english)["Open"] == "Monday–Thursday 08:00–16:00, Friday 08:00–11:30"


@pytest.mark.long
def test_all_days_empty_means_that_nothing_is_known(admin: Browser, house: House) -> None:
    page = admin.submit(admin.go(PAGE), CHANGE, **WEEK)
    page = admin.submit(page, CHANGE, **dict.fromkeys(WEEK, ""))
    assert facts_of(page)["Buka"] == "belum ditentukan"
    assert hours(house) == []


def test_every_wrong_day_says_so_at_its_field_and_what_was_typed_stays(admin: Browser, house: House) -> None:
    page = admin.submit(admin.go(PAGE), CHANGE, mon="pagi", tue="16:00-08:00", wed="08:00-16:00")
    assert page.status_code == 422
    for day in ("mon", "tue"):
        assert f'href="#change-{day}"' in page.text
    assert page.text.count('aria-invalid="true"') == 2
    told = text_of(page)
    assert "seperti 08.00-16.00" in told
    assert "sebelum tutup" in told
    given = fields_of(page, CHANGE)
    assert (given["mon"], given["tue"], given["wed"], given["office"]) == (
        "pagi", "16:00-08:00", "08:00-16:00", "dukcapil"
    )  # fmt: skip
    assert hours(house) == []


@pytest.mark.long
def test_an_auditor_sees_the_hours_and_changes_none(admin: Browser, browser: Open, door: Door, house: House) -> None:
    admin.submit(admin.go(PAGE), CHANGE, **WEEK)
    auditor = browser()
    auditor.join(door, "Tono", Role.auditor)
    page = auditor.go(PAGE)
    assert facts_of(page)["Buka"] == "Senin–Kamis 08.00–16.00, Jumat 08.00–11.30"
    assert CHANGE not in page.text
    assert auditor.send("POST", CHANGE, data={"office": "dukcapil"}).status_code == 403
    assert hours(house) != []


@pytest.mark.long
def test_an_office_elsewhere_is_neither_shown_nor_changed(browser: Open, door: Door, house: House) -> None:
    one = browser()
    one.join(door, "Budi", Role.administrator, "upt-makassar")
    listed = one.go("/desk/hours")
    assert "upt-makassar" in listed.text
    assert "dukcapil" not in listed.text
    assert one.send("GET", PAGE).status_code == 403
    assert one.send("POST", CHANGE, data={"office": "dukcapil", **WEEK}).status_code == 403
    for office in ("tiada", "", "\0", "x" * 41):
        assert one.send("POST", CHANGE, data={"office": office, **WEEK}).status_code == 404
    assert one.send("GET", "/desk/hours/office?office=%00").status_code == 422
    assert hours(house) == []


@pytest.mark.long
def test_a_change_asks_for_a_fresh_proof_and_for_one_of_our_own_pages(admin: Browser, house: House) -> None:
    sent = {"office": "dukcapil", **WEEK}
    assert admin.send("POST", CHANGE, data=sent, headers={"origin": "https://evil.example"}).status_code == 403
    house.clock.now += timedelta(minutes=11)
    assert CHANGE not in admin.go(PAGE).text
    assert (
        admin.send("POST", CHANGE, data=sent).headers["location"] == "/desk/confirm?to=office-hours%3Foffice%3Ddukcapil"
    )
    assert hours(house) == []


@pytest.mark.long
def test_many_offices_come_in_pages_that_stay_small(admin: Browser, door: Door) -> None:
    with door.database.writing() as session:
        for n in range(205):
            session.add(Office(agency_id="kota", code=f"upt-x{n:03}", name=f"UPT {n:03}", timezone="Asia/Jakarta"))
    shown: list[str] = []
    for place in (1, 2, 3):
        page = admin.go(f"/desk/hours?page={place}")
        assert (title_of(page), len(page.content) < 40_000) == ("Jam buka", True)
        shown += [f"{n:03}" for n in range(205) if f"UPT {n:03} " in page.text]
    assert shown == [f"{n:03}" for n in range(205)]
    assert "Halaman berikutnya" not in page.text
    # As a file the list is whole.
    assert "UPT 000" in (whole := admin.go("/desk/hours?format=csv").text)
    assert "UPT 204" in whole
    assert admin.send("GET", "/desk/hours?page=0").status_code == 422
