"""Slows down guessing, and knows the browsers that have signed in before, which are never shut out."""

import hmac
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import sha256
from typing import NamedTuple

from app.access.guesses import Guesses
from app.access.rules.guess_budget import network_of
from app.foundation.clock import Clock
from app.foundation.http.visits import Visit
from app.foundation.problems import Problem
from app.people.faults import PeopleFault
from app.people.rules.budgets import NETWORKS, Paces, SignInBudget

WRONG_LINK = "link-unknown"
# So many characters of a code tell links apart; the others are the secret.
PUBLIC = 8
BROWSER_COOKIE, BROWSER_SECONDS = "cermin_browser", 180 * 86_400


class Taken(NamedTuple):
    """A try that was taken, to be given back when it was right."""

    account: str
    address: str
    browser: str | None


class KnownBrowsers:
    """Cookies that say, without a row anywhere, that a browser has signed in to an account before."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def cookie(self, account: str) -> str:
        """A fresh cookie's value for this account."""
        nonce = secrets.token_urlsafe(16)
        return f"{nonce}.{self._mark(nonce, account)}"

    def known(self, visit: Visit, account: str) -> str | None:
        """What tells this browser from others of the account; None if it has never signed in there."""
        nonce, _, mark = visit.cookies.get(BROWSER_COOKIE, "").partition(".")
        right = mark.isascii() and hmac.compare_digest(mark, self._mark(nonce, account))
        return nonce if right else None

    def _mark(self, nonce: str, account: str) -> str:
        return hmac.new(self._key, f"{nonce}\0{account}".encode("utf-8", "replace"), sha256).hexdigest()


class LinkTries:
    """Limits wrong codes of links by address: who sends many is asked to wait, whoever holds a right one is not."""

    def __init__(self, clock: Clock) -> None:
        self._guesses = Guesses(clock, "too-many-links", {WRONG_LINK})

    @contextmanager
    def attempt(self, visit: Visit, value: str | None) -> Iterator[None]:
        """One look at a code (None: it has not even its form); a `PeopleFault` within says that it is wrong.

        Raises `too-many-links`.
        """
        refusal: PeopleFault | None = None
        try:
            with self._guesses.attempt(visit.address, None if value is None else value[:PUBLIC]):
                try:
                    yield
                except PeopleFault as fault:
                    refusal = fault
                    raise Problem(WRONG_LINK) from None
        except Problem as problem:
            if refusal is None or problem.code != WRONG_LINK:
                raise
            raise refusal from None


class Tries:
    """The tries of one kind of secret in one process."""

    def __init__(self, paces: Paces, browsers: KnownBrowsers, clock: Clock) -> None:
        self._budget = SignInBudget(paces)
        self._browsers = browsers
        self._clock = clock

    def take(self, visit: Visit, account: str) -> Taken:
        """Take a try before anything is compared. Raises `too-many-sign-ins`."""
        taken = Taken(account, visit.address, self._browsers.known(visit, account))
        wait = self._budget.take(*taken, self._clock().timestamp())
        _refuse_hurry(wait)
        return taken

    def give_back(self, taken: Taken) -> None:
        """Give a try back: what was typed was right."""
        self._budget.give_back(*taken, self._clock().timestamp())


class NetworkTries:
    """The tries of a door that knows nobody's name before it has compared: by network alone."""

    def __init__(self, clock: Clock) -> None:
        self._buckets = NETWORKS.buckets()
        self._clock = clock

    def take(self, visit: Visit) -> None:
        """Take a try before anything is compared. Raises `too-many-sign-ins`."""
        _refuse_hurry(self._buckets.take(network_of(visit.address), self._clock().timestamp()))

    def give_back(self, visit: Visit) -> None:
        """Give the try back: all was right."""
        self._buckets.give_back(network_of(visit.address), self._clock().timestamp())


def _refuse_hurry(wait: int) -> None:
    """Ask whoever has no try left to wait so many seconds. Raises `too-many-sign-ins`."""
    if wait:
        raise Problem(
            "too-many-sign-ins", headers={"Retry-After": str(wait)}, extra={"retry_after": wait}, seconds=wait
        )
