"""What is seen on screens of all sizes, in the reader's own colours, and that nothing moves while a page opens."""

import pytest
from playwright.sync_api import Browser, expect

from app.web.rating_files import LANGUAGES, WORDS
from tests.browser.agency import AGENCY, OFFICE
from tests.browser.chromium import axe_violations
from tests.browser.kiosk import axe_in_every_language, pair, tap
from tests.browser.standing import Standing
from tests.browser.test_citizens_page import ticket

# Small kiosks, and what a larger one comes to at 200 %: 1280 × 800, 1024 × 768, 800 × 600; then a phone.
SIZES = {
    "800x600": (800, 600),
    "1280x800 at 200 %": (640, 400),
    "1024x768 at 200 %": (512, 384),
    "800x600 at 200 %": (400, 300),
    "phone": (360, 640),
}
BOXES = """() => Array.from(document.querySelectorAll('.answer'), each => {
  const { left, top, right, bottom } = each.getBoundingClientRect();
  return [Math.round(left), Math.round(top), right <= innerWidth && bottom <= innerHeight];
})"""


@pytest.mark.parametrize("size", SIZES)
def test_every_answer_and_the_way_out_are_on_the_screen(service: Standing, browser: Browser, size: str) -> None:
    width, height = SIZES[size]
    with browser.new_context(locale="id-ID", viewport={"width": width, "height": height}) as context:
        page = context.new_page()
        pair(page, service)
        tap(page, ".choice:text-is('KTP-EL')")
        # The longest question.
        tap(page, ".answer[data-score='4']")
        expect(page.get_by_text("Pertanyaan 2 dari 3")).to_have_count(1)
        for language in LANGUAGES:
            page.locator(f"#languages [lang={language}]").click()
            expect(page.locator("html")).to_have_attribute("lang", language)
            boxes = page.evaluate(BOXES)
            assert [seen for *_, seen in boxes] == [True] * 4, language
            columns, rows = {left for left, *_ in boxes}, {top for _, top, _ in boxes}
            assert (len(columns), len(rows)) == ((1, 4) if size == "phone" else (2, 2)), language
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        mark = page.locator("#mark").bounding_box()
        assert mark is not None
        assert min(mark["width"], mark["height"]) >= 44
        page.locator("#mark").hover()
        page.mouse.down()
        page.wait_for_timeout(3_100)
        page.mouse.up()
        expect(page.get_by_role("heading", level=1)).to_have_text(WORDS[language]["technician_title"])
        axe_in_every_language(page)


def test_the_chosen_language_is_told_in_the_readers_own_colours(service: Standing, browser: Browser) -> None:
    colours = """() => Array.from(document.querySelectorAll('#languages button'), each => [
      each.lang, getComputedStyle(each).backgroundColor, getComputedStyle(each).textDecorationLine])"""
    with browser.new_context(locale="id-ID", forced_colors="active") as context, context.new_page() as page:
        for path in ("/kiosk", "/t"):
            page.goto(f"{service.url}{path}")
            page.locator("#code").wait_for()
            told = {language: tuple(how) for language, *how in page.evaluate(colours)}
            # The installation's language stands first.
            assert next(iter(told)) == "id"
            assert told.pop("id") not in told.values()
            assert len(set(told.values())) == 1
            assert axe_violations(page) == []


SHIFTS = """() => new PerformanceObserver(list => {
  for (const { hadRecentInput, value } of list.getEntries())
    if (!hadRecentInput) window.shifted = (window.shifted || 0) + value;
}).observe({ type: 'layout-shift', buffered: true })"""


@pytest.mark.parametrize("viewport", [(360, 640), (1280, 800)])
@pytest.mark.parametrize("language", ["id", "en"])
def test_nothing_moves_while_a_page_opens(
    service: Standing, browser: Browser, viewport: tuple[int, int], language: str
) -> None:
    width, height = viewport
    with browser.new_context(locale=language, viewport={"width": width, "height": height}) as context:
        context.add_init_script(f"({SHIFTS})()")
        page = context.new_page()
        # Whatever comes over a network comes late.
        late = context.new_cdp_session(page)
        late.send("Network.enable")
        slow = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 200_000}
        late.send("Network.emulateNetworkConditions", slow)
        for path in (f"/t#{ticket(service)}", "/t", f"/o/{AGENCY}/{OFFICE}", "/kiosk"):
            page.goto("about:blank")
            page.goto(f"{service.url}{path}")
            page.locator(".answer, .choice, #code").first.wait_for()
            page.wait_for_timeout(300)
            assert page.evaluate("window.shifted || 0") < 0.05, path
