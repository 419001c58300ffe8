"""How a peer group spreads: by chance within persons (σ²), and by ordinary differences between them (τ²).

One τ² serves reliability, estimate and funnel (decision 17). Statistics in floats: 1e-9 of what exact numbers give.
"""

from array import array
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import fsum
from typing import Any, NamedTuple

from app.measures.rules.formulas.moments import Moments

# Fewer peers tell too little of ordinary differences: nothing is shrunk, nobody is flagged.
SMALLEST_GROUP = 8
# Newton's error is squared at each step: after a step of this size, relative to v + τ², nothing is left of it.
LAST_STEP = 1e-8
# Of the pairs of a large group only so many rows are looked at together, so that memory stays small.
ROWS = 64


class Peer(NamedTuple):
    """What a group takes of a peer: how many answers there are, their mean, and the sum of squares about it."""

    n: int
    mean: float
    squares: float


class Peers:
    """Peers of whom no more is held than a group takes, twenty-four bytes each: there may be tens of thousands."""

    def __init__(self) -> None:
        self._sizes, self._means, self._squares = array("q"), array("d"), array("d")

    def add(self, n: int, mean: float, squares: float) -> None:
        """Add a peer; both floats are the nearest to what is exact."""
        self._sizes.append(n)
        self._means.append(mean)
        self._squares.append(squares)

    def __len__(self) -> int:
        return len(self._sizes)

    def __iter__(self) -> Iterator[Peer]:
        return map(Peer, self._sizes, self._means, self._squares)


@dataclass(frozen=True)
class PeerGroup:
    """The variances σ² `within` and τ² `between` persons, their mean μ, and each one's mean and its variance v = σ²/n.

    μ weighs every mean by 1/(v + τ²). All are in the order of the peers.
    """

    within: float
    between: float
    mean: float
    means: tuple[float, ...]
    variances: tuple[float, ...]

    @property
    def icc(self) -> float:
        """The intraclass correlation τ²/(τ² + σ²): which part of the variance of single answers is between persons."""
        return self.between / (self.between + self.within)


class Others(NamedTuple):
    """τ² and μ of a group without one of its peers, and the variance of that μ, 1/Σw."""

    between: float
    mean: float
    variance: float


def within_variance(peers: Sequence[Moments] | Peers) -> float | None:
    """σ² = MSW = ΣSS/(N - k), pooled within persons; None unless somebody has two answers.

    Pooled, for the own variance of a few unanimous answers is 0. ZeroDivisionError if a peer has no answers.
    """
    # Exact per peer, then rounded once: one denominator for hundreds of peers would have thousands of digits.
    # fsum makes the result the same for any order.
    squares = fsum(peer.squares for peer in peers)
    freedom = sum(peer.n for peer in peers) - len(peers)
    return squares / freedom if freedom else None


def peer_group(peers: Sequence[Moments] | Peers) -> PeerGroup | None:
    """The spread of a group; None below two peers and where no person's answers vary: then nothing is chance.

    ZeroDivisionError for a peer without answers.
    """
    within = within_variance(peers)
    if len(peers) < 2 or not within:
        return None
    means = tuple(float(peer.mean) for peer in peers)
    variances = tuple(within / peer.n for peer in peers)
    between = paule_mandel(means, variances)
    return PeerGroup(within, between, weighted((1 / (v + between) for v in variances), means), means, variances)


def paule_mandel(means: Sequence[float], variances: Sequence[float]) -> float:
    """The variance τ² between groups of Paule and Mandel (1982): Σ(x̄ - μ)²/(v + τ²) = k - 1.

    0 when the means differ less than their sampling variances, all above 0, explain.
    """
    smallest, tau_squared = min(variances), 0.0
    # The sum falls with τ² and is convex, so that Newton's method from 0 comes close from below and never overshoots.
    while True:
        weights = [1 / (v + tau_squared) for v in variances]
        mean = weighted(weights, means)
        scatter = fsum(w * (x - mean) ** 2 for w, x in zip(weights, means, strict=True))
        if scatter <= len(means) - 1:
            return tau_squared
        slope = fsum((w * (x - mean)) ** 2 for w, x in zip(weights, means, strict=True))
        step = (scatter - len(means) + 1) / slope
        tau_squared += step
        if step <= LAST_STEP * (smallest + tau_squared):
            return tau_squared


def without_each(group: PeerGroup) -> list[Others]:
    """For each peer in turn what the others alone say; of at least three peers.

    Who really stands out would otherwise widen the τ² by which they are judged.
    """
    # Imported here, because NumPy takes time that neither intake nor start-up should pay.
    import numpy as np

    k, smallest = len(group.means), min(group.variances)
    # About their mean, so that little is lost where squares are taken from each other.
    means, variances = np.array(group.means) - group.mean, np.array(group.variances)
    # Whoever has as many answers has the same variance, and the same weight: their sums are all that is needed of them.
    classes, of = np.unique(variances, return_inverse=True)
    count, first, second = (np.bincount(of, each, len(classes)) for each in (np.ones(k), means, means * means))
    found: list[Others] = []
    for start in range(0, k, ROWS):
        x, v = means[start : start + ROWS], variances[start : start + ROWS]
        # One person of many hardly moves τ². From above the root Newton's first step lands below it, perhaps below 0.
        tau_squared = np.full(len(x), group.between)
        moving = True
        while True:
            # Of all, less the own one.
            weights, own = 1 / (classes + tau_squared[:, None]), 1 / (v + tau_squared)
            total = weights @ count - own
            mean = (weights @ first - own * x) / total
            if not moving:
                break
            excess = _about(mean, weights, count, first, second) - own * (x - mean) ** 2 - (k - 2)
            slope = _about(mean, weights**2, count, first, second) - (own * (x - mean)) ** 2
            # Where all the others are equal there is no slope, and no τ².
            steps = np.maximum(np.divide(excess, slope, out=-tau_squared, where=slope > 0), -tau_squared)
            tau_squared = tau_squared + steps
            moving = bool((np.abs(steps) > LAST_STEP * (smallest + tau_squared)).any())
        found += map(Others, tau_squared.tolist(), (mean + group.mean).tolist(), (1 / total).tolist())
    return found


def _about(mean: Any, weights: Any, count: Any, first: Any, second: Any) -> Any:
    """Σw(x - mean)² for each row, of classes of which count, Σx and Σx² are known."""
    return weights @ second - 2 * mean * (weights @ first) + mean * mean * (weights @ count)


def weighted(weights: Iterable[float], values: Sequence[float]) -> float:
    """Σwx/Σw, the same for any order."""
    kept = list(weights)
    return fsum(w * x for w, x in zip(kept, values, strict=True)) / fsum(kept)
