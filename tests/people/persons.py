"""Persons under test: a cheap Argon2, visits from browsers, and somebody who signs in."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlsplit

from pyotp import TOTP

from app.access.principals import Role
from app.foundation.http.visits import Visit
from app.foundation.storage.database import Database
from app.people.granting import Asked, Granter
from app.people.inviting import Invitation, invite
from app.people.passphrases import Cost, Passphrases
from app.people.sessions import Sessions
from app.people.signed_in import SignedIn
from app.people.signing_in import SignIn
from app.people.steps import Entered, Stage
from app.people.tries import BROWSER_COOKIE
from tests.house import SECRET, TurnableClock

# Only tests can ask for it: `Passphrases()` has no setting.
CHEAP = Cost(rounds=1, memory=8, threads=1)
PASSPHRASE = "kopi tubruk di teras"
OPERATOR = Granter("cli:test")


@dataclass
class Door:
    """The doors for persons over a database, without HTTP."""

    database: Database
    clock: TurnableClock
    sessions: Sessions
    sign_in: SignIn
    secrets: dict[str, str] = field(default_factory=dict)

    @classmethod
    @contextmanager
    def open(cls, url: str, **changed: Any) -> Iterator["Door"]:
        """One process's doors."""
        database, clock = Database(url), TurnableClock()
        sessions = Sessions(database, clock, **({"readable_allowed": False, "public_url": None} | changed))
        yield cls(database, clock, sessions, SignIn(database, clock, SECRET.encode(), sessions, Passphrases(CHEAP)))
        database.dispose()

    def invite(self, name: str, role: Role, office: str | None = None, **more: Any) -> str:
        """The code of a new person's link."""
        agency = more.pop("agency", "kota")
        with self.database.writing() as session:
            return invite(session, agency, Invitation(name, **more), Asked(role, office), OPERATOR, self.clock()).code

    def join(self, name: str, role: Role, office: str | None = None, **more: Any) -> Visit:
        """Invite somebody who takes the link and signs in; the visit of the browser then."""
        entered = self.sign_in.with_link(visit(), self.invite(name, role, office, **more), PASSPHRASE, PASSPHRASE)
        return self.enrolled(visit(entered)) if entered.stage is Stage.enrol else visit(entered)

    def enrolled(self, half: Visit) -> Visit:
        """The same browser after setting up a second factor."""
        signed_in = self.who(half)
        self.secrets[signed_in.account] = self.sign_in.enrolment(signed_in).secret
        return visit(self.sign_in.enrol(half, signed_in, self.code(signed_in.account)))

    def code(self, account: str) -> str:
        """The code that the person's app shows now."""
        return TOTP(self.secrets[account]).at(self.clock())

    def who(self, browser: Visit) -> SignedIn:
        """Who is signed in in this browser."""
        found = self.sessions.find(browser)
        assert found is not None
        return found


def visit(entered: Entered | None = None, **changed: Any) -> Visit:
    """A request of a browser on the machine itself, with the cookies it was given."""
    cookies = {}
    if entered is not None:
        cookies = {"cermin": entered.cookie, "__Host-cermin": entered.cookie}
        if entered.browser is not None:
            cookies[BROWSER_COOKIE] = entered.browser
    base = Visit("http", "localhost:8000", "127.0.0.1", "GET", cookies, browser="Firefox/1 (Linux)")
    return replace(base, **changed)


def fragment(link: str) -> str:
    """The code in a printed link."""
    return urlsplit(link).fragment
