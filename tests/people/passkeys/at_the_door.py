"""A browser with a device, at the door for passkeys, without HTTP."""

from dataclasses import replace
from typing import Any

from app.foundation.http.visits import Visit
from app.people.passkeys.door import Passkeys
from app.people.passkeys.exchange import Asked, Sent
from app.people.passkeys.rules.parties import relying_party
from app.people.steps import Entered
from tests.house import SECRET
from tests.people.passkeys.authenticator import Authenticator
from tests.people.persons import Door, visit

ORIGIN = "https://cermin.example"


def passkeys_of(door: Door, public_url: str | None = ORIGIN) -> Passkeys:
    """The door for passkeys of one process."""
    party = relying_party(public_url)
    return Passkeys(door.database, door.clock, SECRET.encode(), door.sessions, door.sign_in, party)


def there(browser: Visit | None = None, **changed: Any) -> Visit:
    """The same browser at the public address."""
    return replace(browser or visit(), **({"scheme": "https", "host": "cermin.example"} | changed))


def with_attempt(browser: Visit, asked: Asked) -> Visit:
    """The browser with the cookie of its attempt."""
    cookies = {name: value for name, value in browser.cookies.items() if name not in asked.cookie.dropped}
    return replace(browser, cookies={**cookies, asked.cookie.name: asked.cookie.value})


def add(door: Door, browser: Visit, name: str = "laptop", device: Authenticator | None = None) -> Authenticator:
    """Add a passkey to the account of whoever is signed in."""
    device, passkeys, who = device or Authenticator(ORIGIN), passkeys_of(door), door.who(browser)
    asked = passkeys.ask_to_add(browser, who)
    passkeys.add(with_attempt(browser, asked), who, name, Sent(asked.attempt, device.make(asked.options), ""))
    return device


def sign_in(door: Door, device: Authenticator, **lies: Any) -> Entered:
    """Sign in with the device."""
    passkeys, browser = passkeys_of(door), there()
    asked = passkeys.ask_to_sign_in(browser)
    return passkeys.sign_in(with_attempt(browser, asked), Sent(asked.attempt, device.use(asked.options, **lies), ""))
