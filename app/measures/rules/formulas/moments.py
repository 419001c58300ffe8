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
        # One fraction is made instead of three: tables ask this of thousands.
        (up, down), (squared, whole) = self.first.as_integer_ratio(), self.second.as_integer_ratio()
        return Fraction(squared * self.n * down * down - up * up * whole, whole * self.n * down * down)

    @property
    def variance(self) -> Fraction:
        """The sample variance s² = Σ(x - x̄)²/(n - 1); ZeroDivisionError with fewer than two answers."""
        return self.squares / (self.n - 1)


NOTHING = Moments(0, Fraction(0), Fraction(0))


def moments(cells: Mapping[Fraction, int]) -> Moments:
    """The moments of a distribution given as value → n, such as `counts.composites`."""
    unit = lcm(*(value.denominator for value in cells))
    return moments_of_steps(
        [(value.numerator * (unit // value.denominator), n) for value, n in cells.items()], Fraction(1, unit)
    )


def moments_of_steps(steps: Iterable[tuple[int, int]], unit: Fraction) -> Moments:
    """The moments of a distribution given as (step, n), where each step is worth so much.

    In integers up to the end, which cost a twentieth of fractions.
    """
    number, first, second = step_sums(steps)
    up, down = unit.numerator, unit.denominator
    return Moments(number, Fraction(first * up, down), Fraction(second * up * up, down * down))


def step_sums(steps: Iterable[tuple[int, int]]) -> tuple[int, int, int]:
    """n, Σx and Σx² of a distribution given as (step, n)."""
    number = first = second = 0
    for step, n in steps:
        number, first, second = number + n, first + step * n, second + step * step * n
    return number, first, second


def item_moments(histogram: Sequence[int], low: int = 1) -> Moments:
    """The moments of one item from its counts per score, lowest first."""
    return moments_of_steps(enumerate(histogram, start=low), Fraction(1))


def merged(parts: Iterable[Moments]) -> Moments:
    """The moments of all answers together; the same for any split."""
    every = list(parts)
    return Moments(
        sum(part.n for part in every), _sum([part.first for part in every]), _sum([part.second for part in every])
    )


def _sum(numbers: Sequence[Fraction]) -> Fraction:
    """The sum, made of integers: a nation has tens of thousands of offices, and each sum of two is a fraction."""
    down = lcm(*(number.denominator for number in numbers))
    return Fraction(sum(number.numerator * (down // number.denominator) for number in numbers), down)
