"""A browser without JavaScript: it keeps cookies, follows redirects, and fills in the forms that it is shown."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from re import DOTALL, findall, search, sub
from typing import Any

import httpx
from pyotp import TOTP

from app.access.principals import Role
from app.people.passphrases import Passphrases
from app.people.sessions import Sessions
from app.people.signing_in import SignIn
from tests.house import SECRET, House
from tests.people.persons import CHEAP, PASSPHRASE, Door

HOST = "localhost"


@contextmanager
def desk(url: str, keys: dict[str, str], **changed: Any) -> Iterator[House]:
    """A running service whose passphrases cost little."""
    with House.open(url, keys, **changed) as house:
        sessions = house.services.of(Sessions)
        cheap = SignIn(house.services.database, house.clock, SECRET.encode(), sessions, Passphrases(CHEAP))
        house.put_instead(SignIn, cheap)
        yield house


@dataclass
class Browser:
    """One browser at the machine itself."""

    house: House
    cookies: dict[str, str] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    secret: str = ""
    at: str = ""

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request; the cookies of its answer are kept."""
        # The client under all browsers of a test keeps none of its own.
        self.house.client.cookies.clear()
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        headers = {"host": HOST, "origin": f"http://{HOST}", "cookie": cookies} | self.headers
        response = self.house.request(method, path, headers=headers | options.pop("headers", {}), **options)
        for name, value in response.cookies.items():
            self.cookies[name] = value
        for cookie in response.headers.get_list("set-cookie"):
            if "Max-Age=0" in cookie:
                self.cookies.pop(cookie.partition("=")[0], None)
        return response

    def go(self, path: str) -> httpx.Response:
        """The page where a link leads in the end."""
        response = self.send("GET", path)
        while response.status_code == 303:
            path = response.headers["location"]
            response = self.send("GET", path)
        self.at = path
        return response

    def submit(self, page: httpx.Response, action: str, /, **filled: str) -> httpx.Response:
        """Fill in the form of a page and send it; the page where that leads."""
        given = fields_of(page, action)
        unknown = filled.keys() - given.keys()
        assert not unknown, unknown
        response = self.send("POST", action, data=given | filled)
        return self.go(response.headers["location"]) if response.status_code == 303 else response

    def join(self, door: Door, name: str, role: Role, office: str | None = None, **more: Any) -> httpx.Response:
        """Take an invitation, with a second factor where one is needed; the first page of the role."""
        page = self.submit(self.go("/sign-in/link"), "/sign-in/link", code=door.invite(name, role, office, **more),
                           passphrase=PASSPHRASE, repeated=PASSPHRASE)  # fmt: skip
        if "/sign-in/second-factor" in page.text:
            self.secret = facts_of(page)["Atau ketik kunci ini"].replace(" ", "")
            page = self.submit(page, "/sign-in/second-factor", code=self.code())
            page = self.go("/desk")
        return page

    def code(self) -> str:
        """The code that this person's phone shows now."""
        return TOTP(self.secret).at(self.house.clock.now)


def fields_of(page: httpx.Response, action: str) -> dict[str, str]:
    """The fields of a form with the values that the page gave them."""
    found = search(rf'<form[^>]*action="{action}"[^>]*>(.*?)</form>', page.text, DOTALL)
    assert found is not None, f"{action}: {text_of(page)}"
    given = {}
    for tag in findall(r"<input[^>]*>", found[1]):
        given[attribute(tag, "name")] = attribute(tag, "value")
    for name, inner in findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', found[1], DOTALL):
        options = findall(r"<option[^>]*>", inner)
        chosen = next((each for each in options if "selected" in each), options[0])
        given[name] = attribute(chosen, "value")
    for name, inner in findall(r'<textarea[^>]*name="([^"]*)"[^>]*>\n?(.*?)</textarea>', found[1], DOTALL):
        given[name] = unescape(inner)
    return given


def attribute(tag: str, name: str) -> str:
    """The value of an attribute."""
    found = search(rf'\b{name}="([^"]*)"', tag)
    return unescape(found[1]) if found else ""


def facts_of(page: httpx.Response) -> dict[str, str]:
    """The facts of a page by their names."""
    return {unescape(name): unescape(value) for name, value in findall(r"<dt>(.*?)</dt><dd>(.*?)</dd>", page.text)}


def title_of(page: httpx.Response) -> str:
    """The heading of a page."""
    found = search(r"<h1>(.*?)</h1>", page.text)
    return unescape(found[1]) if found else ""


def text_of(page: httpx.Response) -> str:
    """What a page says."""
    return " ".join(unescape(sub(r"<[^>]+>", " ", page.text)).split())
