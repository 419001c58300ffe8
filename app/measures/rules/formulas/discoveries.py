"""Who stands out when many are looked at: the false discovery rate (V9).

Of all who are flagged at q = .05, about one in twenty is flagged by chance. Jones, Ohlssen and
Spiegelhalter (2008) recommend it on funnels: it finds more than Bonferroni, and people understand it.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import erfc, sqrt

FALSE_DISCOVERY_RATE = 0.05


def two_sided_p(z: float) -> float:
    """The chance that a standard normal value lies at least as far from 0 as z."""
    return erfc(abs(z) / sqrt(2))


def q_values(p: Sequence[float], *, dependent: bool = False) -> tuple[float, ...]:
    """The least false discovery rate at which each p is a discovery, in the order of the p values.

    Benjamini and Hochberg (1995): p·m/rank, made monotone from the largest p down. With `dependent`, for
    tests that depend on each other in any way, Benjamini and Yekutieli (2001): times 1 + 1/2 + … + 1/m.
    """
    m = len(p)
    factor = float(m * sum(Fraction(1, rank) for rank in range(1, m + 1))) if dependent else float(m)
    q = [1.0] * m
    least = 1.0
    for rank, place in sorted(enumerate(sorted(range(m), key=p.__getitem__), start=1), reverse=True):
        least = min(least, p[place] * factor / rank)
        q[place] = least
    return tuple(q)


def discoveries(z: Sequence[float], q: float = FALSE_DISCOVERY_RATE, *, dependent: bool = False) -> tuple[bool, ...]:
    """Which z stand out at a false discovery rate below q, in either direction."""
    return tuple(each < q for each in q_values([two_sided_p(value) for value in z], dependent=dependent))
