"""What a technician and a citizen do at a kiosk."""

from playwright.sync_api import Page, expect

from app.web.rating_files import LANGUAGES
from tests.browser.chromium import axe_violations
from tests.browser.standing import Standing
from tests.browser.turnable import Turnable

# Taps that come sooner than this after a screen changed are ignored.
GUARD = 450


def pair(page: Page, service: Standing | Turnable, **said: object) -> None:
    """Turn this page into a kiosk, by the address in the QR code."""
    page.goto(f"{service.url}/kiosk#{service.new_code(**said)}")  # type: ignore[arg-type]  # a label, a counter, a PIN
    page.get_by_role("button", name="Hubungkan", exact=True).click()
    expect(page.locator(".choice, .answer").first).to_be_visible()


def tap(page: Page, selector: str) -> None:
    """Touch what is shown, as soon as the kiosk takes a touch."""
    page.locator(selector).wait_for()
    page.wait_for_timeout(GUARD)
    page.locator(selector).click()


def rate(page: Page, *scores: int, service: str | None = "KTP-EL") -> None:
    """Choose a service and answer, up to the review."""
    if service is not None:
        tap(page, f".choice:text-is('{service}')")
    for score in scores:
        tap(page, f".answer[data-score='{score}']")


def send(page: Page) -> None:
    """From the review to the thanks."""
    tap(page, ".below .main")


def axe_in_every_language(page: Page) -> None:
    """Axe finds nothing wrong on this screen, whatever language it speaks."""
    for language in [*LANGUAGES, "id"]:
        page.locator(f"#languages [lang={language}]").click()
        expect(page.locator("html")).to_have_attribute("lang", language)
        assert axe_violations(page) == [], language


def waiting(page: Page, shelf: str = "waiting") -> list[dict[str, object]]:
    """What the device keeps, oldest first."""
    found: list[dict[str, object]] = page.evaluate(
        """name => new Promise((resolve, reject) => {
          const opening = indexedDB.open("cermin-kiosk");
          opening.onerror = () => reject(opening.error);
          opening.onsuccess = () => {
            const all = opening.result.transaction(name).objectStore(name).getAll();
            all.onsuccess = () => { opening.result.close(); resolve(all.result); };
          };
        })""",
        shelf,
    )
    return found
