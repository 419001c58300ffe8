"""Proving to be there through the provider: asked anew, by the person of the session, after the second factor."""

from asyncio import run
from datetime import timedelta
from typing import Any

import pytest

from app.access.principals import Role
from app.foundation.problems import Problem
from app.people.faults import PeopleFault
from tests.people.oidc.through import Through
from tests.people.persons import Door

pytestmark = pytest.mark.sqlite_daily


def now(door: Door) -> int:
    """The present Unix second."""
    return int(door.clock().timestamp())


def test_who_signed_in_there_long_ago_has_proved_nothing_here(through: Through, door: Door) -> None:
    through.join("Siti", Role.supervisor)
    for claims, proven in (
        ({}, False),
        ({"auth_time": now(door) - 601}, False),
        ({"auth_time": now(door) - 500}, True),
    ):
        through.provider.claims = claims
        assert door.who(through.sign_in()).is_proven(door.clock()) is proven
    # A provider whose clock is ahead gives nobody more time.
    through.provider.claims = {"auth_time": now(door) + 50}
    browser = through.sign_in()
    door.clock.now += timedelta(seconds=599)
    assert door.who(browser).is_proven(door.clock())
    door.clock.now += timedelta(seconds=1)
    assert not door.who(browser).is_proven(door.clock())


def test_a_proof_asks_the_provider_anew_and_believes_only_its_auth_time(through: Through, door: Door) -> None:
    browser = through.join("Siti", Role.supervisor)
    door.clock.now += timedelta(minutes=20)
    for claims in ({}, {"auth_time": now(door) - 61}, {"auth_time": None}, {"auth_time": 0}):
        through.provider.claims = claims
        with pytest.raises(PeopleFault, match="does not say that you signed in there just now"):
            through.prove(browser)
        assert not door.who(browser).is_proven(door.clock())
    through.provider.claims = {"auth_time": now(door)}
    arrival = through.prove(browser)
    assert (arrival.entered, arrival.target) == (None, "keys")
    assert door.who(browser).is_proven(door.clock())


def test_a_proof_is_given_by_the_person_of_the_session(through: Through, door: Door) -> None:
    browser = through.join("Siti", Role.supervisor)
    through.provider.sub = "u-2"
    other = through.join("Budi", Role.viewer)
    door.clock.now += timedelta(minutes=20)
    through.provider.claims = {"auth_time": now(door)}
    with pytest.raises(PeopleFault, match="with another account than here"):
        through.prove(browser)
    through.provider.sub = "nobody"
    with pytest.raises(PeopleFault, match="with another account than here"):
        through.prove(browser)
    # Nor does an attempt of one browser prove anything in another.
    through.provider.sub = "u-2"
    attempt = begun(through, door, browser)
    with pytest.raises(Problem, match="session-ended"):
        through.back(*through.kept(other, attempt))
    assert not door.who(browser).is_proven(door.clock())
    door.sessions.end(door.who(browser))
    with pytest.raises(Problem, match="session-ended"):
        through.back(*through.kept(browser, attempt))


def begun(through: Through, door: Door, browser: Any) -> Any:
    """The departure of a proof."""
    return run(through.oidc.begin_proof(browser, door.who(browser), "", "people"))


def test_who_has_a_second_factor_gives_it_before(through: Through, door: Door) -> None:
    browser = door.enrolled(through.join("Siti", Role.administrator))
    door.clock.now += timedelta(minutes=20)
    through.provider.claims = {"auth_time": now(door)}
    for code in ("", "000000"):
        with pytest.raises(PeopleFault, match="code is wrong"):
            through.prove(browser, code)
    through.prove(browser, door.code("siti@kota"))
    assert door.who(browser).is_proven(door.clock())
