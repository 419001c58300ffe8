"""An in-memory cache whose values expire after seconds, and which one caller renews while the others go on."""

from collections.abc import Callable, Hashable
from typing import Generic, NamedTuple, TypeVar

from app.foundation.clock import Clock, seconds_of

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")

LONGEST_GRACE = 5.0
# Only a far larger fleet than expected fills the cache; then everything is read anew, which needs no finer eviction.
MOST_ENTRIES = 50_000


class _Entry(NamedTuple, Generic[Value]):
    value: Value
    stored_at: float
    ends: float


class Cache(Generic[Key, Value]):
    """Values by key for some seconds.

    Of an expired value the first caller gets None and renews it; until that is done, for five seconds at most, all
    others still get the old value.
    """

    def __init__(self, clock: Clock, seconds: float) -> None:
        self._now = seconds_of(clock)
        self._seconds = seconds
        self._grace = min(seconds, LONGEST_GRACE)
        self._entries: dict[Key, _Entry[Value]] = {}
        self._renewing: set[Key] = set()
        self._confirmed_at = float("-inf")

    def get(self, key: Key) -> Value | None:
        """The value; None if there is none, or if this caller is the one to renew it."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        # Unpacked, because every rating asks three times.
        value, stored_at, ends = entry
        now = self._now()
        # `ends` has no grace: a key past its own expiry must not authenticate once more.
        if now >= ends:
            return None
        if stored_at < self._confirmed_at:
            stored_at = self._confirmed_at
        # A clock that was put back must not make anything young again.
        age = abs(now - stored_at)
        # Were everybody sent to renew, each expiry would send a burst of equal reads to the database. The grace is
        # bounded, because whoever set out to renew may have failed.
        if age < self._seconds or (key in self._renewing and age < self._seconds + self._grace):
            return value
        self._renewing.add(key)
        return None

    def younger_than(self, key: Key, seconds: float) -> Value | None:
        """The value if it was stored less than so many seconds ago; those who renew ask whether somebody has."""
        entry = self._entries.get(key)
        if entry is None or abs(self._now() - entry.stored_at) >= seconds:
            return None
        return entry.value

    def last(self, key: Key) -> Value | None:
        """The value however old it is."""
        entry = self._entries.get(key)
        return None if entry is None else entry.value

    def forget(self, key: Key) -> None:
        """Drop the value at once, without any grace."""
        self._entries.pop(key, None)
        self._renewing.discard(key)

    def confirm(self, moment: float, has_ended: Callable[[Value], bool]) -> None:
        """Drop the values that have ended, and count all others as stored at this moment (Unix seconds) or later."""
        # In this order, so that none of those that have ended grows young for an instant.
        for key, entry in list(self._entries.items()):
            if has_ended(entry.value):
                self.forget(key)
        self._confirmed_at = moment

    def put(self, key: Key, value: Value, *, ends: float = float("inf")) -> None:
        """Store from now on, but never past the moment `ends` (Unix seconds)."""
        if len(self._entries) >= MOST_ENTRIES:
            self._entries.clear()
        self._entries[key] = _Entry(value, self._now(), ends)
        self._renewing.discard(key)
