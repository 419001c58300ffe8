"""How many wrong codes one address may send before it has to wait: a bucket that fills again by and by. Pure."""

from collections import OrderedDict
from ipaddress import IPv4Address, IPv6Network, ip_address
from math import ceil
from threading import Lock


def neighbourhood(address: str) -> str:
    """What one line has for its own: an address of IPv4, but 2^64 of IPv6."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if isinstance(found, IPv4Address):
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else str(IPv6Network((int(found) >> 64 << 64, 64)))


class GuessBudget:
    """Attempts left per address (of IPv6: per /64), in memory only; of too many the one longest silent is forgotten.

    An attempt is taken before the code is looked at and given back when it was right, so that no number of
    attempts at once gets past the budget.
    """

    def __init__(self, *, budget: int, per_second: float, most: int = 10_000) -> None:
        self._budget = budget
        self._per_second = per_second
        self._most = most
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def take(self, address: str, now: float) -> int:
        """Take an attempt at this Unix second: 0, or the whole seconds until there is one again."""
        address = neighbourhood(address)
        with self._lock:
            left = self._filled(address, now)
            if left < 1:
                return max(1, ceil((1 - left) / self._per_second))
            self._keep(address, left - 1, now)
            return 0

    def give_back(self, address: str, now: float) -> None:
        """The code was right: nothing was guessed."""
        address = neighbourhood(address)
        with self._lock:
            self._keep(address, min(self._budget, self._filled(address, now) + 1), now)

    def _filled(self, address: str, now: float) -> float:
        left, since = self._left.get(address, (float(self._budget), now))
        return min(float(self._budget), left + max(0.0, now - since) * self._per_second)

    def _keep(self, address: str, left: float, now: float) -> None:
        self._left[address] = (left, now)
        self._left.move_to_end(address)
        while len(self._left) > self._most:
            self._left.popitem(last=False)
