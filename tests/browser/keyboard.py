"""Somebody who has no mouse: Tab goes on, Enter and Space act, and where the focus is can be seen at every stop."""

from playwright.sync_api import Locator, Page, expect

# More stops than any page has.
MOST = 250
SEEN = """() => {
  const style = getComputedStyle(document.activeElement);
  return style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
}"""


def tab_to(page: Page, target: Locator) -> None:
    """Press Tab until the focus is there; it must be visible at every stop on the way."""
    expect(target).to_have_count(1)
    for _ in range(MOST):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            continue
        assert page.evaluate(SEEN), page.evaluate("document.activeElement.outerHTML")
        if target.evaluate("each => each === document.activeElement"):
            return
    raise AssertionError(f"Tab does not lead to {target}")


def press(page: Page, target: Locator, key: str = "Enter") -> None:
    """Go to a link or a button and use it; the page that follows is there."""
    tab_to(page, target)
    with page.expect_navigation():
        page.keyboard.press(key)


def fill_in(page: Page, action: str, key: str = "Enter", **texts: str) -> None:
    """Fill in the fields of a form in the order in which they stand, and send it with its button."""
    form = page.locator(f'form[action="{action}"]')
    for name, text in texts.items():
        tab_to(page, form.locator(f'[name="{name}"]'))
        page.keyboard.type(text)
    press(page, form.locator("button"), key)
