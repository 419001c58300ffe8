"""The PIN's digest as the kiosk page checks it, with the page's own module, on https and on plain http."""

import hashlib

from playwright.sync_api import Page, Playwright

from app.devices.rules.pins import pin_digest
from app.pages.files import FOLDER
from tests.browser.chromium import options
from tests.browser.standing import Standing

OPENS = """async ([typed, pin]) => {
  const { Lock } = await import(document.querySelector('script[type=module]').src.replace("main.js", "lock.js"));
  return await new Lock(pin).opens(typed);
}"""
DERIVES = f"""async ([typed, salt, rounds]) => {{
  const {{ derivedKey }} = await import('{FOLDER}/kiosk/pbkdf2.js');
  const bytes = text => new TextEncoder().encode(text);
  return Array.from(await derivedKey(bytes(typed), bytes(salt), rounds));
}}"""


def test_the_page_opens_to_the_pin_of_the_device_and_to_no_other(service: Standing, page: Page) -> None:
    pin = pin_digest("48151623")
    page.goto(f"{service.url}/kiosk")
    assert page.evaluate(OPENS, ["48151623", pin]) is True
    assert page.evaluate(OPENS, ["48151624", pin]) is False


def test_so_it_does_on_plain_http_where_browsers_offer_no_digests(service: Standing, playwright: Playwright) -> None:
    given = options()
    # A name other than localhost is not trusted without https.
    given["args"] = [*given["args"], "--host-resolver-rules=MAP kiosk.test 127.0.0.1"]
    pin = pin_digest("48151623")
    browser = playwright.chromium.launch(**given)
    page = browser.new_page()
    page.goto(f"{service.url.replace('127.0.0.1', 'kiosk.test')}/kiosk")
    assert page.evaluate("[isSecureContext, typeof crypto.subtle]") == [False, "undefined"]
    assert page.evaluate(OPENS, ["48151623", pin]) is True
    assert page.evaluate(OPENS, ["48151624", pin]) is False
    browser.close()


def test_the_pages_own_digest_is_the_standards(service: Standing, page: Page) -> None:
    page.goto(f"{service.url}/kiosk")
    for typed, salt, rounds in (("0000", "salt", 1), ("4711", "", 2), ("48151623", "s" * 16, 4_096)):
        expected = hashlib.pbkdf2_hmac("sha256", typed.encode(), salt.encode(), rounds)
        assert bytes(page.evaluate(DERIVES, [typed, salt, rounds])) == expected
