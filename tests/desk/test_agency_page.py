"""The agency's page: name and period, changed by who answers for the whole of it, and what is still to do."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlmodel import col, select

from app.access.principals import Role
from app.access.tables import AuditEvent
from app.desk.navigation import PAGES
from app.desk.next_steps import DIRECTORY, KIOSKS
from app.directory.tables import Agency
from tests.desk.browsing import Browser, facts_of, text_of, title_of
from tests.house import House
from tests.people.persons import Door

Open = Callable[[], Browser]


@pytest.fixture
def admin(browser: Open, door: Door) -> Browser:
    """An administrator who has just proved to be there."""
    one = browser()
    one.join(door, "Ani", Role.administrator)
    return one


def agency_rows(house: House) -> dict[str, tuple[str, int]]:
    """Name and period of every agency."""
    with house.database.reading() as session:
        return {row.agency_id: (row.name, row.period_months) for row in session.exec(select(Agency))}


def actions(house: House, agency_id: str = "kota") -> list[tuple[str, str]]:
    """What was done to the agency itself: action and the kind of who did it."""
    with house.database.reading() as session:
        query = select(AuditEvent).where(AuditEvent.agency_id == agency_id, col(AuditEvent.action).like("agency.%"))
        return [(each.action, each.actor.partition(":")[0]) for each in session.exec(query)]


@pytest.mark.long
def test_name_and_period_are_changed_with_a_trace_and_of_this_agency_alone(admin: Browser, house: House) -> None:
    page = admin.go("/desk/agency")
    assert "Angka instansi ini disampaikan per triwulan." in text_of(page)
    version = version_of(house)
    page = admin.submit(page, "/desk/agency/name", name=" Kota Baru ")
    assert (title_of(page), facts_of(page)["Nama instansi"]) == ("Kota Baru", "Kota Baru")
    # Kiosks see by it that there is something new.
    assert version_of(house) != version
    page = admin.submit(page, "/desk/agency/period", period="month")
    assert facts_of(page)["Angka disampaikan"] == "per bulan"
    assert agency_rows(house) == {"kota": ("Kota Baru", 1), "desa": ("desa", 3)}
    # The same again is no change.
    admin.submit(admin.submit(page, "/desk/agency/name"), "/desk/agency/period")
    assert actions(house) == [("agency.renamed", "administrator"), ("agency.period", "administrator")]
    assert actions(house, "desa") == []


def version_of(house: House) -> str:
    """The version of the directory."""
    with house.database.reading() as session:
        return str(session.get_one(Agency, "kota").directory_version)


@pytest.mark.long
@pytest.mark.parametrize(
    ("path", "sent", "told"),
    [
        ("/desk/agency/name", {"name": ""}, "1 sampai 200"),
        ("/desk/agency/name", {"name": "K" * 201}, "1 sampai 200"),
        ("/desk/agency/name", {"name": "Kota\0"}, "1 sampai 200"),
        ("/desk/agency/name", {"name": "Kota 198503122010012004"}, "tidak boleh memuat NIP"),
        ("/desk/agency/period", {"period": "year"}, "Pilih triwulan atau bulan"),
        ("/desk/agency/period", {"x": "1"}, "Pilih triwulan atau bulan"),
    ],
)
def test_what_is_wrong_is_told_at_the_field_and_changes_nothing(
    admin: Browser, house: House, path: str, sent: dict[str, str], told: str
) -> None:
    page = admin.send("POST", path, data=sent)
    assert page.status_code == 422
    assert told in text_of(page)
    field = path.rpartition("/")[2]
    assert f'href="#{field}-{field}"' in page.text
    assert agency_rows(house)["kota"] == ("kota", 3)


@pytest.mark.long
def test_who_has_a_part_of_the_agency_sees_it_and_changes_nothing(browser: Open, door: Door, house: House) -> None:
    one = browser()
    one.join(door, "Budi", Role.administrator, "dukcapil")
    page = one.go("/desk/agency")
    assert "seluruh instansi" in text_of(page)
    assert "<form" not in page.text.partition("<main")[2]
    for path in ("/desk/agency/name", "/desk/agency/period"):
        assert one.send("POST", path, data={"name": "Kota Baru", "period": "month"}).status_code == 403
    assert agency_rows(house)["kota"] == ("kota", 3)


@pytest.mark.long
def test_a_change_asks_for_a_fresh_proof_and_for_one_of_our_own_pages(admin: Browser, house: House) -> None:
    for path in ("/desk/agency/name", "/desk/agency/period"):
        sent = {"name": "Kota Baru", "period": "month"}
        assert admin.send("POST", path, data=sent, headers={"origin": "https://evil.example"}).status_code == 403
    house.clock.now += timedelta(minutes=11)
    page = admin.go("/desk/agency")
    assert "/desk/confirm?to=agency" in page.text
    for path in ("/desk/agency/name", "/desk/agency/period"):
        assert 'action="' + path not in page.text
        response = admin.send("POST", path, data={"name": "Kota Baru", "period": "month"})
        assert response.headers["location"] == "/desk/confirm?to=agency"
    assert agency_rows(house)["kota"] == ("kota", 3)


@pytest.mark.long
def test_what_is_still_to_do_leads_to_its_page_until_it_is_done(admin: Browser, door: Door, house: House) -> None:
    page = admin.go("/desk/agency")
    known = {entry.address for entry in PAGES[Role.administrator]}
    for address, waits in (
        ("/desk/hours", True),
        (KIOSKS, KIOSKS in known),
        (DIRECTORY, False),
        ("/desk/people", True),
    ):
        tasks = page.text.partition('<ul class="tasks">')[2].partition("</ul>")[0]
        assert (f'href="{address}"' in tasks) == waits, address
    house.put("/v1/offices/dukcapil/opening", {"hours": [{"weekday": 0, "opens": "08:00", "closes": "16:00"}]}, "admin")
    door.invite("Budi", Role.viewer)
    tasks = admin.go("/desk/agency").text.partition('<ul class="tasks">')[2].partition("</ul>")[0]
    assert "/desk/hours" not in tasks
    assert "/desk/people" not in tasks


@pytest.mark.long
def test_the_first_rating_that_counts_is_told_and_that_of_another_agency_is_none(admin: Browser, house: House) -> None:
    def told() -> tuple[bool, bool]:
        shown = text_of(admin.go("/desk/agency"))
        return "Beri penilaian pertama di kios" in shown, "Penilaian pertama sudah masuk dan dihitung." in shown

    # First a kiosk is connected.
    assert told() == (False, False)
    device = {"office": "dukcapil", "counter": "loket-1", "label": "Tablet"}
    kiosk = house.post("/v1/devices/pair", {"code": house.post("/v1/devices", device, "admin").json()["code"]}, None)
    assert told() == (True, False)
    assert house.post("/v1/ratings", house.sheet(), "desa app").status_code == 201
    assert told() == (True, False)
    sheet = house.sheet(office=None, channel=None)
    assert house.post("/v1/ratings", sheet, kiosk.json()["key"]).status_code == 201
    assert told() == (False, True)


@pytest.mark.long
def test_where_something_can_be_rated_an_administrator_lands_on_people(admin: Browser) -> None:
    # Where nothing can: test_setup.py.
    assert title_of(admin.go("/desk")) == "Orang dan peran"
