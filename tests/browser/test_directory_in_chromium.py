"""Sending in a workbook in a real browser, with and without scripts, and what axe says of its pages."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pyotp import TOTP

from app.access.principals import Role
from tests.browser.chromium import axe_violations, complaints
from tests.browser.standing import Standing
from tests.browser.test_desk import choose, link
from tests.directory.workbooks import NIP, Lines, with_headers, xlsx_of

# However busy the machine is: the workbook is read by another process.
PATIENT = 120_000
HEADING = "h1"


def come_in(page: Page, service: Standing, name: str) -> None:
    """Sign in as an administrator, and open the page."""
    choose(page, link(service, name, Role.administrator))
    secret = page.locator("dd").first.inner_text().replace(" ", "")
    page.get_by_label("Enam angka").fill(TOTP(secret).now())
    page.get_by_role("button", name="Pastikan").click()
    page.get_by_role("link", name="lanjutkan").click()
    page.get_by_role("link", name="Direktori", exact=True).click()
    expect(page.locator(HEADING)).to_have_text("Direktori")


def send(page: Page, file: Path, heading: str, *, scripts: bool) -> None:
    """Choose the file, send it, and wait until it is read."""
    page.get_by_label("Buku kerja", exact=True).set_input_files(file)
    page.get_by_role("button", name="Kirim dan periksa").click()
    settled(page, heading, scripts=scripts)


def settled(page: Page, heading: str, *, scripts: bool) -> None:
    """Wait for the page that comes in the end; without scripts by looking again."""
    while not scripts and page.get_by_role("link", name="Lihat lagi").count():
        page.wait_for_timeout(500)
        page.get_by_role("link", name="Lihat lagi").click()
    expect(page.locator(HEADING)).to_have_text(heading, timeout=PATIENT)


def proper(page: Page, what: str) -> None:
    """Assert that axe finds nothing wrong with the page, however wide it is."""
    for width in (1_000, 320):
        page.set_viewport_size({"width": width, "height": 800})
        assert axe_violations(page) == [], (what, width)
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (what, width)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_workbook_is_sent_mended_and_imported(
    service: Standing, browser: Browser, tmp_path: Path, scripts: bool
) -> None:
    wrong: Lines = {"services": [("Baru", "", "")]}
    right: Lines = {
        "services": [(f"baru-{scripts}".lower(), "Layanan Baru", "")],
        "employees": [(f"K{scripts}", "Dewi", NIP if scripts else "", "", "", "setda", "2026-01-01")],
    }
    with (
        browser.new_context(locale="id-ID", java_script_enabled=scripts) as context,
        context.new_page() as page,
        complaints(page) as heard,
    ):
        page.set_default_timeout(PATIENT)
        come_in(page, service, f"Direktur {scripts}")
        if scripts:
            proper(page, "page")
        file = xlsx_of(tmp_path / "salah.xlsx", with_headers(wrong))
        send(page, file, "Buku kerja belum dapat diimpor", scripts=scripts)
        expect(page.locator("tbody tr")).to_have_count(2)
        if scripts:
            proper(page, "faults")
        with page.expect_download() as download:
            page.get_by_role("link", name="Semua kesalahan sebagai berkas").click()
        assert download.value.suggested_filename.startswith("faults-")
        page.get_by_role("link", name="Kembali ke direktori").click()
        file = xlsx_of(tmp_path / "benar.xlsx", with_headers(right))
        send(page, file, "Yang akan diubah buku kerja ini", scripts=scripts)
        expect(page.get_by_text("Pegawai: 1 baru, 0 berubah.")).to_be_visible()
        if scripts:
            proper(page, "preview")
        page.get_by_role("button", name="Impor", exact=True).click()
        settled(page, "Buku kerja sudah diimpor", scripts=scripts)
        if scripts:
            proper(page, "imported")
        page.get_by_role("link", name="Kembali ke direktori").click()
        with page.expect_download() as download:
            page.get_by_role("link", name="Direktori saat ini").click()
        assert download.value.suggested_filename.endswith(".xlsx")
    assert heard == []
