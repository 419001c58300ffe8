"""The public page in Chromium: whole in every look and without JavaScript; a week of the screen, its memory flat."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from app.transparency.log import checkpoint
from tests.browser.chromium import axe_violations
from tests.browser.desks import served
from tests.browser.layout import wrong_with
from tests.closing.staffed import offices, staff
from tests.closing.steps import close, finalise
from tests.conftest import Lend
from tests.desk.browsing import desk
from tests.effort import sized
from tests.house import SECRET, House


@pytest.fixture(scope="module")
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """October of eight offices, final and shown."""
    key_file: Path = tmp_path_factory.mktemp("keys") / "key.pem"
    with lend("sqlite") as (url, keys), desk(url, keys, signing_key_file=key_file) as opened:
        staff(opened)
        offices(opened)
        close(opened)
        finalise(opened, key_file)
        assert opened.post("/v1/periods/2026-10/publish", {}, "supervisor").status_code == 200
        assert checkpoint(opened.database, "kota", SECRET.encode(), None, opened.clock.now)
        yield opened


@pytest.fixture(scope="module")
def url(house: House) -> Iterator[str]:
    """Where Chromium reaches it."""
    with served(house) as address:
        yield address


@pytest.mark.parametrize("address", ["/p/kota", "/p/kota/dukcapil", "/p/kota/dukcapil/screen", "/log/kota"])
def test_the_pages_are_whole_in_every_look(browser: Chromium, url: str, address: str) -> None:
    with browser.new_context(java_script_enabled=True) as context, context.new_page() as page:
        for number in range(3):
            assert wrong_with(page, number, f"{url}{address}") == []
        page.emulate_media(media="print")
        assert axe_violations(page) == []


def test_everything_is_there_without_javascript(browser: Chromium, url: str) -> None:
    with browser.new_context(java_script_enabled=False, locale="id-ID") as context, context.new_page() as page:
        page.goto(f"{url}/p/kota")
        page.get_by_role("link", name="Dukcapil").first.click()
        expect(page.get_by_text("Cara menghitung")).to_be_visible()


SCREEN = "/p/kota/dukcapil/screen"
# How often the screen asks, and how often that is in seven days.
EVERY, WEEK = 5 * 60 * 1_000, 7 * 24 * 12
# What a browser's own books may grow by in a week; a page kept at every turn would be a hundred times as much.
GROWTH = 400_000


def turn(page: Page) -> None:
    """Let five minutes pass, at once, and the screen have its answer."""
    with page.expect_event("requestfinished", lambda request: request.url.endswith("/screen")):
        page.clock.run_for(EVERY)


def decide(house: House, what: str) -> None:
    """Show October, or take it back."""
    assert house.post(f"/v1/periods/2026-10/{what}", {}, "supervisor").is_success


def test_the_screen_follows_what_is_decided_and_stands_while_the_network_is_away(
    house: House, browser: Chromium, url: str
) -> None:
    with browser.new_context(locale="id-ID") as context, context.new_page() as page:
        page.clock.install()
        page.goto(f"{url}{SCREEN}")
        figure, away = page.locator(".figure"), page.locator("#away")
        shown = figure.inner_text()
        turn(page)
        expect(away).to_be_hidden()
        context.set_offline(True)
        page.clock.run_for(EVERY)
        expect(away).to_be_visible()
        assert figure.inner_text() == shown
        assert axe_violations(page) == []
        context.set_offline(False)
        turn(page)
        expect(away).to_be_hidden()
        decide(house, "withdraw")
        turn(page)
        expect(figure).to_have_count(0)
        decide(house, "publish")
        turn(page)
        expect(figure).to_have_text(shown)


@pytest.mark.sized
def test_a_week_of_the_screen_leaves_the_memory_flat(house: House, browser: Chromium, url: str) -> None:
    turns = sized(288, WEEK)
    with browser.new_context(locale="id-ID") as context, context.new_page() as page:
        page.clock.install()
        page.goto(f"{url}{SCREEN}")
        chrome = context.new_cdp_session(page)

        def heap() -> tuple[float, float]:
            chrome.send("HeapProfiler.collectGarbage")
            nodes = chrome.send("Memory.getDOMCounters")["nodes"]
            return chrome.send("Runtime.getHeapUsage")["usedSize"], nodes

        early = (0.0, 0.0)
        for number in range(turns):
            # Once in a while there is something else to be shown, so that pages are read and not only tags.
            if number % 12 == 6:
                decide(house, "withdraw" if number % 24 == 6 else "publish")
            turn(page)
            if number == turns // 7:
                early = heap()
        late = heap()
        decide(house, "publish")
    assert late[0] - early[0] < GROWTH, (early, late)
    assert late[1] - early[1] < 1_000, (early, late)
