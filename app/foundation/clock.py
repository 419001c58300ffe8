"""The clock is a parameter, so that tests can turn it."""

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import TypeAlias

Clock: TypeAlias = Callable[[], datetime]


def system_clock() -> datetime:
    """The present moment, aware and in UTC."""
    return datetime.now(UTC)


def seconds_of(clock: Clock) -> Callable[[], float]:
    """The same clock in Unix seconds; the system's own without the detour over a datetime."""
    return time.time if clock is system_clock else lambda: clock().timestamp()
