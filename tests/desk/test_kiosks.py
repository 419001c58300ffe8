"""The kiosks of an agency in the browser: how they are doing, and who sees and adds which."""

from datetime import timedelta
from re import findall, search

import pytest
from sqlalchemy import text

from app.access.principals import Role
from app.devices.heartbeats import Heartbeats
from app.directory.tables import Counter
from tests.desk.browsing import Browser, facts_of, text_of
from tests.desk.kiosk_pages import ADD, Open, add, admin, kiosk_page, pair
from tests.house import House
from tests.people.persons import Door

__all__ = ["admin"]
BEAT = {"app_version": "1.2.0", "queue_depth": 3, "parked": 2, "clock_offset_ms": 900_000, "unsent_seconds": 7_200,
        "parked_codes": {"service-elsewhere": 2}, "storage": {"persisted": True, "free_bytes": 2**30}}  # fmt: skip


def later(house: House, admin: Browser, minutes: int) -> None:
    """So much later; whoever looks at a page now and then stays signed in."""
    for _ in range(minutes):
        house.clock.now += timedelta(minutes=1)
        if house.clock.now.minute % 10 == 0:
            admin.go("/desk/account")


@pytest.mark.long
def test_the_fleet_is_told_in_words_the_silent_first(admin: Browser, house: House) -> None:
    keys = {}
    for label in ("A terdengar", "B diam", "C ditunggu"):
        code = facts_of(add(admin, label=label))["Kode penghubung"]
        if label != "C ditunggu":
            keys[label] = pair(house, code)["key"]
    for key in keys.values():
        assert house.post("/v1/devices/me/heartbeat", BEAT, key).status_code == 200
    house.services.of(Heartbeats).write()
    later(house, admin, 63)
    house.post("/v1/devices/me/heartbeat", BEAT | {"clock_offset_ms": -90_000, "queue_depth": 0}, keys["A terdengar"])
    house.services.of(Heartbeats).write()
    later(house, admin, 3)
    page = admin.go("/desk/kiosks")
    lead = search(r'<p class="lead">(.*?)</p>', page.text)
    assert lead is not None
    assert lead[1] == "Kios: 3, di antaranya tidak terdengar: 1."
    assert findall(r'/desk/kiosk\?id=[^"]+">([^<]+)<', page.text) == ["B diam", "C ditunggu", "A terdengar"]
    rows = [findall(r"<td[^>]*>(.*?)</td>", row) for row in findall(r"<tr[^>]*>(.*?)</tr>", page.text)[1:]]
    assert rows[0] == [
        "! tidak terdengar", "Dukcapil, Loket 1", "ikl-1", "66 menit yang lalu", "3, yang tertua sejak 2 jam", "2",
        "terlambat 15 menit", "dijamin tersimpan",
    ]  # fmt: skip
    assert [rows[2][0], rows[2][3], rows[2][6]] == ["✓ terhubung", "3 menit yang lalu", "tepat"]
    file = admin.send("GET", "/desk/kiosks?format=csv")
    assert file.headers["content-type"].startswith("text/csv")
    assert [
        line for line in file.text.splitlines() if line.startswith("B diam;! tidak terdengar;Dukcapil, Loket 1;ikl-1;")
    ] != []
    told = text_of(kiosk_page(admin, "B diam"))
    assert "service-elsewhere: 2" in told
    assert "dijamin tersimpan, 1.024 MiB kosong" in told
    assert "periksa listrik dan jaringannya" in told


@pytest.mark.long
def test_a_supervisor_sees_the_kiosks_of_the_own_offices_and_changes_nothing(
    admin: Browser, browser: Open, door: Door, house: House
) -> None:
    with house.database.writing() as session:
        session.add(Counter(agency_id="kota", office="upt-makassar", code="loket-7", name="Loket 7", services=[]))
    page = admin.submit(admin.go("/desk/kiosks"), ADD, counter="upt-makassar/loket-7", label="Di Makassar")
    assert facts_of(page)["Berlaku sampai"] == "18 November 2026 pukul 11.15 WITA"
    pair(house, facts_of(page)["Kode penghubung"])
    pair(house, facts_of(add(admin, label="Di Dukcapil"))["Kode penghubung"])
    other = str(kiosk_page(admin, "Di Dukcapil").request.url.query, "ascii")
    house.clock.now += timedelta(minutes=61)
    head = browser()
    head.join(door, "Budi", Role.supervisor, "upt-makassar")
    listed = head.go("/desk/kiosks")
    assert "Di Makassar" in listed.text
    assert "Di Dukcapil" not in listed.text
    assert ADD not in listed.text
    assert "/desk/confirm" not in listed.text
    one = kiosk_page(head, "Di Makassar")
    assert "Akhiri" not in one.text
    assert head.send("POST", ADD, data={"counter": "upt-makassar/loket-7", "label": "x"}).status_code == 403
    assert head.send("GET", f"/desk/kiosk?{other}").status_code == 403
    # My office leads there.
    office = head.go("/desk/office")
    assert "Kios yang tidak terdengar: 1" in text_of(office)
    assert 'href="/desk/kiosks">Kios yang tidak terdengar' in office.text


@pytest.mark.long
def test_an_administrator_of_an_office_adds_no_kiosk_elsewhere(browser: Open, door: Door, house: House) -> None:
    one = browser()
    one.join(door, "Cici", Role.administrator, "upt-makassar")
    page = one.send("POST", ADD, data={"counter": "dukcapil/loket-1", "label": "x", "instrument": "ikl-1"})
    assert page.status_code == 422
    with house.database.reading() as session:
        assert session.execute(text("SELECT count(*) FROM device")).scalar_one() == 0


@pytest.mark.long
def test_a_kiosk_of_another_agency_is_none(admin: Browser, browser: Open, door: Door) -> None:
    add(admin)
    query = str(kiosk_page(admin, "Tablet pintu masuk").request.url.query, "ascii")
    foreign = browser()
    foreign.join(door, "Tetangga", Role.administrator, agency="desa")
    assert "Belum ada kios." in text_of(foreign.go("/desk/kiosks"))
    for path in ("/desk/kiosk", "/desk/kiosk/revoke"):
        assert foreign.send("GET", f"{path}?{query}").status_code == 404
    kiosk_id = query.partition("=")[2]
    for path in ("/desk/kiosk/code", "/desk/kiosk/revoke"):
        assert foreign.send("POST", path, data={"kiosk": kiosk_id}).status_code == 404
        assert foreign.send("POST", path, data={"kiosk": "x"}).status_code == 404
    assert "menunggu kode" in text_of(admin.go("/desk/kiosks"))


@pytest.mark.long
def test_a_long_fleet_comes_in_pages_and_of_many_counters_the_codes_are_typed(admin: Browser, house: House) -> None:
    with house.database.writing() as session:
        for n in range(205):
            session.add(Counter(agency_id="kota", office="setda", code=f"loket-{n}", name=f"Loket {n}", services=[]))
    for n in range(52):
        house.post("/v1/devices", {"office": "setda", "counter": f"loket-{n}", "label": f"Kios {n:03}"}, "admin")
    shown, path = [], "/desk/kiosks"
    while path:
        page = admin.go(path)
        assert len(page.content) < 40_000
        shown += findall(r">(Kios \d{3})<", page.text)
        following = findall(r'href="(/desk/kiosks\?page=\d+)">Halaman berikutnya', page.text)
        path = following[0] if following else ""
    assert sorted(shown) == [f"Kios {n:03}" for n in range(52)]
    added = admin.submit(page, ADD, counter="setda / loket-204", label="Kios terakhir")
    assert facts_of(added)["Kantor dan loket"] == "Setda, Loket 204"
