"""What may be said of ranks: intervals, and who may stand on a top list (V10).

Raw ranks are mostly chance: of the raw best four of forty only about half are truly in the best quarter
(statistics.md §0). So a rank never comes without its interval, and a top list is in alphabetical order.
"""

from collections.abc import Iterable, Sequence
from fractions import Fraction
from math import sqrt
from typing import NamedTuple

from app.measures.rules.formulas.discoveries import FALSE_DISCOVERY_RATE, two_sided_p

FAMILY_ERROR = 0.05
TOP_LIST_RELIABILITY = 0.80


class RankInterval(NamedTuple):
    """The best and the worst rank that the answers allow; 1 is the best of all."""

    best: int
    worst: int


class Candidate(NamedTuple):
    """A person for a top list; z and q compare with the peers, reliability is that of the person's mean."""

    name: str
    interval: RankInterval
    z: float
    q: float
    reliability: float


def ranks(means: Sequence[Fraction]) -> tuple[int, ...]:
    """1 + how many have a higher mean; equal means share a rank."""
    return tuple(1 + sum(other > mean for other in means) for mean in means)


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
            break
        rejected[place] = True
    return tuple(rejected)


def top_list(candidates: Iterable[Candidate], places: int) -> tuple[str, ...]:
    """Who may be called one of the best `places`, in alphabetical order; often nobody.

    The best rank must be within the places, the mean above the peers' with q < .05, the reliability at
    least .80. Candidates whom the answers cannot tell apart stand together, so there may be more than `places`.
    """
    return tuple(sorted(candidate.name for candidate in candidates if _among_the_best(candidate, places)))


def _among_the_best(candidate: Candidate, places: int) -> bool:
    return (
        candidate.interval.best <= places
        and candidate.z > 0
        and candidate.q < FALSE_DISCOVERY_RATE
        and candidate.reliability >= TOP_LIST_RELIABILITY
    )
