"""Tail probabilities of the rules of screening: how likely counts this large are by chance.

scipy.special alone: scipy.stats gives the same and takes much longer to import.
"""

from collections.abc import Sequence
from math import comb, log
from typing import NamedTuple

# The count of a hour may swing more than the history of some weeks shows: κ is never taken as larger than this.
LARGEST_SIZE = 50.0
SMALLEST_SIZE = 0.5
# Counts below this are merged with their neighbour before shapes are compared.
SMALLEST_CELL = 5


def burst_p(count: int, expected: float, size: float) -> float:
    """The chance of at least `count` ratings in an hour that expects `expected` > 0 (V16).

    The counts are negative binomial, variance μ + μ²/κ with κ = `size` > 0 from history: office hours
    swing far more than Poisson allows, which would cry wolf.
    """
    if count <= 0:
        return 1.0
    # scipy.stats.nbinom.sf(count - 1, κ, κ/(κ + μ)).
    from scipy.special import betainc

    return float(betainc(count, size, expected / (size + expected)))


def size_of(counts: Sequence[int]) -> float:
    """κ by moments, μ²/(s² - μ), between `SMALLEST_SIZE` and `LARGEST_SIZE`; needs two counts."""
    n = len(counts)
    mean = sum(counts) / n
    spread = sum((count - mean) ** 2 for count in counts) / (n - 1) - mean
    # No wider than Poisson: κ would be infinite.
    if spread <= 0:
        return LARGEST_SIZE
    return min(max(mean**2 / spread, SMALLEST_SIZE), LARGEST_SIZE)


def at_least_p(k: int, n: int, share: float) -> float:
    """The chance of at least `k` of `n` where each has the chance `share`: the exact one-sided binomial test."""
    if k <= 0:
        return 1.0
    from scipy.special import betainc

    return float(betainc(k, n - k + 1, share))


def more_than_before_p(k: int, n: int, k_before: int, n_before: int) -> float:
    """Fisher's exact test: the chance of at least `k` of `n`, given what both samples together have."""
    all_k, all_n = k + k_before, n + n_before
    ways = sum(comb(all_k, i) * comb(all_n - all_k, n - i) for i in range(k, min(n, all_k) + 1))
    return ways / comb(all_n, n)


class Shape(NamedTuple):
    """G of a comparison of two histograms, and its p."""

    g: float
    p: float


def shape_test(ours: Sequence[int], theirs: Sequence[int]) -> Shape:
    """The G-test of two histograms over the same cells, without merging; p = 1 where there is nothing to compare."""
    from scipy.special import gammaincc

    columns = [(a, b) for a, b in zip(ours, theirs, strict=True) if a + b]
    n, m = sum(ours), sum(theirs)
    if not n or not m or len(columns) < 2:
        return Shape(0.0, 1.0)
    g = 2 * sum(
        seen * log(seen * (n + m) / (row * (a + b))) for a, b in columns for seen, row in ((a, n), (b, m)) if seen
    )
    g = max(g, 0.0)
    return Shape(g, float(gammaincc((len(columns) - 1) / 2, g / 2)))


def merged(ours: Sequence[int], theirs: Sequence[int]) -> tuple[list[int], list[int]]:
    """Both histograms with neighbouring cells merged until the smaller sample is expected to have five in each."""
    n, m = sum(ours), sum(theirs)
    left: list[int] = []
    right: list[int] = []
    is_full = True
    for a, b in zip(ours, theirs, strict=True):
        if is_full:
            left.append(a)
            right.append(b)
        else:
            left[-1] += a
            right[-1] += b
        is_full = _is_full(left[-1], right[-1], n, m)
    if len(left) > 1 and not is_full:
        left[-2:], right[-2:] = [sum(left[-2:])], [sum(right[-2:])]
    return left, right


def _is_full(a: int, b: int, n: int, m: int) -> bool:
    """Whether the smaller sample is expected to have enough in this cell."""
    return (a + b) * min(n, m) >= SMALLEST_CELL * (n + m)
