"""When a message that was not taken is tried again, and when no more. Pure."""

from datetime import timedelta

# From five seconds to a day, three days in all.
DELAYS = tuple(
    timedelta(seconds=seconds) for seconds in (5, 60, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 57_600, 86_400)
)


def next_delay(attempts: int) -> timedelta | None:
    """How long to wait after so many failed attempts; None: it is given up."""
    return DELAYS[attempts - 1] if attempts <= len(DELAYS) else None
