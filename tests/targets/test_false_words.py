"""How often a target is called attained, or not attained, wrongly: exactly, over all outcomes there are.

The settings are all those of the table of exact coverage by which the interval was chosen: six truths of 10, 30 and 100
answers, for one question and for the index. The worst target for a false
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


@cache
def composite_ends(sums: tuple[int, ...]) -> tuple[Decimal, Decimal]:
    """The ends of the interval of an index of three questions, as they are shown, from how often each sum was given.

    The sums go from 3 to 12; of sheets without gaps the interval knows nothing else.
    """
    sheets = {sheet_of(place): n for place, n in enumerate(sums) if n}
    interval = composite_interval(IKL, cell(IKL, sheets), confidence=CONFIDENCE)
    assert interval
    index = interval.as_index(4)
    return half_up(index.lower), half_up(index.upper)


def sheet_of(above: int) -> str:
    """A sheet of three answers whose sum lies so much above the lowest."""
    return "".join(str(1 + min(3, max(0, above - before))) for before in (0, 3, 6))


@pytest.mark.sized
@pytest.mark.parametrize("truth", TRUTHS, ids=str)
@pytest.mark.parametrize("n", SIZES)
def test_so_it_is_for_the_index_where_everybody_answers_all_questions_alike(n: int, truth: tuple[float, ...]) -> None:
    """Over all outcomes there are: nothing varies more than an index whose questions agree always."""
    attained, missed = beside(truth)
    false_attained = false_missed = 0.0
    for counts, *_ in outcomes(n):
        a, b, c, d = counts
        ends = composite_ends((a, 0, 0, b, 0, 0, c, 0, 0, d))
        if word_for(missed, n, *ends) is Word.attained:
            false_attained += chance(counts, truth)
        if word_for(attained, n, *ends) is Word.not_attained:
            false_missed += chance(counts, truth)
    assert false_attained <= MOST
    assert false_missed <= MOST
    if n < 30:
        assert false_attained == false_missed == 0


@pytest.mark.long
@pytest.mark.sized
@pytest.mark.parametrize("alike", [0.0, 0.5])
@pytest.mark.parametrize("truth", TRUTHS, ids=str)
@pytest.mark.parametrize("n", [10, 30, 100])
def test_so_it_is_for_the_index_of_questions_that_agree_now_and_then(
    n: int, truth: tuple[float, ...], alike: float
) -> None:
    """A part of the citizens answers all three alike, the others each by itself, in so many towns."""
    towns = sized(400, 20_000)
    attained, missed = beside(truth)
    one, every = np.array(truth), np.zeros(10)
    every[::3] = one
    apart = np.convolve(np.convolve(one, one), one)
    drawn = np.random.default_rng(20_260_901).multinomial(n, alike * every + (1 - alike) * apart, size=towns)
    wrong = {Word.attained: 0, Word.not_attained: 0}
    found, often = np.unique(drawn, axis=0, return_counts=True)
    for sums, times in zip(found.tolist(), often.tolist(), strict=True):
        ends = composite_ends(tuple(sums))
        wrong[Word.attained] += times * (word_for(missed, n, *ends) is Word.attained)
        wrong[Word.not_attained] += times * (word_for(attained, n, *ends) is Word.not_attained)
    # Of few towns, what a rate of one in forty stays below in all but one of a thousand trials; of so many the share.
    most = MOST * towns + sized(3.1 * (MOST * (1 - MOST) * towns) ** 0.5, 0.0)
    assert wrong[Word.attained] <= most
    assert wrong[Word.not_attained] <= most
    if n < 30:
        assert wrong == {Word.attained: 0, Word.not_attained: 0}
