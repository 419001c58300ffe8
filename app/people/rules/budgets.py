"""How often somebody may try to sign in: by account, by address, and apart from both by known browser. Pure."""

from hashlib import sha256
from typing import NamedTuple

from app.access.rules.guess_budget import TokenBuckets, network_of


class Pace(NamedTuple):
    """So many tries at once, and one more each so many seconds."""

    tries: int
    seconds: int

    def buckets(self) -> TokenBuckets:
        """Buckets of this pace, one for each key."""
        return TokenBuckets(size=self.tries, per_second=1 / self.seconds)


class Paces(NamedTuple):
    """The paces of an account for strangers, of an address, and of a browser that is known to the account."""

    account: Pace
    address: Pace
    browser: Pace


# An office behind one address comes in by this; whoever makes up answers is slowed.
NETWORKS = Pace(40, 10)
PASSPHRASES = Paces(account=Pace(8, 60), address=Pace(40, 10), browser=Pace(10, 20))
# Three of a million codes are right at any moment: at this pace a year of guessing, with the passphrase in hand,
# meets one with a chance of one in eleven, and leaves 35,000 rows in the audit trail.
CODES = Paces(account=Pace(5, 900), address=Pace(40, 10), browser=Pace(5, 60))


class SignInBudget:
    """The tries left in one process. A try is taken before anything is compared, and given back when it was right.

    A browser that has signed in to an account before has tries of its own for it: whoever guesses from elsewhere can
    slow the account down for strangers, but not shut its owner out.
    """

    def __init__(self, paces: Paces) -> None:
        self._accounts, self._addresses, self._browsers = (pace.buckets() for pace in paces)

    def take(self, account: str, address: str, browser: str | None, now: float) -> int:
        """Take a try at this Unix second: 0, or the whole seconds until there is one again."""
        if browser is not None:
            return self._browsers.take(_key(account, browser), now)
        network = network_of(address)
        # Who has no more tries at this address does not use up those of the account.
        wait = self._addresses.take(network, now)
        if wait:
            return wait
        return self._accounts.take(_key(account), now)

    def give_back(self, account: str, address: str, browser: str | None, now: float) -> None:
        """Give the try back: it was right."""
        if browser is not None:
            self._browsers.give_back(_key(account, browser), now)
            return
        self._addresses.give_back(network_of(address), now)
        self._accounts.give_back(_key(account), now)


def _key(*parts: str) -> str:
    # What was typed is of any length, and may be a passphrase in the wrong field: it is not kept as it is.
    return sha256("\0".join(parts).encode("utf-8", "replace")).hexdigest()
