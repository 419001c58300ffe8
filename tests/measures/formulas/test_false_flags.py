"""How often the funnel flags somebody where nobody stands out, and how often it finds who does (statistics.md §8).

Groups are made up: persons differ by normal effects, each has 12 to 160 answers, and σ² is estimated like everything.
"""

from fractions import Fraction

import numpy as np
import pytest
from scipy import stats

from app.measures.rules.formulas.between import peer_group
from app.measures.rules.formulas.discoveries import FALSE_DISCOVERY_RATE, q_values
from app.measures.rules.formulas.funnel import Beyond, funnel
from app.measures.rules.formulas.moments import Moments
from tests.effort import sized

GROUPS = sized(60, 2_000)
# The standard deviation of answers within a person.
WITHIN = 0.7
NOMINAL, MOST = 0.05, 0.07


@pytest.mark.sized
@pytest.mark.parametrize("persons", [8, 20, 60])
@pytest.mark.parametrize("spread", [0.1, 0.2, 0.4])
def test_where_nobody_stands_out_somebody_is_flagged_in_no_more_than_seven_of_a_hundred_groups(
    persons: int, spread: float
) -> None:
    flagged = outside = 0
    for draw in draws(persons, spread):
        flags, beyond = judged(group(draw, persons, spread))
        flagged += any(flags)
        outside += sum(each is not Beyond.nothing for each in beyond)
    # The rate itself may be 7 %; by chance a sample shows more than this bound in one of a thousand such tests.
    assert flagged <= stats.binom.ppf(0.999, GROUPS, MOST)
    assert outside <= stats.binom.ppf(0.999, GROUPS * persons, NOMINAL)


@pytest.mark.sized
@pytest.mark.parametrize(("persons", "spread", "share"), [(8, 0.4, 0.69), (20, 0.2, 0.75), (60, 0.2, 0.83)])
def test_who_lies_five_deviations_below_is_found(persons: int, spread: float, share: float) -> None:
    found = 0
    for draw in draws(persons, spread):
        flags, _ = judged(group(draw, persons, spread, lowest=-5 * spread))
        found += flags[0]
    assert found >= stats.binom.ppf(0.001, GROUPS, share)


def draws(persons: int, spread: float) -> list[np.random.Generator]:
    return [np.random.default_rng([persons, round(100 * spread), number]) for number in range(GROUPS)]


def judged(peers: list[Moments]) -> tuple[list[bool], list[Beyond]]:
    found = funnel(peer_group(peers))
    assert found
    return [q < FALSE_DISCOVERY_RATE for q in q_values(found.p)], [found.around.beyond(peer) for peer in peers]


def group(draw: np.random.Generator, persons: int, spread: float, lowest: float | None = None) -> list[Moments]:
    """Means and sums of squares as normal answers would give them; the first person is `lowest` from the mean."""
    sizes = draw.integers(12, 161, persons)
    effects = draw.normal(0, spread, persons)
    if lowest is not None:
        effects[0] = lowest
    means = 3 + effects + draw.normal(0, WITHIN / np.sqrt(sizes))
    squares = WITHIN**2 * draw.chisquare(sizes - 1)
    return [
        Moments(n, n * Fraction(mean), Fraction(square) + n * Fraction(mean) ** 2)
        for n, mean, square in zip(sizes.tolist(), means.tolist(), squares.tolist(), strict=True)
    ]
