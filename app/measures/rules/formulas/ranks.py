"""Intervals of ranks (V10).

Raw ranks are mostly chance: in simulations of forty persons only 45 to 60 % of the best four by raw mean are truly in
the best quarter. So a rank is never shown without its interval.
"""

from collections.abc import Sequence
from fractions import Fraction
from math import sqrt
from typing import NamedTuple

from app.measures.rules.formulas.discoveries import two_sided_p

FAMILY_ERROR = 0.05


class RankInterval(NamedTuple):
    """The best and the worst rank that the answers allow; 1 is the best of all."""

    best: int
    worst: int


def rank_intervals(
    means: Sequence[Fraction], variances: Sequence[Fraction], alpha: float = FAMILY_ERROR
) -> tuple[RankInterval, ...]:
    """The interval of each rank from pairwise z with Holm, the simple form of Mogstad et al.

    j is better (worse) than i if z = (x̄ⱼ - x̄ᵢ)/√(vᵢ + vⱼ) is significant among the k - 1 pairs of i.
    `variances` are those of the means. ZeroDivisionError if a pair has none.
    """
    peers = list(zip(means, variances, strict=True))
    return tuple(_interval(peer, peers[:place] + peers[place + 1 :], alpha) for place, peer in enumerate(peers))


def _interval(
    peer: tuple[Fraction, Fraction], others: Sequence[tuple[Fraction, Fraction]], alpha: float
) -> RankInterval:
    mean, variance = peer
    z = [float(other - mean) / sqrt(variance + spread) for other, spread in others]
    rejected = holm([two_sided_p(each) for each in z], alpha)
    better = sum(each > 0 for each, differs in zip(z, rejected, strict=True) if differs)
    worse = sum(each < 0 for each, differs in zip(z, rejected, strict=True) if differs)
    return RankInterval(1 + better, len(others) + 1 - worse)


def holm(p: Sequence[float], alpha: float) -> tuple[bool, ...]:
    """Which hypotheses Holm (1979) rejects: from the smallest p on, while p ≤ α/(hypotheses left)."""
    rejected = [False] * len(p)
    for done, place in enumerate(sorted(range(len(p)), key=p.__getitem__)):
        if p[place] > alpha / (len(p) - done):
            # Holm's procedure steps down: once one p is too large, no larger one is rejected.
            break
        rejected[place] = True
    return tuple(rejected)
