"""How many answers are needed, how many of the served answered, and what the silent could change.

Statistics.md §4 (sample size, finite population) and §11 (bounds under non-response).
"""

from fractions import Fraction
from math import ceil, floor, sqrt
from statistics import NormalDist
from typing import NamedTuple

from app.indices.rules.intervals import CONFIDENCE
from app.measures.rules.formulas.moments import Moments

HALF = Fraction(1, 2)
MARGIN = Fraction(1, 20)
# The 95 % point of χ² with one degree of freedom, with the digits of the rule's table.
CHI_SQUARE = Fraction("3.841")


class Bounds(NamedTuple):
    """The least and the greatest value a mean can have."""

    lower: Fraction
    upper: Fraction


def krejcie_morgan(population: int) -> float:
    """The sample size of Krejcie and Morgan (1970) before rounding; ValueError for a negative population.

    X²NP(1 - P)/(d²(N - 1) + X²P(1 - P)) with X² = 3.841, P = 0.5 and d = 0.05 (V4).
    """
    return float(_krejcie_morgan(population))


def krejcie_morgan_size(population: int) -> int:
    """The sample size as in the rule's table (PermenPANRB 14/2017), which rounds to nearest."""
    return floor(_krejcie_morgan(population) + HALF)


def _krejcie_morgan(population: int) -> Fraction:
    _refuse_negative(population)
    scatter = CHI_SQUARE * HALF * (1 - HALF)
    return scatter * population / (MARGIN**2 * (population - 1) + scatter)


def cochran(
    population: int | None = None,
    share: Fraction = HALF,
    margin: Fraction = MARGIN,
    confidence: float = CONFIDENCE,
) -> float:
    """The sample size for a share within ± margin (Cochran 1977) before rounding (V4).

    n0 = z²p(1 - p)/d², and n0/(1 + (n0 - 1)/N) for a finite population; without one, n0.
    ValueError for a negative population.
    """
    return float(_needed(share * (1 - share), margin, population, confidence))


def cochran_size(
    population: int | None = None,
    share: Fraction = HALF,
    margin: Fraction = MARGIN,
    confidence: float = CONFIDENCE,
) -> int:
    """The whole sample that keeps Cochran's margin: it rounds up where the rule's table rounds to nearest."""
    return ceil(_needed(share * (1 - share), margin, population, confidence))


def mean_sample(
    variance: Fraction, margin: Fraction, population: int | None = None, confidence: float = CONFIDENCE
) -> float:
    """The sample size for a mean within ± margin (Cochran 1977) before rounding: n0 = (z s/d)² (V4).

    The variance s² and the margin are on the scale of the answers. A variance of 0 gives 0, as the
    formula does: unanimous answers tell nothing about the size of a next sample.
    """
    return float(_needed(variance, margin, population, confidence))


def _needed(variance: Fraction, margin: Fraction, population: int | None, confidence: float) -> Fraction:
    # Exact from z on, so that the correction never asks for more than the population.
    z = Fraction(NormalDist().inv_cdf((1 + confidence) / 2))
    unlimited = z**2 * variance / margin**2
    if population is None:
        return unlimited
    _refuse_negative(population)
    if not population or not unlimited:
        return Fraction(0)
    return unlimited / (1 + (unlimited - 1) / population)


def _refuse_negative(population: int) -> None:
    if population < 0:
        raise ValueError(f"a population of {population}")


def standard_error(sample: Moments) -> float | None:
    """The standard error s/√n of the mean; None with fewer than two answers."""
    if sample.n < 2:
        return None
    return sqrt(sample.variance / sample.n)


def finite_error(sample: Moments, population: int) -> float | None:
    """The standard error with the finite population correction √(1 - n/N) (Cochran 1977, V4).

    Only to describe these N people. An appraisal asks about the person's underlying performance, for
    which the correction would make a census of five clients look certain. None with fewer than two
    answers, or with more answers than people.
    """
    error = standard_error(sample)
    if error is None or sample.n > population:
        return None
    return error * sqrt(1 - Fraction(sample.n, population))


def coverage(rated: int, served: int | None) -> Fraction | None:
    """The part of the served who rated; None when it is not known how many were served, or nobody was.

    It may exceed 1: then ratings arrived for which no service was recorded, which is a finding itself.
    """
    return Fraction(rated, served) if served else None


def manski(sample: Moments, served: int | None, low: int = 1, high: int = 4) -> Bounds | None:
    """The mean of all served if every silent one had answered `low`, or `high` (Manski 1989, V13).

    None when it is not known how many were served, when nobody was, or when fewer were served than rated.
    """
    if not served or served < sample.n:
        return None
    silent = served - sample.n
    return Bounds((sample.first + silent * low) / served, (sample.first + silent * high) / served)
