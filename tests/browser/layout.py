"""What a person with other colours, a narrow screen or large letters sees of a page, and what is wrong with it."""

from typing import Any, Literal, NamedTuple, TypeAlias

from playwright.sync_api import Page

from tests.browser.chromium import axe_violations
from tests.effort import sized

Colours: TypeAlias = Literal["light", "dark", "forced"]
Size: TypeAlias = Literal["wide", "narrow", "large letters", "zoomed"]
COLOURS: tuple[Colours, ...] = ("light", "dark", "forced")
SIZES: tuple[Size, ...] = ("wide", "narrow", "large letters", "zoomed")
LANGUAGES = ("id", "en")
WINDOW = 1_280

# Whatever stands beyond the edges of the window, but for what scrolls by itself or waits for the keyboard; and text
# that its own box cuts off.
OUTSIDE = """() => {
  const wide = document.documentElement.clientWidth;
  const found = [];
  for (const each of document.body.querySelectorAll("*")) {
    if (each.closest(".wide, .skip, svg, select") || !each.checkVisibility()) continue;
    const { left, right, width } = each.getBoundingClientRect();
    const style = getComputedStyle(each);
    const scrolls = style.overflowX !== "visible" && !each.matches("input, textarea");
    const cut = scrolls && each.scrollWidth > each.clientWidth + 1;
    if (width && (left < -1 || right > wide + 1 || cut))
      found.push(`outside: ${each.tagName} ${each.className} ${each.textContent.trim().slice(0, 40)}`);
  }
  const { scrollWidth } = document.documentElement;
  if (scrollWidth > wide) found.push(`the page scrolls to ${scrollWidth}`);
  return found;
}"""


# What colours and sizes can break; everything else stands in the HTML, which is the same in all of them.
SEEN = ("color-contrast", "target-size", "link-in-text-block", "scrollable-region-focusable")


class Look(NamedTuple):
    """How somebody sees a page."""

    language: str
    colours: Colours
    size: Size


def looks(number: int) -> tuple[Look, ...]:
    """Four looks at the page of this number in the campaign: all sizes, all colours, both languages; else one of them.

    All 24 at every page would take a quarter of an hour. The twelve pairs of colours and sizes come round with every
    three pages, or one look at a time with every twelve; each page is one of a kind of which other roles have more.
    """
    four = tuple(
        Look(LANGUAGES[place // 2], COLOURS[(place + number) % len(COLOURS)], size) for place, size in enumerate(SIZES)
    )
    return sized((four[number % len(four)],), four)


def show(page: Page, look: Look) -> None:
    """Let the page look so."""
    scheme: Any = {"light": "light", "dark": "dark", "forced": "dark"}[look.colours]
    page.emulate_media(color_scheme=scheme, forced_colors="active" if look.colours == "forced" else "none")
    # At 200 % a window has half as many pixels of CSS.
    width = {"wide": WINDOW, "narrow": 320, "large letters": 900, "zoomed": WINDOW // 2}[look.size]
    page.set_viewport_size({"width": width, "height": 800})
    # Set by a script, which the policy lets pass, as a browser's own setting would be.
    letters = "200%" if look.size == "large letters" else ""
    page.evaluate("letters => { document.documentElement.style.fontSize = letters; }", letters)


def wrong_with(page: Page, number: int, address: str | None = None) -> list[str]:
    """What axe complains about, and what is cut off or pushes the page to the side, in each look.

    With an `address` the page is opened there in either language; without one it is looked at as it stands.
    """
    faults, language = [], None
    for look in looks(number):
        new = look.language != language
        if new and address is not None:
            page.goto(f"{address}{'&' if '?' in address else '?'}lang={look.language}")
        show(page, look)
        complaints = axe_violations(page) if new else axe_violations(page, *SEEN)
        faults += [f"{page.url} {look}: {each}" for each in (*complaints, *page.evaluate(OUTSIDE))]
        language = look.language
    return faults
