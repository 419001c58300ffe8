"""From the administrator's page to the first rating: a kiosk is added, a tablet is connected, and it counts."""

from re import compile as pattern

from playwright.sync_api import Browser, Page, expect
from pyotp import TOTP

from app.access.principals import Role
from tests.browser.chromium import axe_violations, complaints
from tests.browser.kiosk import rate, send, waiting
from tests.browser.standing import Standing
from tests.browser.test_desk import choose, link


def administrator(service: Standing, page: Page, name: str) -> None:
    """Take an invitation, second factor and all."""
    choose(page, link(service, name, Role.administrator))
    secret = page.locator("dd").first.inner_text().replace(" ", "")
    page.get_by_label("Enam angka").fill(TOTP(secret).now())
    page.get_by_role("button", name="Pastikan").click()
    expect(page.locator("tbody tr")).to_have_count(10)


def add(service: Standing, page: Page, label: str) -> str:
    """Fill in the form of a new kiosk; the code on the page that follows."""
    page.goto(f"{service.url}/desk/kiosks")
    page.get_by_label("Kantor dan loket").select_option(label="Dukcapil, Loket 3")
    page.get_by_label("Label").fill(label)
    page.get_by_role("button", name="Tambahkan kios").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Hubungkan kios sekarang")
    return page.locator("dd").first.inner_text()


def connect_and_rate(service: Standing, browser: Browser, address: str, code: str | None) -> None:
    """What the technician does on the tablet, and then a citizen."""
    before = service.stored()
    with browser.new_context(locale="id-ID", viewport={"width": 1280, "height": 800}, has_touch=True) as context:
        tablet = context.new_page()
        tablet.goto(address)
        if code is not None:
            tablet.get_by_label("Kode penghubung").fill(code.lower().replace("-", " "))
        tablet.get_by_role("button", name="Hubungkan", exact=True).click()
        rate(tablet, 4, 3, 4)
        send(tablet)
        expect(tablet.get_by_role("heading", level=1)).to_be_visible()
        for _ in range(200):
            if not waiting(tablet):
                break
            tablet.wait_for_timeout(50)
    assert service.stored() == before + 1


def test_a_kiosk_is_added_on_the_page_connected_by_its_qr_code_and_rates(service: Standing, browser: Browser) -> None:
    with browser.new_context(locale="id-ID") as context, context.new_page() as page, complaints(page) as heard:
        administrator(service, page, "Kios Satu")
        code = add(service, page, "Tablet QR")
        shown = page.locator("dt:text-is('Di tablet, buka') + dd").inner_text()
        assert code not in page.url
        expect(page.get_by_role("img", name=pattern("Kode QR"))).to_be_visible()
        expect(page.get_by_role("status")).to_contain_text("menunggu kodenya")
        # What a camera reads in the QR code: the address shown, with the code after #.
        connect_and_rate(service, browser, f"{shown}#{code}", None)
        # The page looks every five seconds.
        expect(page.get_by_role("status")).to_contain_text("terhubung")
        page.get_by_role("link", name="Lihat apakah sudah terhubung").click()
        expect(page.locator("dt:text-is('Keadaan') + dd")).to_have_text("✓ terhubung")
    assert heard == []


def test_without_scripts_the_code_is_typed_and_a_link_says_whether_it_is_connected(
    service: Standing, browser: Browser
) -> None:
    with browser.new_context(locale="id-ID", java_script_enabled=False) as context, context.new_page() as page:
        administrator(service, page, "Kios Dua")
        code = add(service, page, "Tablet ketik")
        page.get_by_role("link", name="Lihat apakah sudah terhubung").click()
        expect(page.get_by_role("status")).to_contain_text("menunggu kodenya")
        connect_and_rate(service, browser, f"{service.url}/kiosk", code)
        page.get_by_role("link", name="Lihat lagi").click()
        expect(page.locator("dt:text-is('Keadaan') + dd")).to_have_text("✓ terhubung")
        page.get_by_role("link", name="Akhiri kios ini").click()
        page.get_by_role("button", name="Akhiri kios").click()
        expect(page.locator("dt:text-is('Keadaan') + dd")).to_have_text("– diakhiri")


def test_axe_finds_nothing_wrong_on_the_pages_of_kiosks(service: Standing, browser: Browser) -> None:
    with browser.new_context(locale="id-ID") as context:
        page = context.new_page()
        administrator(service, page, "Kios Tiga")
        page.goto(f"{service.url}/desk/kiosks")
        page.get_by_label("PIN").fill("12")
        page.get_by_role("button", name="Tambahkan kios").click()
        expect(page.get_by_role("alert")).to_be_visible()
        assert axe_violations(page) == [], "faults"
        for width in (1_000, 320):
            page.set_viewport_size({"width": width, "height": 800})
            for colours in ("light", "dark"):
                page.emulate_media(color_scheme=colours)
                add(service, page, f"Tablet {width} {colours}")
                look_at(page, "code")
                page.get_by_role("link", name="Lihat apakah sudah terhubung").click()
                look_at(page, "one")
                page.get_by_role("link", name="Akhiri kios ini").click()
                look_at(page, "end")
                for language in ("id", "en"):
                    page.goto(f"{service.url}/desk/kiosks?lang={language}")
                    look_at(page, "list")
                page.goto(f"{service.url}/desk/kiosks?lang=id")


def look_at(page: Page, what: str) -> None:
    """Nothing is wrong, and nothing is cut off at the side: what is wide scrolls by itself."""
    assert axe_violations(page) == [], what
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), what
