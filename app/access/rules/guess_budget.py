"""Limits how many wrong codes one address may send: a token bucket for each. Pure."""

from collections import OrderedDict
from ipaddress import IPv4Address, IPv6Network, ip_address
from math import ceil
from threading import Lock


def network_of(address: str) -> str:
    """The address to count under: an IPv4 address itself, of an IPv6 address its /64."""
    # One IPv6 line usually owns a whole /64; counted singly, 2^64 addresses would each have a budget.
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Network((int(found) >> 64 << 64, 64)))


class TokenBuckets:
    """A bucket of `size` tokens for each key, which fills again by and by; in memory only.

    Of more than `most` keys the one longest silent is forgotten, and with it what it had used up.
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
            left = self._filled(key, now)
            if left < 1:
                return max(1, ceil((1 - left) / self._per_second))
            self._keep(key, left - 1, now)
            return 0

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
        while len(self._left) > self._most:
            self._left.popitem(last=False)


class GuessBudget:
    """Attempts left per address (of IPv6: per /64), in memory; beyond `most` addresses the least recent is forgotten.

    An attempt is taken before the code is looked at and given back when it was right, so that no number of
    attempts at once gets past the budget.
    """

    def __init__(self, *, budget: int, per_second: float, most: int = 10_000) -> None:
        self._buckets = TokenBuckets(size=budget, per_second=per_second, most=most)

    def take(self, address: str, now: float) -> int:
        """Take an attempt at this Unix second; returns 0, or the whole seconds until one is available again."""
        return self._buckets.take(network_of(address), now)

    def give_back(self, address: str, now: float) -> None:
        """Return the attempt of a code that turned out to be right."""
        self._buckets.give_back(network_of(address), now)
