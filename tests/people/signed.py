"""A service and people who are signed in, as they use the API: by the cookie of their session, from our own origin."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from app.access.principals import Role
from app.people.sessions import PLAIN_COOKIE
from tests.house import House
from tests.people.persons import Door


@dataclass
class Seats:
    """The running service, the door for persons over the same database, and who sits at which browser."""

    house: House
    door: Door
    cookies: dict[str, str] = field(default_factory=dict)

    def join(self, name: str, role: Role, office: str | None = None, **more: Any) -> str:
        """Somebody signs in, and is called by this name from then on; the person's id."""
        browser = self.door.join(name, role, office, **more)
        self.cookies[name] = browser.cookies[PLAIN_COOKIE]
        return str(self.door.who(browser).person_id)

    def ask(self, name: str, method: str, path: str, body: Any = None, **options: Any) -> httpx.Response:
        """A request of that person's browser, which sits at the machine itself."""
        headers = {"host": "localhost", "origin": "http://localhost", "accept-language": "en"}
        headers |= {"cookie": f"{PLAIN_COOKIE}={self.cookies[name]}"} | options.pop("headers", {})
        if body is not None:
            options["json"] = body
        return self.house.request(method, path, headers=headers, **options)


@contextmanager
def seats(url: str, keys: dict[str, str], **changed: Any) -> Iterator[Seats]:
    """The service over a furnished database."""
    with House.open(url, keys, **changed) as house, Door.open(url) as door:
        yield Seats(house, door)
