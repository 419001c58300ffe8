"""Attack: a link to us that leads on to somebody else. Attack: a Host header that our pages repeat."""

import httpx
import pytest

from app.access.principals import Role
from tests.desk.browsing import Browser, fields_of
from tests.desk.red_team.town import FOREIGN, LEAVING, ORIGIN, Town, asked, every_answer, paths, routes
from tests.effort import sized
from tests.people.persons import PASSPHRASE

NAMES = ("to", "next", "url", "return", "return_to", "redirect", "redirect_uri", "continue", "target", "back", "here")
TARGETS = (f"https://{FOREIGN}", f"//{FOREIGN}", f"/\\{FOREIGN}", f"/%2f{FOREIGN}", f"\thttps://{FOREIGN}",
           "javascript:alert(1)", f"/desk@{FOREIGN}")  # fmt: skip


def is_ours(location: str) -> bool:
    """Whether a browser at our page stays with us: one slash and then a letter."""
    return location == "/" or (location[0] == "/" and location[1].isalpha() and FOREIGN not in location)


@pytest.mark.long
@pytest.mark.sized
def test_no_answer_leads_elsewhere(town: Town) -> None:
    led = 0
    for place, browser in enumerate(town.attackers):
        for target in sized(TARGETS[place : place + 1], TARGETS):
            for route in routes("GET"):
                # What the page knows, and once something that it does not.
                known = {each.alias for each in route.dependant.query_params if each.alias != "lang"}
                for name in (*known, "next"):
                    response = browser.send("GET", route.path, params=asked(route) | {name: target})
                    led += leads_to_us(response, route.path)
            for path in paths("POST"):
                if path not in LEAVING:
                    led += leads_to_us(browser.send("POST", path, data=dict.fromkeys(NAMES, target)), path)
    assert led > 20


def leads_to_us(response: httpx.Response, path: str) -> bool:
    """Whether an answer leads on; fails where it leads elsewhere."""
    location = response.headers.get("location")
    assert location is None or is_ours(location), (path, location)
    return location is not None


def test_signing_in_leads_to_our_pages_whatever_was_asked(town: Town) -> None:
    browser = Browser(town.house)
    for target in TARGETS:
        given = dict.fromkeys(NAMES, target) | {"name": "p.viewer@kota", "passphrase": PASSPHRASE}
        response = browser.send("POST", "/sign-in", data=given)
        assert (response.status_code, response.headers["location"]) == (303, "/desk")


@pytest.mark.long
@pytest.mark.parametrize("name", ["host", "x-forwarded-host", "x-original-host", "forwarded", "x-host", "referer"])
def test_no_page_repeats_a_host_that_was_made_up(town: Town, name: str) -> None:
    value = {"forwarded": f"host={FOREIGN};proto=https", "referer": f"https://{FOREIGN}/"}.get(name, FOREIGN)
    sent = {name: value, "sec-fetch-site": "same-origin"}
    for _, path, response in every_answer(town, **sent):
        assert FOREIGN not in response.text, path
        assert not [each for each in response.headers.values() if FOREIGN in each], path


def test_an_invitation_names_the_public_address_whatever_host_was_asked_for(town: Town) -> None:
    administrator = town.seats[Role.administrator]
    given = fields_of(administrator.go("/desk/people"), "/desk/people/invite") | {"name": "Orang Baru"}
    sent = {"host": FOREIGN, "sec-fetch-site": "same-origin"}
    response = administrator.send("POST", "/desk/people/invite", data=given, headers=sent)
    # Over another name it is another machine's plain http, where administrators have no business.
    assert response.status_code in (303, 403)
    made = administrator.send("POST", "/desk/people/invite", data=given, headers={"x-forwarded-host": FOREIGN})
    assert f"{ORIGIN}/sign-in/link#kota." in made.text
    assert FOREIGN not in made.text
