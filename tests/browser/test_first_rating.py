"""From an empty database to the first rating that counts, by the real commands and pages, in one go."""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import pytest
from playwright.sync_api import Browser, Page, expect
from python_calamine import CalamineWorkbook

from tests.browser.chromium import complaints
from tests.browser.kiosk import rate, send
from tests.browser.standing import Standing
from tests.browser.test_setting_up import set_up
from tests.directory.workbooks import HEADERS, Lines, xlsx_of
from tests.faults.service import Command, Service, free_port
from tests.house import SECRET

# However busy the machine is: processes start, and a workbook is read by another one.
PATIENCE = 120_000
# Whatever office the agency has when its directory is downloaded for the first time.
ADDED: Lines = {
    "services": [("ktp-el", "KTP-EL", ""), ("kk", "Kartu Keluarga", "")],
    "counters": [("disdukcapil", "loket-1", "Loket 1", "ktp-el;kk")],
    "employees": [("E001", "Budi", "", "", "", "disdukcapil", "2026-01-01")],
}


@dataclass
class Steps:
    """The steps of the way, and how long each took."""

    begun: float = field(default_factory=monotonic)
    took: list[tuple[str, float]] = field(default_factory=list)

    def done(self, what: str) -> None:
        """The step that ends here."""
        self.took.append((what, monotonic() - self.begun - sum(seconds for _, seconds in self.took)))

    def seen(self, page: Page) -> None:
        """The page that is there now ends a step."""
        self.done(page.get_by_role("heading", level=1).inner_text())

    def told(self) -> str:
        """A line of each step, and the sum."""
        lines = [f"{seconds:7.1f} s  {what}" for what, seconds in self.took]
        return "\n".join([*lines, f"{sum(seconds for _, seconds in self.took):7.1f} s  altogether"])


def cermin(settings: dict[str, str], *words: str) -> str:
    """What a command of the operator prints."""
    command = [sys.executable, "-m", "app.cli", *words]
    return subprocess.run(command, env=os.environ | settings, check=True, capture_output=True, text=True).stdout


@contextmanager
def installed(folder: Path, steps: Steps) -> Iterator[tuple[Standing, str]]:
    """A service as an operator starts it on an empty database, and the link that it is set up by."""
    port = free_port()
    url = f"sqlite:///{folder / 'cermin.db'}"
    settings = {"CERMIN_DATABASE_URL": url, "CERMIN_SECRET": SECRET, "CERMIN_PORT": str(port)}
    cermin(settings, "migrate")
    steps.done("cermin migrate")
    service = Service(Command(), url, folder / "service.log", port, settings={})
    service.start()
    try:
        standing = Standing(service, {})
        standing.wait()
        steps.done("cermin serve")
        link = cermin(settings, "setup").strip()
        steps.done("cermin setup")
        yield standing, link
    finally:
        service.kill()


def filled_in(downloaded: Path) -> Path:
    """The workbook that the page gave, with services, a counter and somebody who serves there."""
    book = CalamineWorkbook.from_path(downloaded)
    there = {name: [tuple(row) for row in book.get_sheet_by_name(name).to_python()] for name in HEADERS}
    sheets = {name: [HEADERS[name], *rows[1:], *ADDED.get(name, ())] for name, rows in there.items()}
    return xlsx_of(downloaded.with_name("directory.xlsx"), sheets)


def send_directory(page: Page, folder: Path, look: Steps) -> None:
    """Download the directory, fill it in, send it and import it."""
    page.get_by_role("link", name="Masukkan layanan, loket, dan pegawai").click()
    look.seen(page)
    with page.expect_download() as download:
        page.get_by_role("link", name="Direktori saat ini").click()
    download.value.save_as(folder / "downloaded.xlsx")
    page.get_by_label("Buku kerja", exact=True).set_input_files(filled_in(folder / "downloaded.xlsx"))
    page.get_by_role("button", name="Kirim dan periksa").click()
    heading = page.get_by_role("heading", level=1)
    expect(heading).to_have_text("Yang akan diubah buku kerja ini", timeout=PATIENCE)
    look.seen(page)
    page.get_by_role("button", name="Impor", exact=True).click()
    expect(heading).to_have_text("Buku kerja sudah diimpor", timeout=PATIENCE)
    look.seen(page)


def add_kiosk(page: Page, look: Steps) -> str:
    """Add a kiosk at the counter; the code that the page shows."""
    page.get_by_role("link", name="Instansi", exact=True).click()
    page.get_by_role("link", name="Hubungkan kios pertama").click()
    look.seen(page)
    page.get_by_label("Kantor dan loket").select_option(label="Dinas Dukcapil, Loket 1")
    page.get_by_label("Label").fill("Tablet loket 1")
    page.get_by_role("button", name="Tambahkan kios").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hubungkan kios sekarang")
    look.seen(page)
    return page.locator("dd").first.inner_text()


def connect(tablet: Page, address: str, code: str) -> None:
    """What the technician does on the tablet."""
    tablet.goto(address)
    tablet.get_by_label("Kode penghubung").fill(code)
    tablet.get_by_role("button", name="Hubungkan", exact=True).click()
    expect(tablet.locator(".choice").first).to_be_visible()


def first_steps(page: Page) -> str:
    """What the agency's page says of the way to the first rating."""
    page.get_by_role("link", name="Instansi", exact=True).click()
    return page.locator("main").inner_text()


@pytest.fixture
def steps() -> Iterator[Steps]:
    """The steps of a test, told in its output."""
    kept = Steps()
    yield kept
    print(f"\n{kept.told()}")  # noqa: T201 - pytest -s shows how long the way is; it is not asserted


def test_an_empty_database_has_its_first_counted_rating_without_a_shell(
    browser: Browser, tmp_path: Path, steps: Steps
) -> None:
    with (
        installed(tmp_path, steps) as (standing, link),
        browser.new_context(locale="id-ID") as office,
        browser.new_context(locale="id-ID", viewport={"width": 1280, "height": 800}, has_touch=True) as counter,
        office.new_page() as page,
        counter.new_page() as tablet,
        complaints(page) as heard,
    ):
        set_up(page, link, look=steps.seen)
        steps.done("signed in")
        send_directory(page, tmp_path, steps)
        code = add_kiosk(page, steps)
        connect(tablet, f"{standing.url}/kiosk", code)
        steps.done("the kiosk is connected")
        expect(page.get_by_role("status")).to_contain_text("terhubung", timeout=PATIENCE)
        steps.done("the page says so")
        assert "Beri penilaian pertama di kios" in first_steps(page)
        rate(tablet, 4, 3, 4)
        send(tablet)
        expect(tablet.get_by_role("heading", level=1)).to_have_text("Terima kasih!")
        steps.done("a citizen has rated")
        while "Penilaian pertama sudah masuk dan dihitung." not in first_steps(page):
            page.wait_for_timeout(200)
        steps.done("the administrator sees it")
        shown = page.locator("main").inner_text()
        assert not re.search("penilaian pertama di kios|Hubungkan kios pertama", shown)
    # The form that was wrong at first was answered with 422, which browsers report.
    assert [each for each in heard if "422" not in each] == []
