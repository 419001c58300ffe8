"""Whether a clock may be believed, by what is known of the present. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

# Longer than any closing of offices; a wrong battery or a wrong year is off by far more.
FARTHEST = timedelta(days=45)


def is_far_ahead(today: date, known: Iterable[date]) -> bool:
    """Whether today lies further ahead of every day that is known to have been than a service ever stands still.

    Where nothing is known nothing can be far from it.
    """
    days = list(known)
    return bool(days) and today - max(days) > FARTHEST
