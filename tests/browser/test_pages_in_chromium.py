"""The pages in a real browser: they load without a complaint, and axe finds nothing wrong."""

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.chromium import axe_violations, complaints
from tests.browser.standing import Standing

LANGUAGES = ("id", "en")
COLOURS = ("light", "dark")


def test_the_welcome_page_and_the_api_page_load(service: Standing, page: Page) -> None:
    with complaints(page) as heard:
        page.goto(f"{service.url}/")
        expect(page.get_by_role("heading", level=1)).to_have_text("Cermin")
        page.get_by_role("link", name="/docs").click()
        # Swagger has read the whole OpenAPI document when it shows an operation of it.
        expect(page.get_by_text("/v1/ratings/batch")).to_be_visible()
    assert heard == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", ["/", "/r", "/log"])
def test_axe_finds_nothing_wrong(service: Standing, browser: Browser, path: str, language: str) -> None:
    for colours in COLOURS:
        with browser.new_context(color_scheme=colours) as context, context.new_page() as page:  # type: ignore[arg-type]  # one of the two words
            page.goto(f"{service.url}{path}?lang={language}")
            assert page.locator("html").get_attribute("lang") == language
            assert axe_violations(page) == [], colours


def test_axe_finds_nothing_wrong_with_the_api_page_whatever_is_open(service: Standing, page: Page) -> None:
    with complaints(page) as heard:
        page.goto(f"{service.url}/docs")
        expect(page.locator(".opblock-summary").first).to_be_visible()
        assert axe_violations(page) == []
        for place in (4, 9, 17, 30, 45):
            page.locator(".opblock-summary-control").nth(place).click()
        page.locator(".json-schema-2020-12-accordion").nth(2).click()
        page.locator(".try-out__btn").nth(2).click()
        expect(page.locator(".execute")).to_be_visible()
        assert axe_violations(page) == []
        page.locator(".btn.authorize").first.click()
        expect(page.locator(".modal-ux")).to_be_visible()
        assert axe_violations(page) == []
    assert heard == []


def test_a_stopped_service_is_back_at_the_same_address(service: Standing, page: Page) -> None:
    for end in (service.stop, service.kill):
        end()
        service.start()
        answer = page.goto(f"{service.url}/healthz")
        assert answer is not None
        assert answer.status == 200
