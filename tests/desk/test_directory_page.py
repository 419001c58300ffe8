"""The directory in the browser, without JavaScript: taken along, sent in, looked at, imported."""

import csv
from collections.abc import Callable
from io import BytesIO, StringIO
from re import search

import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import select

from app.access.tables import AuditEvent
from app.directory.store import find_employee, find_service
from app.directory.workbook.exporting import MIME_TYPE
from tests.desk.browsing import Browser, text_of, title_of
from tests.desk.directory_files import NEW, NIP, PAGE, UPLOAD, admin, house, patient, send, sheets
from tests.directory.workbooks import Lines
from tests.house import CANARY_NIP, House

__all__ = ["admin", "house", "patient", "sheets"]
pytestmark = pytest.mark.usefixtures("patient")


@pytest.mark.long
def test_it_says_what_there_is_and_who_imported_last(admin: Browser, sheets: Callable[[Lines], bytes]) -> None:
    page = admin.go(PAGE)
    assert title_of(page) == "Direktori"
    told = text_of(page)
    assert "Pegawai di direktori: 4." in told
    assert "Belum ada buku kerja yang diimpor." in told
    looked = send(admin, sheets(NEW))
    admin.submit(looked, f"{UPLOAD}/import")
    told = text_of(admin.go(PAGE))
    assert "Pegawai di direktori: 5." in told
    assert "Impor terakhir" in told
    assert "Diimpor oleh Ani" in told


@pytest.mark.long
def test_it_is_taken_along_as_a_workbook(admin: Browser, house: House) -> None:
    response = admin.send("GET", f"{PAGE}/file")
    assert response.headers["content-type"] == MIME_TYPE
    with CalamineWorkbook.from_filelike(BytesIO(response.content)) as book:
        assert CANARY_NIP in str(book.get_sheet_by_name("employees").to_python())
    with house.database.reading() as session:
        (event,) = session.exec(select(AuditEvent).where(AuditEvent.action == "directory.exported")).all()
    assert event.actor.startswith("administrator:")
    template = admin.send("GET", f"{PAGE}/template")
    assert template.content.startswith(b"PK")


@pytest.mark.long
def test_it_is_looked_at_in_words_and_then_imported(
    admin: Browser, house: House, sheets: Callable[[Lines], bytes]
) -> None:
    looked = send(admin, sheets(NEW))
    assert title_of(looked) == "Yang akan diubah buku kerja ini"
    told = text_of(looked)
    assert "Layanan: 1 baru, 0 berubah." in told
    assert "Pegawai: 1 baru, 0 berubah." in told
    assert "Layanan <b>Baru</b>" in told
    assert "<b>Baru" not in looked.text
    # Of a person only what the directory has by now.
    assert "K100" in told
    assert [secret for secret in (NIP, "Dewi") if secret in looked.text] == []
    with house.database.reading() as session:
        assert find_employee(session, "kota", "K100") is None
    done = admin.submit(looked, f"{UPLOAD}/import")
    assert title_of(done) == "Buku kerja sudah diimpor"
    with house.database.reading() as session:
        person = find_employee(session, "kota", "K100")
        (event,) = session.exec(select(AuditEvent).where(AuditEvent.action == "directory.imported")).all()
    assert person is not None
    assert (person.name, person.nip) == ("Dewi Rahasia", NIP)
    assert event.actor.startswith("administrator:")
    assert event.detail["employees"] == {"new": 1, "changed": 0, "unchanged": 0}
    # Once more it changes nothing.
    assert title_of(send(admin, sheets(NEW))) == "Buku kerja tidak mengubah apa pun"


@pytest.mark.long
def test_faults_are_listed_with_what_belongs_there(admin: Browser, sheets: Callable[[Lines], bytes]) -> None:
    wrong: Lines = {
        "services": [("baru", "", "")],
        "employees": [("K100", "Dewi", "19850312", "", "", "tiada", "2026-01-01")],
    }
    page = send(admin, sheets(wrong))
    assert title_of(page) == "Buku kerja belum dapat diimpor"
    told = text_of(page)
    assert "services 2 name wajib diisi Wajib. Nama layanan." in told
    assert "employees 2 nip NIP terdiri atas tepat 18 angka" in told
    assert "Ada yang perlu diperbaiki di dalamnya: 2." in told
    english = text_of(admin.go(f"{admin.at}&lang=en"))
    assert "services 2 name a value is required Required. Name of the service." in english
    assert f'action="{UPLOAD}/import"' not in page.text


@pytest.mark.long
def test_very_many_faults_are_all_in_the_file(admin: Browser, sheets: Callable[[Lines], bytes]) -> None:
    page = send(admin, sheets({"services": [("KK", "=1+1", "")] * 250}))
    assert "100 yang pertama dari 250 kesalahan" in text_of(page)
    assert len(page.content) < 60_000
    link = search(r'href="(/desk/directory/upload/file[^"]*)"', page.text)
    assert link is not None
    response = admin.send("GET", link[1])
    assert response.headers["content-type"].startswith("text/csv")
    lines = list(csv.reader(StringIO(response.content.decode("utf-8-sig")), delimiter=";"))
    assert lines[0] == ["Lembar", "Baris", "Kolom", "Apa yang salah", "Yang seharusnya di sana"]
    assert len(lines) == 251
    assert [line[1] for line in lines[1:]] == [str(row) for row in range(2, 252)]


@pytest.mark.long
def test_very_many_changes_are_all_in_the_file(admin: Browser, sheets: Callable[[Lines], bytes]) -> None:
    page = send(admin, sheets({"services": [(f"s-{n}", "=1+1", "") for n in range(60)]}))
    assert "25 yang pertama dari 60" in text_of(page)
    link = search(r'href="(/desk/directory/upload/file[^"]*)"', page.text)
    assert link is not None
    text = admin.send("GET", link[1]).content.decode("utf-8-sig")
    assert len(text.splitlines()) == 61
    assert "'=1+1" in text


@pytest.mark.long
def test_a_csv_file_is_taken_by_its_name(admin: Browser) -> None:
    page = send(admin, b"code;name;family\nbaru;Baru;\n", "C:\\Berkas\\services.csv")
    assert "Layanan: 1 baru" in text_of(page)
    assert "SERVICES" not in page.text


@pytest.mark.long
def test_where_the_directory_has_changed_it_is_looked_at_again(
    admin: Browser, house: House, sheets: Callable[[Lines], bytes]
) -> None:
    looked = send(admin, sheets(NEW))
    other = sheets({"services": [("baru", "Dahulu", ""), ("lain", "Lain", "")]})
    response = house.request("POST", "/v1/directory", "admin", content=other, headers={"content-type": MIME_TYPE})
    assert response.json()["imported"] is True
    again = admin.submit(looked, f"{UPLOAD}/import")
    assert "Direktori sudah berubah sejak Anda memeriksa" in text_of(again)
    assert "Layanan: 0 baru, 1 berubah." in text_of(again)
    with house.database.reading() as session:
        assert find_employee(session, "kota", "K100") is None
    assert title_of(admin.submit(again, f"{UPLOAD}/import")) == "Buku kerja sudah diimpor"
    with house.database.reading() as session:
        service = find_service(session, "kota", "baru")
    assert service is not None
    assert service.name == "Layanan <b>Baru</b>"
