"""The sample size of the official rule, coverage, and the bounds that silent visitors leave open."""

from fractions import Fraction
from math import floor
from typing import NamedTuple

from app.measures.rules.formulas.moments import Moments

HALF = Fraction(1, 2)
MARGIN = Fraction(1, 20)
# The 95 % point of χ² with one degree of freedom, with the digits of the rule's table.
CHI_SQUARE = Fraction("3.841")


class Bounds(NamedTuple):
    """The least and the greatest value a mean can have."""

    lower: Fraction
    upper: Fraction


def krejcie_morgan_size(population: int) -> int:
    """The sample size of Krejcie and Morgan (1970) for a population, as PermenPANRB 14/2017 prints it (V4).

    X²NP(1 - P)/(d²(N - 1) + X²P(1 - P)) with X² = 3.841, P = 0.5 and d = 0.05; ValueError for N < 0.
    """
    if population < 0:
        raise ValueError(f"a population of {population}")
    scatter = CHI_SQUARE * HALF * (1 - HALF)
    # The printed table rounds to nearest, though only rounding up would keep the margin: 291 for 1,200, not 292.
    return floor(scatter * population / (MARGIN**2 * (population - 1) + scatter) + HALF)


def coverage(rated: int, served: int | None) -> Fraction | None:
    """The part of the served who rated; None when it is not known how many were served, or nobody was.

    It may exceed 1: then ratings arrived for which no service was recorded, which is a finding itself.
    """
    return Fraction(rated, served) if served else None


def manski(sample: Moments, served: int | None, low: int = 1, high: int = 4) -> Bounds | None:
    """The mean of all served if every silent one had answered `low`, or `high` (Manski 1989, V13).

    None when it is not known how many were served, when nobody was, or when fewer were served than rated.
    """
    # More ratings than visits: the count of visits is wrong, and bounds from it would be too narrow.
    if not served or served < sample.n:
        return None
    silent = served - sample.n
    return Bounds((sample.first + silent * low) / served, (sample.first + silent * high) / served)
