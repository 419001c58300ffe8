"""Moments n, Σx and Σx² of answers: exact, merged by addition, and enough for means and variances."""

from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from math import lcm
from typing import NamedTuple


class Moments(NamedTuple):
    """The number of answers, their sum and the sum of their squares, on the scale of the answers."""

    n: int
    first: Fraction
    second: Fraction

    @property
    def mean(self) -> Fraction:
        """Σx/n; ZeroDivisionError without answers."""
        return self.first / self.n

    @property
    def squares(self) -> Fraction:
        """The sum of squares about the mean, Σ(x - x̄)²; ZeroDivisionError without answers."""
        return self.second - self.first**2 / self.n

    @property
    def variance(self) -> Fraction:
        """The sample variance s² = Σ(x - x̄)²/(n - 1); ZeroDivisionError with fewer than two answers."""
        return self.squares / (self.n - 1)


NOTHING = Moments(0, Fraction(0), Fraction(0))


def moments(cells: Mapping[Fraction, int]) -> Moments:
    """The moments of a distribution given as value → n, such as `counts.composites`."""
    unit = lcm(*(value.denominator for value in cells))
    steps = [(value.numerator * (unit // value.denominator), n) for value, n in cells.items()]
    return Moments(
        sum(n for _, n in steps),
        Fraction(sum(step * n for step, n in steps), unit),
        Fraction(sum(step * step * n for step, n in steps), unit * unit),
    )


def item_moments(histogram: Sequence[int], low: int = 1) -> Moments:
    """The moments of one item from its counts per score, lowest first."""
    return moments({Fraction(score): n for score, n in enumerate(histogram, start=low)})


def merged(parts: Iterable[Moments]) -> Moments:
    """The moments of all answers together; the same for any split."""
    total = NOTHING
    for part in parts:
        total = Moments(total.n + part.n, total.first + part.first, total.second + part.second)
    return total
