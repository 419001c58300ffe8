"""Attack: whatever a person can write is a script, and every page is opened by everybody afterwards."""

import json
from html import unescape
from re import DOTALL, findall

import httpx
import pytest

from tests.desk.browsing import Browser, attribute, fields_of
from tests.desk.red_team.town import LEAVING, Town, asked, is_page, routes

EVIL = "<script>alert(1)</script>\"'><img src=x onerror=alert(2)>"
# Whoever changes the own second factor or passphrase in between is out.
OWN_KEYS = frozenset({"/sign-in/second-factor", "/desk/account/passphrase"})


def forms(page: httpx.Response) -> list[tuple[str, list[str]]]:
    """The forms of a page that send something: where to, and the names of the fields in which somebody types."""
    found = []
    for head, body in findall(r"<form([^>]*)>(.*?)</form>", page.text, DOTALL):
        tags = findall(r"<input[^>]*>|<textarea[^>]*>", body)
        typed = [attribute(each, "name") for each in tags if attribute(each, "type") not in ("hidden", "date")]
        found.append((attribute(f"<x{head}>", "action"), typed))
    return found


def assert_harmless(response: httpx.Response, path: str) -> bool:
    """Fail where what was typed is more than text; whether it is there as text."""
    if response.headers.get("content-type", "").startswith("application/json"):
        json.loads(response.text)
        return False
    if not is_page(response):
        return False
    assert "<script>alert" not in response.text, path
    assert "<img src=x" not in response.text, path
    # Nor as the end of an attribute.
    for tag in findall(r"<(?!!)[^>]*>", response.text):
        assert not findall(r"\son\w+=", tag.partition(" value=")[0]), (path, tag)
    return "<script>alert(1)" in unescape(response.text)


@pytest.mark.long
@pytest.mark.sized
def test_what_people_type_is_text_on_every_page(town: Town) -> None:
    sent, shown = set[tuple[str, str]](), 0
    for browser in town.attackers:
        for route in routes("GET"):
            page = browser.send("GET", route.path, params=asked(route))
            if not is_page(page) or page.status_code != 200:
                continue
            for action, typed in forms(page):
                if action in LEAVING | OWN_KEYS or not action.startswith("/"):
                    continue
                given = fields_of(page, action)
                # Menus and forms that all pages share are tried once.
                typed = [each for each in typed if (action, each) not in sent]
                for each in typed:
                    response = browser.send("POST", action, data=given | {each: EVIL})
                    shown += assert_harmless(response, action)
                    sent.add((action, each))
                # And all at once, which is what some forms take only.
                shown += assert_harmless(browser.send("POST", action, data=given | dict.fromkeys(typed, EVIL)), action)
    assert {("/desk/people/invite", "name"), ("/desk/keys/issue", "label"), ("/sign-in", "name")} <= sent
    assert shown > 5
    shown = 0
    for browser in town.attackers:
        for path in every_page_in_reach(browser):
            shown += assert_harmless(browser.send("GET", path), path)
    # The person who was invited and the key that was made stand somewhere.
    assert shown > 1


def every_page_in_reach(browser: Browser) -> set[str]:
    """Every page of the desk, and what those link to."""
    found = {route.path for route in routes("GET")}
    for path in sorted(found):
        page = browser.send("GET", path)
        if is_page(page):
            found |= {unescape(each) for each in findall(r'href="(/desk/[^"#]*)"', page.text)}
    return found
