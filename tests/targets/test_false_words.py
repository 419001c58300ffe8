"""How often a target is called attained, or not attained, wrongly: exactly, over all outcomes there are.

The settings are those of the table of exact coverage by which the interval was chosen. The worst target for a false
"attained" is the next hundredth above the truth, that for a false "not attained" the truth itself.
"""

from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from fractions import Fraction
from functools import cache
from math import exp, lgamma, log

import numpy as np
import pytest

from app.foundation.rounding import half_up
from app.indices.rules.composite_intervals import composite_interval
from app.indices.rules.intervals import item_interval
from app.instruments.loading import shipped
from app.targets.rules.attainment import CONFIDENCE, Word, word_for
from tests.cells import cell
from tests.effort import sized

MOST = 0.025
TRUTHS = (
    (0.01, 0.03, 0.16, 0.80),
    (0.005, 0.01, 0.05, 0.935),
    (0.05, 0.10, 0.35, 0.50),
    (0.10, 0.05, 0.05, 0.80),
    (0.25, 0.25, 0.25, 0.25),
    (0.30, 0.40, 0.20, 0.10),
)
SIZES = (10, 30, *sized((), (100,)))
CENT = Decimal("0.01")
IKL = shipped()["ikl-1"]


@cache
def outcomes(n: int) -> tuple[tuple[tuple[int, ...], Decimal, Decimal], ...]:
    """Every way in which n answers can fall on four scores, with the ends of its interval as they are shown."""
    found = []
    for a in range(n + 1):
        for b in range(n + 1 - a):
            for c in range(n + 1 - a - b):
                counts = (a, b, c, n - a - b - c)
                interval = item_interval(counts, 1, CONFIDENCE)
                assert interval
                index = interval.as_index(4)
                found.append((counts, half_up(index.lower), half_up(index.upper)))
    return tuple(found)


def chance(counts: tuple[int, ...], truth: tuple[float, ...]) -> float:
    """The multinomial probability of an outcome."""
    ways = lgamma(sum(counts) + 1) - sum(lgamma(each + 1) for each in counts)
    return exp(ways + sum(each * log(share) for each, share in zip(counts, truth, strict=True)))


def beside(truth: tuple[float, ...]) -> tuple[Decimal, Decimal]:
    """The highest target that this truth attains, and the lowest that it does not, in hundredths."""
    index = Decimal(sum(Fraction(str(share)) * score for score, share in enumerate(truth, 1)).numerator * 25)
    index /= sum(Fraction(str(share)) * score for score, share in enumerate(truth, 1)).denominator
    below = index.quantize(CENT, ROUND_FLOOR)
    return below, (index + CENT / 1_000).quantize(CENT, ROUND_CEILING)


@pytest.mark.sized
@pytest.mark.parametrize("truth", TRUTHS, ids=str)
@pytest.mark.parametrize("n", SIZES)
def test_each_false_word_is_rarer_than_one_in_forty(n: int, truth: tuple[float, ...]) -> None:
    attained, missed = beside(truth)
    false_attained = false_missed = 0.0
    for counts, lower, upper in outcomes(n):
        if word_for(missed, n, lower, upper) is Word.attained:
            false_attained += chance(counts, truth)
        if word_for(attained, n, lower, upper) is Word.not_attained:
            false_missed += chance(counts, truth)
    assert false_attained <= MOST
    assert false_missed <= MOST
    if n < 30:
        assert false_attained == false_missed == 0


@pytest.mark.long
@pytest.mark.sized
@pytest.mark.parametrize("truth", TRUTHS, ids=str)
@pytest.mark.parametrize("n", [30, 100])
def test_so_it_is_for_the_index_of_three_questions_that_agree(n: int, truth: tuple[float, ...]) -> None:
    """Half of the citizens answer all three alike, the others each by itself; so many towns as show one in forty."""
    random, towns = np.random.default_rng(20_260_901), sized(400, 8_000)
    attained, missed = beside(truth)
    wrong = {Word.attained: 0, Word.not_attained: 0}
    for _ in range(towns):
        answers = random.choice(4, size=(n, 3), p=truth) + 1
        alike = random.random(n) < 0.5
        answers[alike] = answers[alike][:, :1]
        sheets: dict[str, int] = {}
        for row in answers:
            sheet = "".join(map(str, row))
            sheets[sheet] = sheets.get(sheet, 0) + 1
        interval = composite_interval(IKL, cell(IKL, sheets), confidence=CONFIDENCE)
        assert interval
        index = interval.as_index(4)
        ends = half_up(index.lower), half_up(index.upper)
        wrong[Word.attained] += word_for(missed, n, *ends) is Word.attained
        wrong[Word.not_attained] += word_for(attained, n, *ends) is Word.not_attained
    # What a rate of one in forty stays below in all but one of a thousand such trials.
    most = MOST * towns + 3.1 * (MOST * (1 - MOST) * towns) ** 0.5
    assert wrong[Word.attained] <= most
    assert wrong[Word.not_attained] <= most
