"""The desk in a real browser: coming in with and without JavaScript, a file's digest, print; and axe on the way."""

from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pyotp import TOTP

from app.access.principals import Role
from tests.browser.chromium import axe_violations, complaints
from tests.browser.standing import Standing, link_for
from tests.people.persons import PASSPHRASE


def link(service: Standing, name: str, role: Role) -> str:
    """The link of a new person."""
    return f"{service.url}{link_for(service, name, role)}"


def choose(page: Page, address: str) -> None:
    """Take an invitation."""
    page.goto(address)
    code = page.get_by_label("Kode undangan")
    if not code.input_value():
        code.fill(address)
    page.get_by_label("Frasa sandi", exact=True).fill(PASSPHRASE)
    page.get_by_label("Sekali lagi yang sama").fill(PASSPHRASE)
    page.get_by_role("button", name="Pakai frasa sandi ini").click()


@pytest.mark.parametrize("scripts", [True, False])
def test_an_administrator_comes_in_and_invites_with_and_without_scripts(
    service: Standing, browser: Browser, scripts: bool
) -> None:
    with (
        browser.new_context(locale="id-ID", java_script_enabled=scripts) as context,
        context.new_page() as page,
        complaints(page) as heard,
    ):
        address = link(service, f"Siti {scripts}", Role.administrator)
        choose(page, address)
        # The code stood in the address for no longer than the page needs to take it out.
        assert address.partition("#")[2] not in page.url
        expect(page.get_by_role("heading", level=1)).to_have_text("Siapkan faktor kedua Anda")
        secret = page.locator("dd").first.inner_text().replace(" ", "")
        page.get_by_label("Enam angka").fill(TOTP(secret).now())
        page.get_by_role("button", name="Pastikan").click()
        expect(page.locator("tbody tr")).to_have_count(10)
        page.get_by_role("link", name="lanjutkan").click()
        page.get_by_label("Nama", exact=True).fill(f"Budi {scripts}")
        page.get_by_role("button", name="Undang").click()
        expect(page.get_by_text("/sign-in/link#")).to_be_visible()
        page.get_by_role("button", name="Keluar").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Anda sudah keluar")
    assert heard == []


def test_axe_finds_nothing_wrong_on_the_way_in(service: Standing, browser: Browser) -> None:
    with browser.new_context(locale="id-ID") as context:
        page = context.new_page()
        choose(page, link(service, "Cici", Role.administrator))
        secret = page.locator("dd").first.inner_text().replace(" ", "")
        paths = ["/sign-in/second-factor"]
        assert axe_violations(page) == [], paths
        page.get_by_label("Enam angka").fill("000000")
        page.get_by_role("button", name="Pastikan").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert axe_violations(page) == [], "faults"
        page.get_by_label("Enam angka").fill(TOTP(secret).now())
        page.get_by_role("button", name="Pastikan").click()
        assert axe_violations(page) == [], "recovery codes"


def test_a_follow_up_is_done_with_the_digest_of_a_file_that_stays_where_it_is(
    service: Standing, browser: Browser, tmp_path: Path
) -> None:
    file = tmp_path / "berita-acara.txt"
    file.write_text("Rahasia kantor.", "utf-8")
    about = "period=2026-09&instrument=ikl-1"
    with (
        browser.new_context(locale="id-ID") as context,
        context.new_page() as page,
        complaints(page) as heard,
    ):
        choose(page, link(service, "Bu Tindak Lanjut", Role.supervisor))
        page.goto(f"{service.url}/desk/follow-up/new?{about}&element=speed")
        page.get_by_label("Kegiatan", exact=True).fill("Loket kedua dibuka.")
        page.get_by_label("Batas waktu").fill("2026-10-31")
        page.get_by_label("Penanggung jawab").fill("Kasubbag")
        page.get_by_role("button", name="Tambahkan kegiatan ini").click()
        page.get_by_role("link", name="Kecepatan", exact=False).first.click()
        action = page.url
        for width in (1_000, 320):
            page.set_viewport_size({"width": width, "height": 800})
            for address in (
                action,
                f"{service.url}/desk/follow-up/new?{about}",
                f"{service.url}/desk/follow-up?{about}",
                f"{service.url}/desk/publications?{about}",
            ):
                page.goto(address)
                assert axe_violations(page) == [], (address, width)
                assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), (address, width)
        page.goto(action)
        page.get_by_label("Atau pilih berkasnya").set_input_files(file)
        digest = sha256(file.read_bytes()).hexdigest()
        expect(page.get_by_label("SHA-256 sebuah berkas")).to_have_value(digest)
        with page.expect_request(lambda request: request.method == "POST") as sent:
            page.get_by_role("button", name="Sudah dilaksanakan").click()
        body = sent.value.post_data or ""
        assert digest in body
        assert "Rahasia" not in body
        expect(page.get_by_text(f"berkas dengan SHA-256 {digest}")).to_be_visible()
    assert heard == []


def test_a_printed_page_has_its_tables_and_nothing_to_click_on(service: Standing, page: Page) -> None:
    choose(page, link(service, "Bu Cetak", Role.viewer))
    page.goto(f"{service.url}/desk/reports")
    expect(page.locator(".menu")).to_be_visible()
    page.emulate_media(media="print")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for hidden in (".menu", ".languages", ".skip", "header form", ".fields", ".as-file", ".links"):
        assert not any(each.is_visible() for each in page.locator(hidden).all()), hidden
    # Nor is there a heading over nothing.
    for section in page.locator("section").all():
        inside = [each.is_visible() for each in section.locator(":scope > :not(h2)").all()]
        assert section.is_visible() == any(inside)
