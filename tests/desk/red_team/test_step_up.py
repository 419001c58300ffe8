"""Attack: whoever finds an open browser does what is dangerous without proving to be there."""

from datetime import timedelta
from urllib.parse import unquote

import pytest

from app.access.principals import Role
from app.desk.proof_targets import PROOF_TARGETS
from tests.desk.browsing import Browser
from tests.desk.red_team.town import LEAVING, NOBODY, Town, paths, rows
from tests.people.persons import PASSPHRASE

# What changes nothing that concerns others, or is itself a step of proving to be there. Every other action, however
# new, must ask for a proof, or change nothing without one.
HARMLESS = LEAVING | {
    "/sign-in",
    "/sign-in/link",
    "/sign-in/code",
    "/sign-in/passkey",
    "/desk/confirm",
    "/desk/confirm/passkey",
    "/desk/account/role",
    "/desk/reply/send",
    "/desk/team/note",
}
# These must say so, whoever else may join them.
DANGEROUS = {
    "/desk/people/invite": Role.administrator,
    "/desk/person/grant": Role.administrator,
    "/desk/person/link": Role.administrator,
    "/desk/person/revoke": Role.administrator,
    "/desk/person/sign-out": Role.administrator,
    "/desk/keys/issue": Role.administrator,
    "/desk/keys/revoke": Role.administrator,
    "/desk/periods/close": Role.administrator,
    "/desk/period/finalise": Role.administrator,
    "/desk/period/revise": Role.administrator,
    "/desk/promises/set": Role.administrator,
    "/desk/targets/set": Role.administrator,
    "/desk/finding/release": Role.auditor,
    "/desk/finding/confirm": Role.auditor,
    "/desk/integrity/forward": Role.auditor,
    "/desk/integrity/confirm": Role.auditor,
    "/desk/integrity/erase": Role.auditor,
    "/desk/integrity/keys/add": Role.administrator,
    "/desk/integrity/settings": Role.administrator,
    "/desk/integrity/key/word": Role.administrator,
    "/desk/integrity/key/prove": Role.auditor,
    "/desk/integrity/key/retire": Role.administrator,
    "/desk/passkeys/add": Role.viewer,
    "/desk/passkeys/end": Role.viewer,
}
ANYTHING = {
    **dict.fromkeys(("id", "key", "grant", "person", "finding"), NOBODY),
    "name": "X", "label": "X", "role": "viewer", "kind": "app", "lifetime": "30", "office": "dukcapil",
       "period": "2026-10", "code": "2026-10", "instrument": "ikl-1", "reason": "x", "text": "x", "words": "x",
}  # fmt: skip


@pytest.mark.long
def test_what_is_dangerous_asks_for_a_proof(town: Town) -> None:
    town.house.clock.now += timedelta(minutes=11)
    assert DANGEROUS.keys() <= set(paths("POST"))
    for path, role in DANGEROUS.items():
        response = town.seats[role].send("POST", path, data=ANYTHING)
        assert response.status_code == 303, (path, response.status_code)
        assert response.headers["location"].startswith("/desk/confirm?to="), path
        assert unquote(response.headers["location"].partition("=")[2]).partition("?")[0] in PROOF_TARGETS


@pytest.mark.long
def test_no_action_changes_anything_without_a_proof_unless_it_is_harmless(town: Town) -> None:
    town.house.clock.now += timedelta(minutes=11)
    before = rows(town)
    for path in set(paths("POST")) - HARMLESS:
        for browser in town.seats.values():
            browser.send("POST", path, data=ANYTHING)
    assert rows(town) == before


def test_a_proof_is_of_the_browser_that_gave_it(town: Town) -> None:
    town.house.clock.now += timedelta(minutes=11)
    found, other = Browser(town.house), town.seats[Role.administrator]
    assert other.send("POST", "/desk/keys/issue", data=ANYTHING).status_code == 303
    page = found.send("POST", "/sign-in", data={"name": "p.administrator@kota", "passphrase": PASSPHRASE})
    assert page.headers["location"] == "/sign-in/code"
    found.secret = other.secret
    assert found.send("POST", "/sign-in/code", data={"code": found.code()}).status_code == 303
    assert found.send("POST", "/desk/keys/issue", data=ANYTHING).status_code == 200
    assert other.send("POST", "/desk/keys/issue", data=ANYTHING).headers["location"] == "/desk/confirm?to=keys"
