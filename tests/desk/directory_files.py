"""The page of the directory, an administrator at it, and workbooks that are sent by its form."""

from collections.abc import Callable
from pathlib import Path
from re import search

import httpx
import pytest
from sqlmodel import select

from app.access.principals import Role
from app.directory import uploads
from app.directory.tables import DirectoryUpload
from app.directory.workbook.exporting import MIME_TYPE
from tests.desk.browsing import Browser, text_of
from tests.directory.near import stay_near
from tests.directory.workbooks import Lines, with_headers, xlsx_of
from tests.house import House
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
