"""How providers speak, and who is refused by the service although a provider let them in."""

from typing import Any

import pytest

from app.directory.tables import Employee
from app.people.faults import PeopleFault
from tests.people.oidc.through import Through
from tests.people.persons import Door

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


def refused(through: Through, match: str) -> None:
    """Somebody who comes from the provider and is told why that opens nothing."""
    with pytest.raises(PeopleFault, match=match):
        through.sign_in()


def nip_of(door: Door, employee: str, nip: str) -> None:
    """Write a NIP into the directory."""
    with door.database.writing() as session:
        found = session.get(Employee, ("kota", employee))
        assert found is not None
        found.nip = nip
        session.add(found)


NIP = "197001011990032009"
