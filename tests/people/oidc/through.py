"""Somebody who goes to the provider and comes back, without HTTP on our side."""

from asyncio import run
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from pydantic import SecretStr

from app.access.principals import Role
from app.foundation.http.visits import Visit
from app.people.faults import PeopleFault
from app.people.oidc.config import ProviderConfig
from app.people.oidc.door import Arrival, Departure, ProviderDoor
from app.people.oidc.provider import Provider
from app.people.oidc.rules.addresses import host_of
from app.people.oidc.wire import Wire
from tests.house import SECRET
from tests.people.oidc.fake_provider import CLIENT, FakeProvider
from tests.people.oidc.fake_provider import SECRET as CLIENT_SECRET
from tests.people.oidc.real_provider import asked
from tests.people.persons import Door, visit

BASE = "http://localhost:8000"


def config(issuer: str, **changed: Any) -> ProviderConfig:
    """The settings for this provider."""
    values: dict[str, Any] = {
        "issuer": issuer,
        "client_id": CLIENT,
        "client_secret": SecretStr(CLIENT_SECRET),
        "agency": "kota",
        "public_url": BASE,
        "name": "Keycloak",
        "contact": None,
        "scopes": "openid profile",
        "hosts": frozenset({host_of(issuer)}),
        "role_claim": None,
        "role": None,
        "nip_claim": None,
        "second_factor": frozenset(),
    }
    return ProviderConfig(**values | changed)


@dataclass
class Through:
    """The door of a provider, and the one browser that goes through it."""

    door: Door
    provider: FakeProvider
    settings: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.set()

    def set(self, **changed: Any) -> None:
        """Another process with changed settings."""
        self.settings |= changed
        inner = Provider(config(self.provider.issuer, **self.settings), self.door.clock, Wire(5))
        self.oidc = ProviderDoor(
            inner, self.door.database, self.door.clock, SECRET.encode(), self.door.sessions, self.door.sign_in
        )

    def begin(self, browser: Visit | None = None) -> tuple[Visit, Departure]:
        """A browser on its way to sign in."""
        return self.kept(browser, run(self.oidc.begin(browser or visit())))

    def kept(self, browser: Visit | None, departure: Departure) -> tuple[Visit, Departure]:
        """The browser with the cookie of its attempt."""
        at = browser or visit()
        cookies = {name: value for name, value in at.cookies.items() if name not in departure.cookie.dropped}
        return replace(at, cookies={**cookies, departure.cookie.name: departure.cookie.value}), departure

    def back(self, browser: Visit, departure: Departure, **query: str) -> Arrival:
        """The same browser when the provider has led it back."""
        sent = asked(departure.address)
        self.provider.nonce = sent["nonce"]
        return run(self.oidc.finish(browser, {"code": "c", "state": sent["state"]} | query))

    def sign_in(self, **query: str) -> Visit:
        """A browser of somebody who signed in."""
        browser, departure = self.begin()
        return self.arrived(self.back(browser, departure, **query))

    def link(self, code: str) -> Visit:
        """A browser of somebody who took an invitation."""
        return self.arrived(self.back(*self.kept(None, run(self.oidc.begin_link(visit(), code)))))

    def join(self, name: str, role: Role, office: str | None = None, **more: Any) -> Visit:
        """Invite somebody who takes the invitation through the provider."""
        return self.link(self.door.invite(name, role, office, **more))

    def prove(self, browser: Visit, code: str = "", **query: str) -> Arrival:
        """Prove to be there."""
        signed_in = self.door.who(browser)
        begun = run(self.oidc.begin_proof(browser, signed_in, code, "keys"))
        at, departure = self.kept(browser, begun)
        return self.back(at, departure, **query)

    def log_out(self, **claims: Any) -> int:
        """The provider says that somebody signed out there."""
        return run(self.oidc.log_out(self.provider.logout_token(**claims)))

    @staticmethod
    def arrived(arrival: Arrival) -> Visit:
        """The browser after it got its cookies."""
        assert arrival.entered is not None
        return visit(arrival.entered)


def refused(through: Through, match: str) -> None:
    """Somebody who comes from the provider and is told why that opens nothing."""
    with pytest.raises(PeopleFault, match=match):
        through.sign_in()
