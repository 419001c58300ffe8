"""A memory of seconds: what was read a moment ago need not be read again, and nobody queues to renew it."""

from collections.abc import Hashable
from typing import Generic, NamedTuple, TypeVar

from app.foundation.clock import Clock, seconds_of

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

LONGEST_GRACE = 5.0
LARGEST = 50_000


class _Kept(NamedTuple, Generic[Value]):
    value: Value
    at: float
    ends: float


class Cache(Generic[Key, Value]):
    """Values by key for some seconds. When one grows old, the first who asks gets nothing and is to renew it;
    meanwhile, for a few seconds at most, the others go on with the old one.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._now = seconds_of(clock)
        self._seconds = seconds
        self._grace = min(seconds, LONGEST_GRACE)
        self._kept: dict[Key, _Kept[Value]] = {}
        self._renewing: set[Key] = set()

    def get(self, key: Key) -> Value | None:
        """The value, or None for whoever is to renew it."""
        kept = self._kept.get(key)
        if kept is None:
            return None
        now = self._now()
        if now >= kept.ends:
            return None
        # A clock that was put back must not make anything young again.
        age = abs(now - kept.at)
        if age < self._seconds or (key in self._renewing and age < self._seconds + self._grace):
            return kept.value
        self._renewing.add(key)
        return None

    def younger_than(self, key: Key, seconds: float) -> Value | None:
        """The value if it was put so recently; for those who renew."""
        kept = self._kept.get(key)
        if kept is None or abs(self._now() - kept.at) >= seconds:
            return None
        return kept.value

    def last(self, key: Key) -> Value | None:
        """The value however old it is."""
        kept = self._kept.get(key)
        return None if kept is None else kept.value

    def forget(self, key: Key) -> None:
        """Nobody may go on with this value."""
        self._kept.pop(key, None)
        self._renewing.discard(key)

    def put(self, key: Key, value: Value, *, ends: float = float("inf")) -> None:
        """Remember from now on, but never past the moment `ends` (Unix seconds)."""
        if len(self._kept) >= LARGEST:
            self._kept.clear()
        self._kept[key] = _Kept(value, self._now(), ends)
        self._renewing.discard(key)
