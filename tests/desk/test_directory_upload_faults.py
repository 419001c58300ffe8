"""Workbooks that cannot be read, or not at once: bad files, broken forms, a process that fails or is slow."""

from collections.abc import Callable
from typing import Any

import pytest

from app.directory import uploads
from app.directory.uploads import Uploads
from app.directory.workbook.apart import WorkbookProcess
from app.directory.workbook.routes import LARGEST
from tests.desk.browsing import Browser, text_of, title_of
from tests.desk.directory_files import NEW, UPLOAD, admin, house, patient, rows_of, send, sheets
from tests.directory.test_directory_http import BAD
from tests.directory.workbooks import Lines
from tests.house import House

__all__ = ["admin", "house", "patient", "sheets"]
pytestmark = pytest.mark.usefixtures("patient")


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
