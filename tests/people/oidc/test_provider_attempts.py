"""An attempt to sign in through a provider: its browser, its time, its answer, its address."""

from datetime import timedelta

import pytest

from app.access.principals import Role
from app.foundation.problems import Problem
from app.people.faults import PeopleFault
from app.people.rules.attempt_cookies import MOST
from tests.people.oidc.fake_provider import Answer
from tests.people.oidc.through import Through
from tests.people.persons import Door, visit

# What is stored has its tests on both stores in test_logging_out.py.
pytestmark = pytest.mark.sqlite_daily


def test_a_second_tab_does_not_disturb_the_first(through: Through, door: Door) -> None:
    through.join("Siti", Role.supervisor)
    browser, one = through.begin()
    browser, other = through.begin(browser)
    assert one.cookie.name != other.cookie.name
    assert door.who(through.arrived(through.back(browser, one))).login == "siti"
    assert door.who(through.arrived(through.back(browser, other))).login == "siti"
    # Many that were given up do not fill up what a browser may send.
    for _ in range(3 * MOST):
        browser, _ = through.begin(browser)
    assert len(browser.cookies) <= MOST + 1


def test_an_attempt_ends_in_the_browser_in_which_it_began(through: Through, door: Door) -> None:
    through.join("Siti", Role.supervisor)
    browser, departure = through.begin()
    for other in (visit(), through.begin()[0], visit(cookies={departure.cookie.name: "x" * 300})):
        with pytest.raises(PeopleFault, match="began in another browser"):
            through.back(other, departure)
    with pytest.raises(PeopleFault, match="began in another browser"):
        through.back(browser, departure, state="x")
    door.clock.now += timedelta(minutes=11)
    with pytest.raises(PeopleFault, match="is over"):
        through.back(browser, departure)


def test_the_provider_refuses_or_another_one_answers(through: Through, door: Door) -> None:
    through.join("Siti", Role.supervisor)
    browser, departure = through.begin()
    for query in ({"code": "c", "iss": "https://evil.example"}, {"error": "access_denied", "iss": "x"}):
        with pytest.raises(PeopleFault, match="does not answer as it should"):
            through.back(browser, departure, **query)
    through.provider.metadata = {"authorization_response_iss_parameter_supported": True}
    through.set()
    with pytest.raises(PeopleFault, match="does not answer as it should"):
        through.sign_in()
    assert door.who(through.sign_in(iss=through.provider.issuer)).login == "siti"


def test_nobody_comes_in_where_others_can_read_or_from_another_address(through: Through, door: Door) -> None:
    with pytest.raises(PeopleFault, match="Open http://localhost:8000/sign-in to sign in with Keycloak"):
        through.begin(visit(host="10.0.0.1:8000"))
    through.set(public_url="http://10.0.0.1:8000")
    with pytest.raises(PeopleFault, match="not encrypted"):
        through.begin(visit(host="10.0.0.1:8000", address="10.0.0.9"))


@pytest.mark.long
def test_codes_that_are_made_up_are_slowed(through: Through, door: Door) -> None:
    through.join("Siti", Role.supervisor)
    through.provider.instead["/token"] = Answer(400, b'{"error": "invalid_grant"}')
    browser, departure = through.begin()
    for _ in range(40):
        with pytest.raises(PeopleFault, match="does not answer as it should"):
            through.back(browser, departure)
    with pytest.raises(Problem, match="too-many-sign-ins"):
        through.back(browser, departure)
