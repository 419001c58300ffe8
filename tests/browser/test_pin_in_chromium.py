"""The PIN's digest as the kiosk page checks it, with the module that the page itself uses."""

from playwright.sync_api import Page

from app.devices.rules.pins import pin_digest
from tests.browser.standing import Standing

OPENS = """async ([typed, pin]) => {
  const { Lock } = await import(document.querySelector('script[type=module]').src.replace("main.js", "lock.js"));
  return await new Lock(pin).opens(typed);
}"""


def test_the_page_opens_to_the_pin_of_the_device_and_to_no_other(service: Standing, page: Page) -> None:
    pin = pin_digest("48151623")
    page.goto(f"{service.url}/kiosk")
    assert page.evaluate(OPENS, ["48151623", pin]) is True
    assert page.evaluate(OPENS, ["48151624", pin]) is False
