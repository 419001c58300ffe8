"""Empirical Bayes: means of peers drawn towards their common mean, the more the fewer answers there are.

For estimation and for display of a comparison; it never replaces the official index, print both. Morris's variance
covers 93.8 to 98.1 % in simulations of 8, 15 and 40 peers, the plain one 82 to 94 %.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

from app.indices.rules.intervals import CONFIDENCE
from app.measures.rules.formulas.between import SMALLEST_GROUP, PeerGroup, weighted


@dataclass(frozen=True, slots=True)
class Shrunk:
    """The estimate for one peer, on the scale of the answers; `weight` is the part B* of the common mean.

    The ends are estimate ± z sd and may lie beyond the ends of the scale.
    """

    estimate: float
    sd: float
    lower: float
    upper: float
    weight: float


def shrinkage(group: PeerGroup | None, confidence: float = CONFIDENCE) -> tuple[Shrunk, ...] | None:
    """The empirical Bayes estimates with the variance of Morris (1983), in the order of the peers (V7).

    With v = MSW/n (pooled, since five equal answers have no variance of their own), w = 1/(v + τ²),
    μ = Σw x̄/Σw, v̄ = Σw v/Σw, B = v/(v + τ²) and B* = B(k - 3)/(k - 1), the estimate is
    (1 - B*) x̄ + B* μ. None with fewer than 8 peers, or if each peer's answers all agree.
    """
    if group is None or len(group.means) < SMALLEST_GROUP:
        return None
    k, mean, tau_squared = len(group.means), group.mean, group.between
    noise = weighted((1 / (v + tau_squared) for v in group.variances), group.variances)
    z = NormalDist().inv_cdf((1 + confidence) / 2)

    def shrunk(x: float, v: float) -> Shrunk:
        # Morris's factor (k - 3)/(k - 1): τ² is estimated from k peers, and a plain B would shrink too much.
        weight = v / (v + tau_squared) * (k - 3) / (k - 1)
        estimate = (1 - weight) * x + weight * mean
        known = v * (1 - (k - 1) / k * weight)
        # What not knowing τ² adds.
        unknown = 2 / (k - 3) * weight**2 * (noise + tau_squared) / (v + tau_squared) * (x - mean) ** 2
        sd = sqrt(known + unknown)
        return Shrunk(estimate, sd, estimate - z * sd, estimate + z * sd, weight)

    return tuple(map(shrunk, group.means, group.variances))
