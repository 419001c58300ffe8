"""What a provider says of somebody: the role that may use Cermin, a second factor, when they signed in there."""

from datetime import timedelta
from typing import Any

import pytest

from app.access.principals import Role
from app.people.faults import PeopleFault
from app.people.steps import Stage
from tests.people.oidc.through import Through, refused
from tests.people.persons import Door

# What is stored has its tests on both stores in test_logging_out.py.
pytestmark = pytest.mark.sqlite_daily

KEYCLOAK: dict[str, Any] = {
    "claims": {"sid": "s-1", "preferred_username": "siti", "azp": "cermin", "acr": "1"},
    "access": {"sub": "u-1", "resource_access": {"cermin": {"roles": ["user"]}}, "typ": "Bearer"},
    "userinfo": {"preferred_username": "siti"},
}
OKTA: dict[str, Any] = {
    "claims": {"groups": ["Everyone", "user"], "amr": ["pwd", "mfa"], "idp": "00o1"},
    "access": {"sub": "siti@kota.example", "uid": "u-1", "cid": "cermin", "azp": None, "aud": "api://default"},
    "userinfo": {},
}


def shape(through: Through, like: dict[str, Any]) -> None:
    """Let the provider speak like this one."""
    for name, value in like.items():
        setattr(through.provider, name, value)


@pytest.mark.parametrize(
    ("like", "path"), [(KEYCLOAK, "resource_access.cermin.roles"), (OKTA, "groups"), (KEYCLOAK, "realm_access.roles")]
)
def test_the_role_is_found_wherever_a_provider_puts_it(
    through: Through, door: Door, like: dict[str, Any], path: str
) -> None:
    shape(through, like)
    code = door.invite("Siti", Role.supervisor)
    through.set(role_claim=path, role="user")
    if path == "realm_access.roles":
        through.provider.userinfo = {"realm_access": {"roles": ["user"]}}
    assert door.who(through.link(code)).login == "siti"
    through.set(role="admin")
    refused(through, "may not use Cermin; ask an administrator of your agency")
    through.set(role="use")
    refused(through, "may not use Cermin")


@pytest.mark.parametrize(
    "access",
    [
        {"azp": "other", "aud": "other"},
        {"iss": "https://evil.example"},
        {"exp": 1_000_000_000},
        "opaque",
        "eyJhbGciOiJub25lIn0.eyJyb2xlcyI6WyJ1c2VyIl19.",
    ],
)
def test_roles_of_an_access_token_that_is_not_ours_count_for_nothing(
    through: Through, door: Door, access: dict[str, Any] | str
) -> None:
    through.join("Siti", Role.supervisor)
    through.set(role_claim="roles", role="user")
    through.provider.access = {"roles": ["user"]}
    through.sign_in()
    through.provider.access = {"roles": ["user"], **access} if isinstance(access, dict) else access
    refused(through, "may not use Cermin")


def test_an_administrator_gives_a_second_factor_here_unless_the_provider_vouches_for_one(
    through: Through, door: Door
) -> None:
    half = through.join("Siti", Role.administrator)
    assert not door.who(half).complete
    browser = door.enrolled(half)
    found = door.who(browser)
    assert found.principal is not None
    assert found.provided is not None
    # The next time it is a code that is owed.
    arrival = through.back(*through.begin())
    assert arrival.entered is not None
    assert arrival.entered.stage is Stage.code
    # `mfa` means something where the operator says so.
    shape(through, OKTA)
    arrival = through.back(*through.begin())
    assert arrival.entered is not None
    assert arrival.entered.stage is Stage.code
    through.set(second_factor=frozenset({"mfa"}))
    strong = door.who(through.sign_in())
    assert (strong.complete, strong.strong) == (True, True)
    assert strong.principal is not None


def test_a_second_factor_is_set_up_by_who_signed_in_just_now_alone(through: Through, door: Door) -> None:
    # At a browser that was left open the provider would lead anybody back without asking.
    through.join("Siti", Role.administrator)
    morning = int((door.clock() - timedelta(hours=5)).timestamp())
    for claims in ({}, {"auth_time": morning}, {"auth_time": True}):
        through.provider.claims = claims
        browser, departure = through.begin()
        arrival = through.back(browser, departure)
        assert arrival.entered is None
        assert arrival.departure is not None
        assert "max_age=0" in arrival.departure.address
        with pytest.raises(PeopleFault, match="does not say that you signed in there just now"):
            through.back(*through.kept(browser, arrival.departure))
    through.provider.claims = {"auth_time": int(door.clock().timestamp())}
    assert not door.who(through.sign_in()).complete
