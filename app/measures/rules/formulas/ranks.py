"""Intervals of ranks (V10).

Raw ranks are mostly chance: in simulations of forty persons only 45 to 60 % of the best four by raw mean are truly in
the best quarter. So a rank is never shown without its interval.
"""

from collections.abc import Sequence
from typing import NamedTuple

from app.measures.rules.formulas.between import ROWS

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
    from scipy.special import erfc

    k = len(means)
    x, v = np.array(means), np.array(variances)
    # The last limit is for everybody's comparison with themselves, whose p of 1 passes none.
    limits = np.append(alpha / np.arange(k - 1, 0, -1), 0)
    found: list[RankInterval] = []
    for first in range(0, k, ROWS):
        rows = slice(first, first + ROWS)
        differences = x - x[rows, None]
        p = erfc(np.abs(differences) / np.sqrt(2 * (v + v[rows, None])))
        ordered = np.sort(p, axis=1)
        # Holm's procedure steps down: once one p is too large, no larger one is rejected.
        kept = (ordered > limits).argmax(axis=1)
        rejected = p < np.take_along_axis(ordered, kept[:, None], axis=1)
        better, worse = (rejected & (differences > 0)).sum(axis=1), (rejected & (differences < 0)).sum(axis=1)
        found += [RankInterval(1 + b, k - w) for b, w in zip(better.tolist(), worse.tolist(), strict=True)]
    return tuple(found)
