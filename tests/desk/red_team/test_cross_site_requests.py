"""Attack: a page of another site sends a form, or leads a signed-in browser somewhere, so that something changes."""

import pytest

from tests.desk.red_team.town import LEAVING, Town, asked, paths, routes, rows
from tests.effort import sized

SENDERS = (
    {"origin": "https://evil.example"},
    {"origin": "http://localhost.evil.example"},
    {"origin": "https://localhost"},
    {"origin": "http://localhost:8001"},
    {"origin": "null"},
    {"origin": "", "referer": "http://localhost/desk"},
    {"sec-fetch-site": "cross-site"},
    {"sec-fetch-site": "same-site"},
    {"sec-fetch-site": "none"},
    {"sec-fetch-site": ""},
)

# Programs for mail post it without any page (RFC 8058); it does what the code in its address says, to nobody else.
TAKEN_FROM_ANYWHERE = {"/unsubscribe"}


@pytest.mark.long
@pytest.mark.sized
def test_no_action_is_taken_for_another_site(town: Town) -> None:
    before = rows(town, frozenset())
    everywhere = [path for path in paths("POST") if path not in TAKEN_FROM_ANYWHERE]
    assert len(everywhere) == len(paths("POST")) - len(TAKEN_FROM_ANYWHERE)
    for browser in town.attackers:
        for place, sender in enumerate(SENDERS):
            # In turn, so that each action meets each sender in the campaign, and each of both somebody daily.
            for path in sized(everywhere[place :: len(SENDERS)], everywhere):
                response = browser.send("POST", path, data={"name": "x"}, headers=sender)
                assert response.status_code == 403, (path, sender)
    assert rows(town, frozenset()) == before


@pytest.mark.long
@pytest.mark.sized
def test_what_is_asked_by_get_changes_nothing(town: Town) -> None:
    before = rows(town)
    for browser in town.attackers:
        for route in routes("GET"):
            browser.send("GET", route.path, params=asked(route), headers={"sec-fetch-site": "cross-site"})
    assert rows(town) == before
    # And no action answers to GET or HEAD.
    for path in set(paths("POST")) - set(paths("GET")):
        assert town.stranger.send("GET", path).status_code == 405, path
    assert set(paths("POST")) >= LEAVING
