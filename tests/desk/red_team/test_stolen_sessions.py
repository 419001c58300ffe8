"""Attack: a session planted before signing in. Attack: a cookie taken from, or put in by, a plain connection."""

from datetime import timedelta

import pytest

from app.access.principals import Role
from app.people.sessions import PLAIN_COOKIE, SECURE_COOKIE
from tests.desk.browsing import Browser, facts_of, title_of
from tests.desk.red_team.town import Town
from tests.people.persons import PASSPHRASE


def lets_in(town: Town, cookie: str, name: str = PLAIN_COOKIE, path: str = "/desk/account") -> bool:
    """Whether a stranger with this cookie sees the page."""
    other = Browser(town.house, {name: cookie})
    return other.send("GET", path).status_code == 200


@pytest.mark.long
def test_every_step_of_signing_in_has_another_session_and_ends_the_one_before(town: Town) -> None:
    b = Browser(town.house, {PLAIN_COOKIE: f"kota.{'a' * 43}"})
    seen = [b.cookies[PLAIN_COOKIE]]
    code = town.door.invite("Korban", Role.administrator)
    given = {"code": code, "passphrase": PASSPHRASE, "repeated": PASSPHRASE}
    page = b.submit(b.go("/sign-in/link"), "/sign-in/link", **given)
    seen.append(b.cookies[PLAIN_COOKIE])
    b.secret = facts_of(page)["Atau ketik kunci ini"].replace(" ", "")
    b.submit(page, "/sign-in/second-factor", code=b.code())
    seen.append(b.cookies[PLAIN_COOKIE])
    assert lets_in(town, seen[-1])
    b.submit(b.go("/desk/account"), "/sign-out")
    town.house.clock.now += timedelta(minutes=1)
    b.cookies[PLAIN_COOKIE] = seen[1]
    page = b.submit(b.go("/sign-in"), "/sign-in", name="korban@kota", passphrase=PASSPHRASE)
    seen.append(b.cookies[PLAIN_COOKIE])
    b.submit(page, "/sign-in/code", code=b.code())
    seen.append(b.cookies[PLAIN_COOKIE])
    assert len(set(seen)) == len(seen)
    # Whoever knew a secret before the last step knows nothing after it.
    assert [lets_in(town, each) for each in seen] == [False] * (len(seen) - 1) + [True]


def test_a_half_signed_in_browser_opens_nothing_but_the_second_step(town: Town) -> None:
    b = Browser(town.house)
    given = {"name": "p.administrator@kota", "passphrase": PASSPHRASE}
    assert b.send("POST", "/sign-in", data=given).headers["location"] == "/sign-in/code"
    for path in ("/desk", "/desk/account", "/desk/people", "/desk/confirm", "/desk/passkeys/add"):
        assert b.send("GET", path).headers.get("location") == "/sign-in", path


def test_a_cookie_of_one_kind_of_connection_is_none_of_the_other(town: Town) -> None:
    # What a browser was given over http opens nothing under the name that https asks for, and the other way round.
    own = town.seats[Role.viewer].cookies[PLAIN_COOKIE]
    assert lets_in(town, own)
    assert not lets_in(town, own, SECURE_COOKIE)
    both = Browser(town.house, {SECURE_COOKIE: own, PLAIN_COOKIE: f"kota.{'b' * 43}"})
    assert title_of(both.go("/desk/account")) == "Masuk"


def test_of_two_cookies_with_one_name_none_is_put_in_by_a_path(town: Town) -> None:
    # A sister site can set a cookie for our name with a longer path, which browsers send first: it is not ours.
    planted = f"cermin=kota.{'c' * 43}; cermin={town.seats[Role.viewer].cookies[PLAIN_COOKIE]}"
    response = Browser(town.house).send("GET", "/desk/account", headers={"cookie": planted})
    assert (response.status_code, response.headers["location"]) == (303, "/sign-in")
