"""A workbook that was sent: sealed, seen by whoever sent it alone, soon erased, imported by whom it may be."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from app.access.principals import Role
from app.desk.directory import KEY_COOKIE
from app.directory.uploads import Uploads
from app.directory.workbook.exporting import MIME_TYPE
from tests.desk.browsing import Browser, text_of, title_of
from tests.desk.directory_files import NEW, NIP, PAGE, UPLOAD, Open, admin, house, patient, rows_of, send, sheets
from tests.directory.workbooks import Lines
from tests.house import House
from tests.people.persons import Door

__all__ = ["admin", "house", "patient", "sheets"]
pytestmark = pytest.mark.usefixtures("patient")


@pytest.mark.long
def test_what_was_sent_lies_sealed_and_is_erased_after_use(
    admin: Browser, house: House, sheets: Callable[[Lines], bytes]
) -> None:
    content = sheets(NEW)
    looked = send(admin, content)
    (row,) = rows_of(house)
    assert row.state == "checked"
    key = admin.cookies[KEY_COOKIE]
    kept = (row.content, row.outcome or b"")
    for secret in (content[:200], content[-200:], NIP.encode(), b"Layanan", b"K100", key.encode()):
        assert [each for each in kept if secret in each] == []
    # Neither the workbook, packed or unpacked, nor the key lies anywhere in the database's files.
    file = Path(str(house.database.url.database))
    written = b"".join(each.read_bytes() for each in (file, file.with_name(f"{file.name}-wal")) if each.exists())
    assert row.content[:64] in written
    assert [
        secret for secret in (content[200:264], NIP.encode(), b"Dewi Rahasia", key.encode()) if secret in written
    ] == []
    admin.submit(looked, f"{UPLOAD}/import")
    (row,) = rows_of(house)
    assert row.state == "imported"
    assert len(row.content) < 100 < len(content)
    house.clock.now += timedelta(minutes=61)
    # The work that a service does every minute.
    house.services.of(Uploads).purge()
    assert rows_of(house) == []


@pytest.mark.long
def test_it_is_erased_when_it_is_thrown_away_and_after_an_hour(
    admin: Browser, house: House, sheets: Callable[[Lines], bytes]
) -> None:
    looked = send(admin, sheets(NEW))
    address = admin.at
    assert "Berkas yang Anda kirim sebelumnya" in text_of(admin.go(PAGE))
    assert title_of(admin.submit(looked, f"{UPLOAD}/erase")) == "Direktori"
    assert rows_of(house) == []
    assert admin.go(address).status_code == 404
    send(admin, sheets(NEW))
    # One of a person at a time.
    send(admin, sheets({"services": NEW["services"]}))
    assert len(rows_of(house)) == 1
    house.services.of(Uploads).purge()
    assert len(rows_of(house)) == 1


@pytest.mark.long
def test_nobody_else_sees_it(
    admin: Browser, browser: Open, door: Door, sheets: Callable[[Lines], bytes], house: House
) -> None:
    send(admin, sheets(NEW))
    address, key = admin.at, admin.cookies[KEY_COOKIE]
    for agency in ("kota", "desa"):
        other = browser()
        other.join(door, f"Orang {agency}", Role.administrator, agency=agency)
        for given in (None, key):
            if given is not None:
                other.cookies[KEY_COOKIE] = given
            assert title_of(other.go(address)) == "Berkas ini tidak ada lagi"
            assert other.send("GET", address.replace("upload", "upload/file")).status_code == 404
            response = other.send("POST", f"{UPLOAD}/import", data={"id": address.partition("=")[2]})
            assert response.status_code == 303
        other.send("POST", f"{UPLOAD}/erase")
    # Without the key, not even the same person.
    for wrong in ("", "x", "é", "A" * 43, key[:-2]):
        admin.cookies[KEY_COOKIE] = wrong.encode("ascii", "ignore").decode()
        assert admin.go(address).status_code == 404
    admin.cookies[KEY_COOKIE] = key
    assert title_of(admin.go(address)) == "Yang akan diubah buku kerja ini"
    assert [row.state for row in rows_of(house)] == ["checked"]


@pytest.mark.long
def test_without_a_fresh_proof_nothing_is_taken_sent_or_imported(
    admin: Browser, house: House, sheets: Callable[[Lines], bytes]
) -> None:
    looked = send(admin, sheets(NEW))
    house.clock.now += timedelta(minutes=11)
    page = admin.go(PAGE)
    assert "Pastikan dahulu" in text_of(page) or "/desk/confirm?to=directory" in page.text
    sent = looked.url.params["id"]
    for response, back in (
        (admin.send("GET", f"{PAGE}/file"), "directory"),
        (admin.send("POST", UPLOAD, files={"file": ("x.xlsx", sheets(NEW), MIME_TYPE)}), "directory"),
        (admin.send("POST", f"{UPLOAD}/import", data={"id": sent}), f"upload%3Fid%3D{sent}"),
    ):
        assert (response.status_code, response.headers["location"]) == (303, f"/desk/confirm?to={back}")
    assert len(rows_of(house)) == 1
    assert looked.status_code == 200


@pytest.mark.long
def test_an_administrator_of_an_office_sees_and_changes_nothing(
    browser: Open, door: Door, sheets: Callable[[Lines], bytes], house: House
) -> None:
    one = browser()
    one.join(door, "Budi", Role.administrator, "dukcapil")
    page = one.go(PAGE)
    assert "Direktori diubah oleh administrator seluruh instansi." in text_of(page)
    assert "<form class=" not in page.text
    assert one.send("GET", f"{PAGE}/file").status_code == 403
    assert one.send("POST", UPLOAD, files={"file": ("x.xlsx", sheets(NEW), MIME_TYPE)}).status_code == 403
    assert rows_of(house) == []


@pytest.mark.long
def test_nobody_imports_a_change_of_the_own_row(browser: Open, door: Door, sheets: Callable[[Lines], bytes]) -> None:
    one = browser()
    one.join(door, "Siti", Role.administrator, employee="E001")
    page = send(one, sheets({"employees": [("E001", "Siti", NIP, "Kepala", "IV/a", "dukcapil", "2020-01-01")]}))
    assert "perubahan baris Anda harus diimpor oleh orang lain" in text_of(page)
