"""The cookie of an attempt is one of its own, and its name tells nothing."""

from app.people.oidc.rules.attempts import COOKIE as PROVIDER
from app.people.passkeys.rules.attempts import COOKIE as PASSKEY
from app.people.rules.attempt_cookies import cookie_of, is_attempt


def test_each_attempt_has_a_cookie_of_its_own_and_over_https_for_this_host_alone() -> None:
    name = cookie_of(PROVIDER, "state", secure=True)
    assert name == f"__Host-{cookie_of(PROVIDER, 'state', secure=False)}"
    assert len({name, cookie_of(PROVIDER, "other", secure=True), cookie_of(PASSKEY, "state", secure=True)}) == 3
    assert "state" not in name
    # Whatever a browser sends back as the name of an attempt.
    assert cookie_of(PASSKEY, "\ud800", secure=False).startswith(PASSKEY)


def test_the_attempts_of_one_door_are_none_of_the_other() -> None:
    names = (cookie_of(PROVIDER, "s", secure=True), f"{PROVIDER}x", f"{PASSKEY}x", "cermin", "__Host-cermin")
    assert [is_attempt(PROVIDER, each) for each in names] == [True, True, False, False, False]
