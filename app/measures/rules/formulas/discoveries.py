"""The false discovery rate: who stands out among many comparisons (V9).

Of all who are flagged at q = .05, about one in twenty is flagged by chance. Jones, Ohlssen and
Spiegelhalter (2008) recommend it on funnels: it finds more than Bonferroni, and people understand it.
"""

from collections.abc import Sequence
from math import erfc, sqrt

FALSE_DISCOVERY_RATE = 0.05


def two_sided_p(z: float) -> float:
    """The chance that a standard normal value lies at least as far from 0 as z."""
    return erfc(abs(z) / sqrt(2))


def q_values(p: Sequence[float]) -> tuple[float, ...]:
    """The least false discovery rate at which each p is a discovery, in the order of the p values.

    Benjamini and Hochberg (1995): p·m/rank, made monotone from the largest p down.
    """
    m = len(p)
    q = [1.0] * m
    least = 1.0
    for rank, place in sorted(enumerate(sorted(range(m), key=p.__getitem__), start=1), reverse=True):
        least = min(least, p[place] * m / rank)
        q[place] = least
    return tuple(q)
