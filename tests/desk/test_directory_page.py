"""The directory in the browser, without JavaScript: taken along, sent in, looked at, imported; by whom it may be."""

import csv
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO, StringIO
from pathlib import Path
from re import search
from typing import Any

import httpx
import pytest
from python_calamine import CalamineWorkbook
from sqlmodel import select

from app.access.principals import Role
from app.access.tables import AuditEvent
from app.desk.directory import KEY_COOKIE
from app.directory import uploads
from app.directory.store import find_employee, find_service
from app.directory.tables import DirectoryUpload
from app.directory.uploads import Uploads
from app.directory.workbook.apart import WorkbookProcess
from app.directory.workbook.exporting import MIME_TYPE
from app.directory.workbook.routes import LARGEST
from tests.desk.browsing import Browser, text_of, title_of
from tests.directory.near import stay_near
from tests.directory.test_directory_http import BAD
from tests.directory.workbooks import Lines, with_headers, xlsx_of
from tests.house import CANARY_NIP, House
from tests.people.persons import Door

Open = Callable[[], Browser]
PAGE, UPLOAD = "/desk/directory", "/desk/directory/upload"
NIP = "199001012015011001"
NEW: Lines = {
    "services": [("baru", "Layanan <b>Baru</b>", "")],
    "employees": [("K100", "Dewi Rahasia", NIP, "", "", "setda", "2026-01-01")],
}


@pytest.fixture
def house(house: House) -> House:
    """A service that reads workbooks in its own process."""
    return stay_near(house)


@pytest.fixture
def admin(browser: Open, door: Door) -> Browser:
    """An administrator who has just proved to be there."""
    one = browser()
    one.join(door, "Ani", Role.administrator)
    return one


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, what was sent is read before its page is shown."""
    monkeypatch.setattr(uploads, "AT_ONCE", 120.0)


@pytest.fixture
def sheets(tmp_path: Path) -> Callable[[Lines], bytes]:
    """Makes workbooks."""
    return lambda lines: xlsx_of(tmp_path / "x.xlsx", with_headers(lines)).read_bytes()


def send(browser: Browser, content: bytes, name: str = "direktori.xlsx") -> httpx.Response:
    """Send a file by the form of the page, and see where that leads."""
    page = browser.go(PAGE)
    form = search(r'<form[^>]*action="/desk/directory/upload"[^>]*>', page.text)
    assert form is not None, text_of(page)
    assert 'enctype="multipart/form-data"' in form[0]
    response = browser.send("POST", UPLOAD, files={"file": (name, content, MIME_TYPE)})
    return browser.go(response.headers["location"]) if response.status_code == 303 else response


def rows_of(house: House) -> list[DirectoryUpload]:
    """What lies in the database of files that were sent."""
    with house.database.reading() as session:
        return list(session.exec(select(DirectoryUpload)))


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
@pytest.mark.parametrize("name", BAD)
def test_a_bad_file_is_told_in_words(admin: Browser, name: str) -> None:
    page = send(admin, BAD[name])
    if name == "empty":
        assert page.status_code == 422
        assert "Pilih berkas yang tidak kosong." in text_of(page)
        assert 'href="#upload-file"' in page.text
        return
    assert title_of(page) == "Buku kerja belum dapat diimpor"
    assert "direktori.xlsx" in text_of(page)


@pytest.mark.long
@pytest.mark.parametrize(
    ("body", "headers", "status"),
    [
        (b"file=x", {"content-type": "application/x-www-form-urlencoded"}, 415),
        (b"", {"content-type": "multipart/form-data"}, 422),
        (b"x", {"content-type": "multipart/form-data; boundary=y"}, 422),
        (b"--y\r\nContent-Dispo", {"content-type": "multipart/form-data; boundary=y"}, 422),
        (b"--y\r\nContent-Disposition: form-data\r\n\r\nx\r\n--y--\r\n",
         {"content-type": "multipart/form-data; boundary=y"}, 422),
        (b"--y\r\nContent-Disposition: form-data; name=other\r\n\r\nx\r\n--y--\r\n",
         {"content-type": "multipart/form-data; boundary=y"}, 422),
        (b"--y\r\n" + b"A: b\r\n" * 50 + b"\r\nx\r\n--y--\r\n",
         {"content-type": "multipart/form-data; boundary=y"}, 422),
        (b"x" * (LARGEST + 17 * 1024), {"content-type": "multipart/form-data; boundary=y"}, 413),
        (b"x", {"content-type": "multipart/form-data; boundary=" + "y" * 500}, 422),
        (b"x", {"content-type": "multipart/form-data; boundary=\xe9"}, 422),
    ],
)  # fmt: skip
def test_a_broken_form_is_told_in_words(admin: Browser, body: bytes, headers: dict[str, Any], status: int) -> None:
    raw = {name: value.encode("latin-1") for name, value in headers.items()}
    response = admin.send("POST", UPLOAD, content=body, headers=raw)
    assert (response.status_code, response.headers["content-type"][:9]) == (status, "text/html")


@pytest.mark.long
def test_a_csv_file_is_taken_by_its_name(admin: Browser) -> None:
    page = send(admin, b"code;name;family\nbaru;Baru;\n", "C:\\Berkas\\services.csv")
    assert "Layanan: 1 baru" in text_of(page)
    assert "SERVICES" not in page.text


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


@pytest.mark.long
def test_a_slow_one_says_so_and_another_look_goes_on_with_what_was_left(
    admin: Browser, house: House, sheets: Callable[[Lines], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(uploads, "AT_ONCE", 0.0)
    with house.services.of(WorkbookProcess).turn(waits=True):
        page = send(admin, sheets(NEW))
        assert title_of(page) == "Buku kerja sedang dibaca"
        assert '/desk/again.js"' in page.text
        address = admin.at
        assert f'<li><a href="{address}">Lihat lagi</a></li>' in page.text
    # Whoever comes after: the work that waited, or the one that this look begins.
    monkeypatch.setattr(uploads, "AT_ONCE", 120.0)
    deadline = 600
    while title_of(page) == "Buku kerja sedang dibaca" and deadline:
        deadline -= 1
        with house.services.of(WorkbookProcess).turn(waits=True):
            page = admin.go(address)
    assert title_of(page) == "Yang akan diubah buku kerja ini"


@pytest.mark.long
def test_what_asks_for_too_much_is_told_in_words(
    admin: Browser, house: House, sheets: Callable[[Lines], bytes]
) -> None:
    process = WorkbookProcess(house.database, ("sh", "-c", "exit 76"))
    house.put_instead(Uploads, Uploads(house.database, house.clock, process))
    page = send(admin, sheets(NEW))
    assert title_of(page) == "Buku kerja ini terlalu besar untuk halaman ini"
    (row,) = rows_of(house)
    assert (row.state, row.outcome) == ("failed", None)
    assert len(row.content) < 100


@pytest.mark.long
def test_a_broken_process_leaves_it_to_the_next_look(
    admin: Browser, house: House, sheets: Callable[[Lines], bytes]
) -> None:
    whole = house.services.of(Uploads)
    process = WorkbookProcess(house.database, ("sh", "-c", "exit 75"))
    house.put_instead(Uploads, Uploads(house.database, house.clock, process))
    page = send(admin, sheets(NEW))
    assert title_of(page) == "Buku kerja sedang dibaca"
    assert [row.state for row in rows_of(house)] == ["waiting"]
    house.put_instead(Uploads, whole)
    page = admin.go(admin.at)
    for _ in range(600):
        if title_of(page) != "Buku kerja sedang dibaca":
            break
        with house.services.of(WorkbookProcess).turn(waits=True):
            page = admin.go(admin.at)
    assert title_of(page) == "Yang akan diubah buku kerja ini"
