"""The funnel: how far a person's mean lies from the mean of the peers, given the number of answers (V8).

Spiegelhalter (2005): z against chance alone says who differs at all; z* also allows for the ordinary
differences between persons (over-dispersion), and only z* says who stands out among them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import sqrt
from statistics import NormalDist, quantiles

from app.measures.rules.formulas.moments import Moments, merged

WARNING = 0.95
ALARM = 0.998
CURVE_POINTS = 40


class Beyond(StrEnum):
    """The widest limit that a mean lies beyond."""

    nothing = "nothing"
    warning = "warning"
    alarm = "alarm"


@dataclass(frozen=True)
class Funnel:
    """The centre and the spread of a peer group, and every peer's place in it, in the order of the peers."""

    mean: Fraction
    variance: Fraction
    z: tuple[float, ...]
    dispersion: float
    between: float
    adjusted_z: tuple[float, ...]

    def limits(
        self, n: int, coverage: float = WARNING, *, low: int = 1, high: int = 4, overdispersed: bool = False
    ) -> tuple[float, float]:
        """μ₀ ± c·√(σ²/n), or ± c·√(σ²/n + τ²) if overdispersed, cut at the scale low..high; n > 0."""
        between = self.between if overdispersed else 0.0
        reach = _reach(coverage) * sqrt(self.variance / n + between)
        return max(float(low), float(self.mean) - reach), min(float(high), float(self.mean) + reach)


def beyond(z: float) -> Beyond:
    """Which of both limits a mean at this distance (in standard errors) from the centre lies beyond."""
    if abs(z) > _reach(ALARM):
        return Beyond.alarm
    return Beyond.warning if abs(z) > _reach(WARNING) else Beyond.nothing


def curve_sizes(least: int, most: int, points: int = CURVE_POINTS) -> tuple[int, ...]:
    """Numbers of answers between which the limits of a funnel are all but straight: a geometric series.

    Both ends are in it, no size is twice, and there are at most `points` ≥ 2 of them; 0 < least ≤ most.
    """
    steps = (least * (most / least) ** (place / (points - 1)) for place in range(points))
    return tuple(sorted({round(step) for step in steps}))


def _reach(coverage: float) -> float:
    return NormalDist().inv_cdf((1 + coverage) / 2)


def within_variance(peers: Sequence[Moments]) -> Fraction | None:
    """σ² = MSW = ΣSS/(N - k), pooled within persons; None unless somebody has two answers.

    Pooled, for the own variance of a few unanimous answers is 0. ZeroDivisionError if a peer has no answers.
    """
    freedom = sum(peer.n for peer in peers) - len(peers)
    squares = sum((peer.squares for peer in peers), Fraction(0))
    return squares / freedom if freedom else None


def funnel(peers: Sequence[Moments]) -> Funnel | None:
    """The funnel of a peer group; None for fewer than two peers and where no person's answers vary.

    The overall mean μ₀ and z = (x̄ - μ₀)/√(σ²/n) compare everybody with all answers together.
    ZeroDivisionError if a peer has no answers.
    """
    variance = within_variance(peers)
    if len(peers) < 2 or not variance:
        return None
    mean = merged(peers).mean
    z = _z(peers, mean, variance, 0.0)
    dispersion = overdispersion(z)
    between = between_variance(peers, variance, dispersion)
    return Funnel(mean, variance, z, dispersion, between, _z(peers, mean, variance, between))


def _z(peers: Sequence[Moments], mean: Fraction, variance: Fraction, between: float) -> tuple[float, ...]:
    return tuple(float(peer.mean - mean) / sqrt(variance / peer.n + between) for peer in peers)


def overdispersion(z: Sequence[float]) -> float:
    """φ, the mean of z² after Winsorising at 10 % (Spiegelhalter 2005): 1 under pure chance.

    The tenth at either end is drawn in to the 10 % and 90 % quantiles (linear between values), so that
    the few who really stand out do not hide themselves. StatisticsError for fewer than two values.
    """
    lower, *_, upper = quantiles(z, n=10, method="inclusive")
    return sum(min(max(each, lower), upper) ** 2 for each in z) / len(z)


def between_variance(peers: Sequence[Moments], variance: Fraction, dispersion: float) -> float:
    """τ² = max(0, (kφ - (k - 1))/(Σw - Σw²/Σw)) with w = n/σ² (Spiegelhalter 2005); at least two peers."""
    weights = [peer.n / variance for peer in peers]
    total, squares = sum(weights), sum(weight**2 for weight in weights)
    return max(0.0, (len(peers) * dispersion - (len(peers) - 1)) / float(total - squares / total))


def binomial_quantile(probability: float, n: int, share: float) -> int:
    """The smallest count whose binomial distribution function reaches the probability."""
    # scipy.stats gives the same, but takes much longer to import.
    import numpy as np
    from scipy.special import bdtr

    return int(np.searchsorted(bdtr(np.arange(n + 1), n, share), probability))
