"""A kiosk in the browser, without JavaScript: added, its code shown once, a new code, ended."""

from datetime import timedelta
from re import findall

import pytest
from sqlalchemy import text

from app.foundation.qr import qr_svg
from tests.desk.browsing import Browser, facts_of, fields_of, text_of, title_of
from tests.desk.kiosk_pages import ADD, add, admin, confirm, kiosk_page, pair
from tests.house import House

__all__ = ["admin"]


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
