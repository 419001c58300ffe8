"""Kiosks in the browser, without JavaScript: how they are doing, adding one, its code once, a new code, ending it."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from re import findall, search
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from app.access.principals import Role
from app.desk.kiosk_words import clock, duration, sentence, storage, waiting
from app.devices.heartbeats import Heartbeats
from app.devices.rules.states import DeviceState
from app.devices.schemas import DeviceOut, StorageState
from app.directory.tables import Counter
from app.foundation.ids import new_id
from app.foundation.qr import qr_svg
from app.people.rules.channels import is_loopback_origin, page_origin
from app.reports.sections.language import language
from tests.conftest import Lend
from tests.desk.browsing import Browser, desk, facts_of, fields_of, text_of, title_of
from tests.house import NOW, House
from tests.people.persons import PASSPHRASE, Door

Open = Callable[[], Browser]
BEAT = {"app_version": "1.2.0", "queue_depth": 3, "parked": 2, "clock_offset_ms": 900_000, "unsent_seconds": 7_200,
        "parked_codes": {"service-elsewhere": 2}, "storage": {"persisted": True, "free_bytes": 2**30}}  # fmt: skip
ADD = "/desk/kiosks/add"


@pytest.fixture
def admin(browser: Open, door: Door) -> Browser:
    """An administrator who has just proved to be there."""
    one = browser()
    one.join(door, "Ani", Role.administrator)
    return one


def add(admin: Browser, label: str = "Tablet pintu masuk", **filled: str) -> httpx.Response:
    """Send the form of a new kiosk."""
    return admin.submit(admin.go("/desk/kiosks"), ADD, counter="dukcapil/loket-1", label=label, **filled)


def pair(house: House, code: str) -> dict[str, Any]:
    """What a kiosk gets for its code."""
    answer = house.post("/v1/devices/pair", {"code": code}, None)
    assert answer.status_code == 201, answer.text
    told: dict[str, Any] = answer.json()
    return told


def kiosk_page(admin: Browser, label: str) -> httpx.Response:
    """The page of one kiosk, by the link in the list."""
    found = search(rf'href="(/desk/kiosk\?id=[^"]+)">{label}<', admin.go("/desk/kiosks").text)
    assert found is not None
    return admin.go(found[1])


def later(house: House, admin: Browser, minutes: int) -> None:
    """So much later; whoever looks at a page now and then stays signed in."""
    for _ in range(minutes):
        house.clock.now += timedelta(minutes=1)
        if house.clock.now.minute % 10 == 0:
            admin.go("/desk/account")


@pytest.mark.long
def test_a_kiosk_is_added_and_its_code_pairs_a_tablet_that_rates(admin: Browser, house: House) -> None:
    assert "Belum ada kios." in text_of(admin.go("/desk/kiosks"))
    page = add(admin, instrument="skm-2017", pin="4815")
    assert title_of(page) == "Hubungkan kios sekarang"
    facts = facts_of(page)
    # Without CERMIN_PUBLIC_URL it leads to where this browser reached the service, which is this machine alone.
    assert facts["Di tablet, buka"] == "http://localhost/kiosk"
    assert "hanya sampai di komputer ini" in text_of(page)
    assert facts["Berlaku sampai"] == "18 November 2026 pukul 10.15 WIB"
    assert facts["Kantor dan loket"] == "Dukcapil, Loket 1"
    assert qr_svg(f"http://localhost/kiosk#{facts['Kode penghubung']}") in page.text
    look = findall(r'href="(/desk/kiosk\?id=[^"]+)">Lihat apakah sudah terhubung', page.text)[0]
    assert "menunggu kodenya" in text_of(admin.go(look))
    kiosk = pair(house, facts["Kode penghubung"])
    again = admin.go(look)
    assert 'data-state="paired"' in again.text
    assert "belum memberi kabar" in text_of(again)
    assert house.get("/v1/devices/me", kiosk["key"]).json()["instrument"]["id"] == "skm-2017"
    assert facts_of(again)["PIN"] == "ada"
    nine = [item["code"] for item in house.get("/v1/devices/me", kiosk["key"]).json()["instrument"]["items"]]
    sheet = house.sheet(office=None, channel=None, instrument="skm-2017", scores=dict.fromkeys(nine, 4))
    assert house.post("/v1/ratings", sheet, kiosk["key"]).json()["employee"] == "E001"


@pytest.mark.long
def test_the_code_is_shown_once_and_stands_nowhere_else(
    admin: Browser, house: House, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    page = add(admin, pin="4815")
    code = facts_of(page)["Kode penghubung"]
    assert page.request.url.path == ADD
    assert [
        address for address in findall(r'(?:href|action|src|data-\w+)="([^"]*)"', page.text) if code in address
    ] == []
    seen = [text_of(kiosk_page(admin, "Tablet pintu masuk")), admin.go("/desk/kiosks").text]
    with house.database.reading() as session:
        for table in ("audit_event", "device", "pairing"):
            seen += [str(tuple(row)) for row in session.execute(text(f"SELECT * FROM {table}"))]
    seen += [caplog.text, *capsys.readouterr(), house.get("/metrics", None).text]
    for secret in (code, code.replace("-", ""), "4815"):
        assert [each for each in seen if secret.lower() in each.lower()] == [], secret


@pytest.mark.long
def test_faults_are_told_beside_their_fields_and_what_was_typed_stays_but_the_pin(admin: Browser) -> None:
    page = add(admin, label="  ", pin="12x4")
    assert page.status_code == 422
    assert 'href="#add-pin"' in page.text
    assert 'href="#add-label"' in page.text
    assert "12x4" not in page.text
    page = add(admin, label="Tablet dua", pin="123")
    assert 'value="Tablet dua"' in page.text
    assert page.text.count('aria-invalid="true"') == 1
    for counter in ("dukcapil/tiada", "tiada/loket-1", "dukcapil", "", "a/b/c", "%00/x"):
        page = admin.submit(admin.go("/desk/kiosks"), ADD, counter=counter, label="x")
        assert page.status_code == 422, counter
        assert "Pilih loket tempat kios berada." in text_of(page), counter
        assert page.text.count('aria-invalid="true"') == 1, counter
    page = add(admin, instrument="tiada-1")
    assert page.status_code == 422
    assert 'href="#add-instrument"' in page.text


@pytest.mark.long
def test_a_kiosk_that_was_not_connected_in_time_gets_a_new_code(admin: Browser, house: House) -> None:
    first = facts_of(add(admin))["Kode penghubung"]
    house.clock.now += timedelta(minutes=16)
    listed = admin.go("/desk/kiosks")
    assert "! kode tidak dipakai pada waktunya" in text_of(listed)
    # So long ago was the proof that it is asked for anew.
    page = kiosk_page(admin, "Tablet pintu masuk")
    assert 'action="/desk/kiosk/code"' not in page.text
    refused = admin.send("POST", "/desk/kiosk/code", data={"kiosk": findall(r"id=([0-9a-f-]{36})", page.text)[0]})
    assert refused.headers["location"].startswith("/desk/confirm?to=kiosk%3Fid%3D")
    confirm(admin)
    page = kiosk_page(admin, "Tablet pintu masuk")
    ready = admin.submit(page, "/desk/kiosk/code")
    second = facts_of(ready)["Kode penghubung"]
    assert second != first
    pair(house, second)
    late = admin.send("POST", "/desk/kiosk/code", data=fields_of(page, "/desk/kiosk/code"))
    assert late.status_code == 409
    assert "sudah dihubungkan" in text_of(late)
    assert 'action="/desk/kiosk/code"' not in kiosk_page(admin, "Tablet pintu masuk").text


def confirm(admin: Browser) -> None:
    """Prove to be there."""
    admin.submit(admin.go("/desk/confirm?to=kiosks"), "/desk/confirm", passphrase=PASSPHRASE, code=admin.code())


@pytest.mark.long
def test_a_kiosk_is_ended_after_a_question_and_a_fresh_proof(admin: Browser, house: House) -> None:
    kiosk = pair(house, facts_of(add(admin))["Kode penghubung"])
    page = kiosk_page(admin, "Tablet pintu masuk")
    asking = findall(r'href="(/desk/kiosk/revoke\?id=[^"]+)"', page.text)[0]
    question = admin.go(asking)
    assert title_of(question) == "Akhiri kios ini?"
    assert "Yang belum terkirim tetap disimpannya" in text_of(question)
    house.clock.now += timedelta(minutes=11)
    sent = admin.send("POST", "/desk/kiosk/revoke", data=fields_of(question, "/desk/kiosk/revoke"))
    assert sent.headers["location"].startswith("/desk/confirm?to=kiosk-revoke%3Fid%3D")
    assert house.get("/v1/devices/me", kiosk["key"]).status_code == 200
    confirm(admin)
    for _ in range(2):
        ended = admin.submit(question, "/desk/kiosk/revoke")
        assert "Kios sudah diakhiri" in text_of(ended)
    assert house.get("/v1/devices/me", kiosk["key"]).status_code == 401
    assert "Kios sudah diakhiri" in text_of(admin.go(asking))
    assert "/desk/kiosk/revoke" not in ended.text


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


@pytest.fixture
def public(lend: Lend) -> Iterator[House]:
    """A service of which citizens know the address."""
    with lend("sqlite") as lent, desk(*lent, public_url="https://cermin.test") as opened:
        yield opened


@pytest.mark.long
def test_where_the_operator_has_said_the_address_codes_and_posters_lead_there(public: House) -> None:
    with Door.open(str(public.database.url.render_as_string(hide_password=False))) as door:
        admin = Browser(public)
        admin.join(door, "Ani", Role.administrator)
        foreign = Browser(public)
        foreign.join(door, "Tetangga", Role.supervisor, "upt-makassar")
    page = admin.submit(admin.go("/desk/kiosks"), ADD, counter="dukcapil/loket-1", label="x")
    assert facts_of(page)["Di tablet, buka"] == "https://cermin.test/kiosk"
    assert "hanya sampai" not in text_of(page)
    assert 'data-awaited="/desk/kiosk?id=' in page.text
    form = admin.go("/desk/kiosks")
    assert fields_of(form, "/desk/poster") == {"office": "dukcapil", "instrument": "ikl-1", "kind": "pdf"}
    paper = admin.send("GET", "/desk/poster?office=dukcapil&kind=pdf")
    assert (paper.content[:5], paper.headers["content-type"]) == (b"%PDF-", "application/pdf")
    assert paper.headers["content-disposition"] == 'attachment; filename="poster-dukcapil.pdf"'
    drawn = admin.send("GET", "/desk/poster?office=dukcapil&kind=svg")
    assert drawn.text == public.get("/v1/offices/dukcapil/poster", headers={"accept": "image/svg+xml"}).text
    # Of several questionnaires each has its own, and only those that anybody may answer are offered.
    assert 'value="kepercayaan-2025"' in form.text.partition('action="/desk/poster"')[2]
    assert 'value="maladministrasi-2025"' not in form.text.partition('action="/desk/poster"')[2]
    trust = admin.send("GET", "/desk/poster?office=dukcapil&instrument=kepercayaan-2025")
    assert 'filename="poster-dukcapil-kepercayaan-2025.pdf"' in trust.headers["content-disposition"]
    assert admin.send("GET", "/desk/poster?office=dukcapil&instrument=maladministrasi-2025").status_code == 422
    assert foreign.send("GET", "/desk/poster?office=dukcapil").status_code == 403
    assert foreign.send("GET", "/desk/poster?office=upt-makassar").status_code == 200
    for query, status in (("office=tiada", 404), ("office=dukcapil&kind=x", 422), ("office=%00", 422), ("", 422)):
        assert admin.send("GET", f"/desk/poster?{query}").status_code == status, query


@pytest.mark.parametrize(
    ("scheme", "host", "origin", "expected"),
    [
        ("http", "10.0.0.5:8000", "http://10.0.0.5:8000", "http://10.0.0.5:8000"),
        # A proxy passed on its own name; the browser says which it was.
        ("http", "cermin:8000", "https://Cermin.Kota.go.id", "https://cermin.kota.go.id"),
        ("https", "cermin.kota.go.id", None, "https://cermin.kota.go.id"),
        ("http", "[::1]:8000", None, "http://[::1]:8000"),
        ("http", "x", "null", "http://x"),
        ("http", "x", "javascript:alert(1)", "http://x"),
        ("http", "x", "https://a.b/path", "http://x"),
        ("http", "x", "https://a@b", "http://x"),
        ("http", "", None, None),
        ("http", "a b", None, None),
        ("http", 'a"><script>', None, None),
        ("http", "a/b#c", None, None),
        ("http", "kötä.id", None, None),
        ("ftp", "a", None, None),
    ],
)
def test_the_origin_of_a_page_is_what_the_browser_says(
    scheme: str, host: str, origin: str | None, expected: str | None
) -> None:
    assert page_origin(scheme, host, origin) == expected


def test_an_origin_of_the_machine_itself_is_known() -> None:
    for origin in ("http://localhost:8000", "http://127.0.0.1", "http://[::1]:8000", "https://a.localhost"):
        assert is_loopback_origin(origin), origin
    assert not is_loopback_origin("http://10.0.0.5:8000")


def kiosk(**told: Any) -> DeviceOut:
    """A paired kiosk that tells this of itself."""
    told = {
        "id": new_id(), "office": "o", "counter": "c", "label": "l", "instrument": "ikl-1", "has_pin": False,
        "state": DeviceState.paired, "added_at": NOW, "paired_at": NOW, "last_seen_at": None, "received_today": 0,
        "silent": False, "app_version": None, "queue_depth": None, "parked": None, "parked_codes": None,
        "clock_offset_ms": None, "unsent_seconds": None, "storage": None,
    } | told  # fmt: skip
    return DeviceOut.model_validate(told)


def test_what_a_kiosk_tells_in_words() -> None:
    tell = language("en")
    for seconds, words in ((-5, "0 seconds"), (119, "119 seconds"), (120, "2 minutes"), (7_199, "119 minutes"),
                           (7_200, "2 hours"), (172_799, "47 hours"), (172_800, "2 days")):  # fmt: skip
        assert duration(timedelta(seconds=seconds), tell) == words
    untold = kiosk()
    assert (waiting(untold, tell), clock(untold, tell), storage(untold, tell)) == (None, None, None)
    assert waiting(kiosk(queue_depth=0), tell) == "0"
    assert clock(kiosk(clock_offset_ms=119_999), tell) == clock(kiosk(clock_offset_ms=-119_999), tell) == "right"
    # The server's time minus its own: what is behind has a positive offset.
    assert clock(kiosk(clock_offset_ms=7_200_000), tell) == "2 hours slow"
    assert clock(kiosk(clock_offset_ms=-7_200_000), tell) == "2 hours fast"
    assert storage(kiosk(storage=StorageState()), tell) is None
    unsure = StorageState(persisted=False, free_bytes=0)
    assert storage(kiosk(storage=unsure), tell) == "not kept for certain, 0 MiB free"
    assert sentence(kiosk(), NOW, tell) == "It is connected and has told nothing so far."
    assert "told nothing since" in sentence(kiosk(silent=True), NOW, tell)
    assert sentence(kiosk(last_seen_at=NOW), NOW + timedelta(seconds=119), tell).endswith("last heard a moment ago.")
    assert sentence(kiosk(last_seen_at=NOW), NOW + timedelta(hours=3), tell).endswith("last heard 3 hours ago.")
