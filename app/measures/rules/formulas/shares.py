"""The share of the best answer, with Wilson's interval."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt
from statistics import NormalDist

from app.indices.rules.intervals import CONFIDENCE


@dataclass(frozen=True)
class ScoreShare:
    """k of n answers, and the ends of the interval of their share, all on 0..1."""

    k: int
    n: int
    lower: float
    upper: float
    confidence: float

    @property
    def share(self) -> Fraction:
        """The plain share k/n."""
        return Fraction(self.k, self.n)


def top_box(histogram: Sequence[int], confidence: float = CONFIDENCE) -> ScoreShare | None:
    """The share of the best answer from counts per score, lowest first; None without answers (V3)."""
    n = sum(histogram)
    return share_of(histogram[-1], n, confidence) if n else None


def share_of(k: int, n: int, confidence: float = CONFIDENCE) -> ScoreShare:
    """The share k of n > 0 with the score interval of Wilson (1927).

    Brown, Cai and DasGupta (2001) recommend it for small n. ValueError unless 0 <= k <= n and n > 0.
    """
    if not 0 <= k <= n or not n:
        raise ValueError(f"{k} of {n} is no share")
    lower, upper = wilson_interval(k, n, confidence)
    return ScoreShare(k=k, n=n, lower=lower, upper=upper, confidence=confidence)


def wilson_interval(k: float, n: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The ends of Wilson's interval of the share k of n, which may be an effective number."""
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    centre = (k + z * z / 2) / (n + z * z)
    half = z * sqrt(k * (n - k) / n + z * z / 4) / (n + z * z)
    # At the edges the formula gives exactly 0 and 1, floats only nearly.
    return centre - half if k else 0.0, centre + half if k < n else 1.0
