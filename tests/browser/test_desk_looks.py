"""Every page of the desk, found by links in every role: axe finds nothing, and nothing is cut, however it is seen."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser as Chromium
from playwright.sync_api import Page, expect

from app.access.principals import Role
from tests.browser.desks import served, signed_in
from tests.browser.layout import wrong_with
from tests.browser.standing import Standing
from tests.conftest import Lend
from tests.desk.browsing import Browser
from tests.desk.full import PLACES, Place, Walk, forms_of, full_house, seated, starts_of
from tests.house import House
from tests.people.persons import PASSPHRASE

DOORS = ("/sign-in", "/sign-in/link")


@pytest.fixture(scope="module")
def house(lend: Lend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """An agency of which every page has something to show."""
    with lend("sqlite") as (url, keys), full_house(url, keys, tmp_path_factory.mktemp("keys") / "key.pem") as opened:
        yield opened


@pytest.fixture(scope="module")
def seats(house: House) -> Iterator[dict[Place, Browser]]:
    """Somebody at every place."""
    with seated(house) as found:
        yield found


@pytest.fixture(scope="module")
def url(house: House) -> Iterator[str]:
    """Where Chromium reaches it."""
    with served(house) as address:
        yield address


@pytest.fixture(scope="module")
def walks(seats: dict[Place, Browser]) -> dict[Place, dict[str, str]]:
    """The pages of everybody, one of each kind, as their addresses and what stood there."""
    return {place: Walk(seats[place], alike=1).go(*starts_of(place.role)).pages for place in PLACES}


@pytest.mark.glimpse
def test_what_is_cut_pushed_aside_or_hard_to_read_is_found(page: Page) -> None:
    page.set_content(
        """<html lang="id"><title>Uji</title><main><h1>Uji</h1><p style="color: #999">pucat</p>
        <p style="width: 400px">lebar</p>
        <p style="overflow: hidden; white-space: nowrap">terpotong oleh kotaknya sendiri
        sebelum habis dibaca, bagaimanapun lebarnya jendela ini dan seberapa pun besarnya huruf yang dipilih orang untuk
        dirinya sendiri di peramban miliknya</p></main></html>"""
    )
    # Seen in light colours on a narrow screen.
    found = " ".join(wrong_with(page, 5))
    for fault in ("color-contrast", "outside: P  lebar", "outside: P  terpotong", "the page scrolls to 4"):
        assert fault in found, found


@pytest.mark.sized
@pytest.mark.parametrize("place", PLACES, ids=str)
def test_every_page_of_a_role_is_whole_however_it_is_seen(
    browser: Chromium, url: str, seats: dict[Place, Browser], walks: dict[Place, dict[str, str]], place: Place
) -> None:
    with signed_in(browser, url, seats[place]) as context, context.new_page() as page:
        assert [
            fault
            # Of the same page each role has another look.
            for number, address in enumerate(walks[place], start=PLACES.index(place))
            for fault in wrong_with(page, number, f"{url}{address}")
        ] == []


@pytest.mark.sized
def test_every_form_that_is_refused_is_whole_and_has_the_focus(
    browser: Chromium, url: str, seats: dict[Place, Browser], walks: dict[Place, dict[str, str]]
) -> None:
    forms = {action: (place, at) for place in PLACES for at, html in walks[place].items() for action in forms_of(html)}
    assert len(forms) > 7
    for number, (action, (place, address)) in enumerate(forms.items()):
        with signed_in(browser, url, seats[place]) as context, context.new_page() as page:
            send_empty(page, f"{url}{address}", action)
            expect(page.locator(".faults"), action).to_be_focused()
            assert wrong_with(page, number) == [], action


@pytest.mark.glimpse
def test_the_door_is_whole_however_it_is_seen(service: Standing, browser: Chromium) -> None:
    with browser.new_context(locale="id-ID") as context, context.new_page() as page:
        for number, path in enumerate(("/sign-in", "/sign-in/link")):
            assert wrong_with(page, number, f"{service.url}{path}") == []
            send_empty(page, f"{service.url}{path}", path)
            assert wrong_with(page, number + 1) == []


def test_where_links_in_mail_lead_is_whole(service: Standing, browser: Chromium) -> None:
    with browser.new_context(locale="id-ID") as context, context.new_page() as page:
        for number, path in enumerate(("/unsubscribe?t=kota.x.y", "/mail/confirm?t=kota.x.y")):
            assert wrong_with(page, number, f"{service.url}{path}") == []
            page.locator("main form button").click()
            page.get_by_text("Tautan ini tidak berlaku").wait_for()
            assert wrong_with(page, number + 1) == []


def test_whoever_is_halfway_sees_whole_pages_too(
    browser: Chromium, url: str, house: House, seats: dict[Place, Browser]
) -> None:
    [number] = [number for number, place in enumerate(PLACES) if place.role is Role.auditor]
    half = Browser(house)
    half.submit(half.go("/sign-in"), "/sign-in", name=f"p{number}@kota", passphrase=PASSPHRASE)
    with signed_in(browser, url, half) as context, context.new_page() as page:
        assert wrong_with(page, 0, f"{url}/sign-in/code") == []
        send_empty(page, f"{url}/sign-in/code", "/sign-in/code")
        assert wrong_with(page, 1) == []


def send_empty(page: Page, address: str, action: str) -> None:
    """Empty the fields of a form and send it."""
    page.goto(address)
    form = page.locator(f'form[action="{action}"]').first
    for field in form.locator("input:not([type=hidden], [type=file]), textarea").all():
        field.fill("")
    form.locator("button").click()
    page.locator(".faults").wait_for()
