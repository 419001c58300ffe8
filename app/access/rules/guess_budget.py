"""Limits how many wrong secrets one address may send: token buckets. Pure."""

from collections import OrderedDict
from ipaddress import IPv4Address, IPv6Network, ip_address
from math import ceil
from threading import Lock
from typing import NamedTuple

NO_ADDRESS = "no address"
# Attempts at one secret from one address: somebody presses again and again, or a program does.
PER_SECRET, PER_SECRET_PER_SECOND = 30, 0.1
# Attempts beyond an address's own budget. At fifty a second one of a million armed tickets (of 2^55 codes) is met in
# 23 years.
SHARED, SHARED_PER_SECOND = 5_000, 50.0


def network_of(address: str) -> str:
    """The address to count under: an IPv4 address itself, of an IPv6 address its /64, and one name for all others."""
    # One IPv6 line usually owns a whole /64; counted singly, 2^64 addresses would each have a budget. What a proxy
    # passes on that is no address is its sender's own word, and would be another one each time.
    try:
        found = ip_address(address)
    except ValueError:
        return NO_ADDRESS
    if isinstance(found, IPv4Address):
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Network((int(found) >> 64 << 64, 64)))


class TokenBuckets:
    """A bucket of `size` tokens for each key, which fills again by and by; in memory only.

    What is full again is forgotten when the next one comes: memory says no longer than it must which address was here,
    and when. Of more than `most` keys the one longest silent is forgotten, and with it what it had used up.
    """

    def __init__(self, *, size: int, per_second: float, most: int = 10_000) -> None:
        self._size = size
        self._per_second = per_second
        self._most = most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, key: str, now: float) -> int:
        """Take a token at this Unix second: 0, or the whole seconds until there is one again."""
        with self._lock:
            wait = self._wait(key, now)
            if not wait:
                self._keep(key, self._filled(key, now) - 1, now)
            return wait

    def wait(self, key: str, now: float) -> int:
        """0 where there is a token, or the whole seconds until there is one again."""
        with self._lock:
            return self._wait(key, now)

    def _wait(self, key: str, now: float) -> int:
        left = self._filled(key, now)
        return 0 if left >= 1 else max(1, ceil((1 - left) / self._per_second))

    def give_back(self, key: str, now: float) -> None:
        """Put a token back that was not needed."""
        with self._lock:
            self._keep(key, min(self._size, self._filled(key, now) + 1), now)

    def _filled(self, key: str, now: float) -> float:
        # A clock that is put back must not empty the bucket, hence no negative time.
        left, since = self._left.get(key, (float(self._size), now))
        return min(float(self._size), left + max(0.0, now - since) * self._per_second)

    def _keep(self, key: str, left: float, now: float) -> None:
        self._left[key] = (left, now)
        self._left.move_to_end(key)
        while len(self._left) > self._most or self._is_first_full(now):
            self._left.popitem(last=False)

    def _is_first_full(self, now: float) -> bool:
        """Whether the bucket longest untouched has filled up since, however empty it was."""
        since = next(iter(self._left.values()))[1]
        return (now - since) * self._per_second >= self._size


class Attempt(NamedTuple):
    """Whether a secret may be looked up, and after how many seconds to come again if it may not or is wrong.

    `wait` 0: a wrong one is answered as wrong at once.
    """

    looks: bool
    wait: int


class GuessBudget:
    """Attempts left per address (of IPv6: per /64) and per secret there, in memory.

    An attempt is taken before the secret is looked up and given back when it was right, so that no number of attempts
    at once gets past the budget. When an address has used its own up, those behind it who hold a right secret must
    not suffer: well-formed secrets are still looked up, only wrong ones are answered like everything else, with a
    wait. That has an end, too, far above what people do and far below what guessing needs. And whoever tries the same
    one over and over uses up the budget of that one.
    """

    def __init__(self, *, budget: int, per_second: float, most: int = 10_000) -> None:
        self._own = TokenBuckets(size=budget, per_second=per_second, most=most)
        self._shared = TokenBuckets(size=SHARED, per_second=SHARED_PER_SECOND, most=most)
        self._secrets = TokenBuckets(size=PER_SECRET, per_second=PER_SECRET_PER_SECOND, most=most)

    def take(self, address: str, now: float, secret: str | None = None) -> Attempt:
        """Take an attempt at this Unix second at the secret with this public part; None: it has not even the form."""
        network = network_of(address)
        # Only looked at: many at once may show a right one, and guessing the same again gains nobody anything.
        if secret is not None and (wait := self._secrets.wait(f"{network} {secret}", now)):
            return Attempt(False, wait)
        wait = self._own.take(network, now)
        return Attempt(not wait or (secret is not None and not self._shared.take(network, now)), wait)

    def give_back(self, attempt: Attempt, address: str, now: float) -> None:
        """Return the attempt at a secret that turned out to be right."""
        (self._shared if attempt.wait else self._own).give_back(network_of(address), now)

    def count_wrong(self, address: str, now: float, secret: str) -> None:
        """Count that the secret with this public part was wrong."""
        self._secrets.take(f"{network_of(address)} {secret}", now)
