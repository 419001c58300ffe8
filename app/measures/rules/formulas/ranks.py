"""Intervals of ranks (V10).

Raw ranks are mostly chance: in simulations of forty persons only 45 to 60 % of the best four by raw mean are truly in
the best quarter. So a rank is never shown without its interval.
"""

from collections.abc import Sequence
from math import sqrt
from typing import NamedTuple

FAMILY_ERROR = 0.05


class RankInterval(NamedTuple):
    """The best and the worst rank that the answers allow; 1 is the best of all."""

    best: int
    worst: int


def rank_intervals(
    means: Sequence[float], variances: Sequence[float], alpha: float = FAMILY_ERROR
) -> tuple[RankInterval, ...]:
    """The interval of each rank from pairwise z with Holm, the simple form of Mogstad et al.

    j is better (worse) than i if z = (x̄ⱼ - x̄ᵢ)/√(vᵢ + vⱼ) is significant among the k - 1 pairs of i: Holm (1979)
    rejects from the smallest p on, while p ≤ α/(pairs left). `variances` are those of the means, all above 0.
    """
    # Imported here, because they take time that neither intake nor start-up should pay.
    import numpy as np
    from scipy.special import erfcinv

    k = len(means)
    x, v = np.array(means), np.array(variances)
    # Whoever has as many answers has the same variance: of them, in order, it is looked up how many are far enough.
    classes, class_of = np.unique(v, return_inverse=True)
    ordered = [(own, np.sort(x[class_of == place])) for place, own in enumerate(classes)]
    better, worse = np.zeros(k, dtype=int), np.zeros(k, dtype=int)
    while True:
        # Holm's procedure steps down: once so many are rejected, the limit of the next is that of the pairs left. As a
        # z: nobody differs from themselves, whatever the limit.
        rejected = better + worse
        reach = sqrt(2) * erfcinv(alpha / np.maximum(k - 1 - rejected, 1))
        better, worse = np.zeros(k, dtype=int), np.zeros(k, dtype=int)
        for spread, others in ordered:
            far = reach * np.sqrt(v + spread)
            better += len(others) - np.searchsorted(others, x + far, side="left")
            worse += np.searchsorted(others, x - far, side="right")
        if (better + worse == rejected).all():
            break
    return tuple(RankInterval(1 + b, k - w) for b, w in zip(better.tolist(), worse.tolist(), strict=True))
