"""Fixtures of the browser tests: a real service, a real Chromium, a fresh page."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from tests.browser.chromium import options
from tests.browser.standing import Standing

# An expectation waits as long as every other step does by default. Its own five seconds were too short where two
# browsers, two services and the first drawing of the API page share two cores.
expect.set_options(timeout=30_000)


@pytest.fixture(scope="session")
def standing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    """One service for all browser tests of this process."""
    options()
    with Standing.open(tmp_path_factory.mktemp("browser")) as opened:
        yield opened


@pytest.fixture
def service(standing: Standing) -> Standing:
    """The service, running, whatever the test before did to it."""
    standing.start()
    return standing


# Playwright's loop counts as running in this thread until it stops, and other tests run loops of their own here:
# so it never outlives a module.
@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    """Playwright's driver."""
    options()
    with sync_playwright() as driver:
        yield driver


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    """A Chromium without a window."""
    launched = playwright.chromium.launch(**options())
    yield launched
    launched.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page with a memory of its own that speaks Indonesian; tests make contexts for other wishes."""
    context = browser.new_context(locale="id-ID", timezone_id="Asia/Jakarta")
    yield context.new_page()
    context.close()
