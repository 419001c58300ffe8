"""How many refused tickets one address may send before it has to wait: a bucket that fills again by and by. Pure."""

from collections import OrderedDict
from math import ceil
from threading import Lock

# Behind a proxy all citizens share its address, so that the budget must bear the honest mistakes of a town. Guessing
# at this speed meets one of a million armed tickets in two centuries.
BUDGET = 600
PER_SECOND = 5.0
MOST_ADDRESSES = 10_000


class GuessBudget:
    """Counts refusals per address, in memory only; of too many addresses the one longest silent is forgotten."""

    def __init__(self, *, budget: int = BUDGET, per_second: float = PER_SECOND, most: int = MOST_ADDRESSES) -> None:
        self._budget = budget
        self._per_second = per_second
        self._most = most
        self._spent: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = Lock()

    def seconds_to_wait(self, address: str, now: float) -> int:
        """Whole seconds until this address may try again; 0 when it may now."""
        with self._lock:
            over = self._refusals(address, now) - (self._budget - 1)
        return max(0, ceil(over / self._per_second))

    def refused(self, address: str, now: float) -> None:
        """One more ticket of this address was refused at this second."""
        with self._lock:
            self._spent[address] = (self._refusals(address, now) + 1, now)
            self._spent.move_to_end(address)
            while len(self._spent) > self._most:
                self._spent.popitem(last=False)

    def _refusals(self, address: str, now: float) -> float:
        spent, since = self._spent.get(address, (0.0, now))
        return max(0.0, spent - max(0.0, now - since) * self._per_second)
