"""The public page in Chromium: whole in every look, also without JavaScript and on paper."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import expect

from tests.browser.chromium import axe_violations
from tests.browser.desks import served
from tests.browser.layout import wrong_with
from tests.closing.staffed import offices, staff
from tests.closing.steps import close, finalise
from tests.conftest import Lend
from tests.desk.browsing import desk
from tests.house import House


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
        yield opened


@pytest.fixture(scope="module")
def url(house: House) -> Iterator[str]:
    """Where Chromium reaches it."""
    with served(house) as address:
        yield address


@pytest.mark.parametrize("address", ["/p/kota", "/p/kota/dukcapil"])
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
