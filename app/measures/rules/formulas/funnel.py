"""The funnel: how far a person's mean lies from the mean of the peers, given the number of answers (V8).

Spiegelhalter (2005): z against chance alone says who differs at all; z* also allows for the ordinary differences
between persons, and only z* says who stands out among them. These are measured by the others alone, for who stands out
would hide in a spread of their own making; his Winsorised φ flagged somebody in up to 58 % of groups where nobody
stands out (decision 17).
"""

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cache
from math import sqrt

from app.measures.rules.formulas.between import SMALLEST_GROUP, PeerGroup, without_each
from app.measures.rules.formulas.discoveries import two_sided_p
from app.measures.rules.formulas.moments import Moments

WARNING = 0.95
ALARM = 0.998
CURVE_POINTS = 40


class Beyond(StrEnum):
    """The widest limit that a mean lies beyond."""

    nothing = "nothing"
    warning = "warning"
    alarm = "alarm"


@dataclass(frozen=True)
class FunnelLimits:
    """The centre μ of a group of so many peers and its variances: how far from it a mean of n answers may lie."""

    mean: float
    within: float
    between: float
    peers: int

    def limits(self, n: int, coverage: float = WARNING, *, low: int = 1, high: int = 4) -> tuple[float, float]:
        """μ ± t·√(σ²/n + τ²), cut at the scale low..high; n > 0."""
        reach = _reach(coverage, self.peers - 2) * self._deviation(n)
        return max(float(low), self.mean - reach), min(float(high), self.mean + reach)

    def beyond(self, answers: Moments) -> Beyond:
        """The widest limit that the mean of these answers lies beyond."""
        distance = abs(float(answers.mean) - self.mean) / self._deviation(answers.n)
        if distance > _reach(ALARM, self.peers - 2):
            return Beyond.alarm
        return Beyond.warning if distance > _reach(WARNING, self.peers - 2) else Beyond.nothing

    def _deviation(self, n: int) -> float:
        return sqrt(self.within / n + self.between)


@dataclass(frozen=True)
class Funnel:
    """The limits of a peer group, and every peer's place in it, in the order of the peers.

    `adjusted_z` is the distance from the others with their ordinary differences allowed for, `p` the chance of one as
    large.
    """

    around: FunnelLimits
    adjusted_z: tuple[float, ...]
    p: tuple[float, ...]


def chance_z(answers: Moments, mean: Fraction, variance: float) -> float:
    """z = (x̄ - μ₀)/√(σ²/n): how far a mean of variance σ²/n lies from that of all answers, against chance alone."""
    return float(answers.mean - mean) / sqrt(variance)


def funnel(group: PeerGroup | None) -> Funnel | None:
    """The funnel of a peer group; None for fewer than eight peers, and where no person's answers vary.

    z* is the externally studentised residual: with τ², μ and Σw of the others alone, z* = (x̄ - μ)/√(σ²/n + τ² + 1/Σw),
    and p is that of Student's t with k - 2 degrees of freedom (V8b).
    """
    if group is None or (peers := len(group.means)) < SMALLEST_GROUP:
        return None
    adjusted = tuple(
        (x - others.mean) / sqrt(v + others.between + others.variance)
        for x, v, others in zip(group.means, group.variances, without_each(group), strict=True)
    )
    around = FunnelLimits(group.mean, group.within, group.between, peers)
    return Funnel(around, adjusted, two_sided_p(adjusted, peers - 2))


@cache
def _reach(coverage: float, freedom: int) -> float:
    # scipy.stats gives the same, but takes much longer to import.
    from scipy.special import stdtrit

    return float(stdtrit(freedom, (1 + coverage) / 2))


def curve_sizes(least: int, most: int, points: int = CURVE_POINTS) -> tuple[int, ...]:
    """Numbers of answers between which the limits of a funnel are all but straight: a geometric series.

    Both ends are in it, no size is twice, and there are at most `points` ≥ 2 of them; 0 < least ≤ most.
    """
    steps = (least * (most / least) ** (place / (points - 1)) for place in range(points))
    return tuple(sorted({round(step) for step in steps}))


def binomial_quantile(probability: float, n: int, share: float) -> int:
    """The smallest count whose binomial distribution function reaches the probability."""
    # scipy.stats gives the same, but takes much longer to import.
    import numpy as np
    from scipy.special import bdtr

    return int(np.searchsorted(bdtr(np.arange(n + 1), n, share), probability))
