"""Keeps what the provider said about itself for a while, and what it failed to say for a moment."""

from asyncio import Lock
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from app.foundation.clock import Clock
from app.people.oidc.faults import ProviderFault

Value = TypeVar("Value")
# Asked for again after an hour, after a failure at once but not by everybody, and before the hour once a minute at
# most, however many tokens name keys that nobody has seen.
LASTS, FAILS, RENEWS = 3_600.0, 5.0, 60.0


class Kept(Generic[Value]):
    """A value that is loaded when it is needed, by one request while the others wait."""

    def __init__(self, load: Callable[[], Awaitable[Value]], clock: Clock) -> None:
        self._load = load
        self._clock = clock
        self._lock = Lock()
        self._loaded: tuple[Value, float] | None = None
        self._failed: tuple[ProviderFault, float] | None = None

    async def get(self, *, renewed: bool = False) -> Value:
        """The value, loaded anew where it is old. Raises `ProviderFault`."""
        async with self._lock:
            now = self._clock().timestamp()
            if self._loaded is not None and 0 <= now - self._loaded[1] < (RENEWS if renewed else LASTS):
                return self._loaded[0]
            if self._failed is not None and 0 <= now - self._failed[1] < FAILS:
                raise ProviderFault(self._failed[0].reason)
            try:
                value = await self._load()
            except ProviderFault as fault:
                self._failed = (fault, now)
                raise
            self._loaded, self._failed = (value, now), None
            return value
