"""The false discovery rate: who stands out among many comparisons (V9).

Of all who are flagged at q = .05, about one in twenty is flagged by chance. Jones, Ohlssen and
Spiegelhalter (2008) recommend it on funnels: it finds more than Bonferroni, and people understand it.
"""

from collections.abc import Sequence

FALSE_DISCOVERY_RATE = 0.05


def two_sided_p(t: Sequence[float], freedom: int) -> tuple[float, ...]:
    """The chance that a value of Student's t with so many degrees of freedom lies at least as far from 0 as each t."""
    # Imported here, because SciPy takes half a second that neither intake nor start-up should pay.
    from scipy.special import stdtr

    return tuple(2 * float(stdtr(freedom, -abs(each))) for each in t)


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
