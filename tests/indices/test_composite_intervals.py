"""The interval of the index where some sheets skip questions (statistics.md §2, end)."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import product
from random import Random
from statistics import fmean

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.disclosure.rules.cells import Cell, cell_of, merged
from app.disclosure.rules.minimum import SMALLEST_N
from app.foundation.rounding import half_up
from app.indices.rules import composite_intervals as module
from app.indices.rules.composite_intervals import composite_grid, composite_interval
from app.indices.rules.intervals import mean_interval
from app.indices.rules.official import official_index
from app.instruments.loading import shipped
from app.instruments.model import SKIPPED, Instrument
from tests.effort import sized, times

IKL, SKM = shipped()["ikl-1"], shipped()["skm-2017"]
GRID = composite_grid(IKL.weights(), 1, 4)


def told(complete: Mapping[str, int], others: Mapping[str, int], instrument: Instrument = IKL) -> Cell:
    """The cell of complete sheets, with others of which only the answers to each question are told."""
    return merged(cell_of(instrument, complete), cell_of(instrument, others, joint=False))


def test_the_interval_is_about_the_index_of_all_answers() -> None:
    # From complete sheets alone it was 96.15 to 100.
    cell = told({"444": 40}, {"1--": 60})
    interval, index = composite_interval(IKL, cell), official_index(IKL, cell).composite
    assert interval
    assert index
    assert (interval.n, interval.mean * 25, index.exact) == (40, Fraction(85), Fraction(85))
    assert (round(float(interval.lower) * 25, 2), round(float(interval.upper) * 25, 2)) == (81.75, 86.92)


def test_the_variance_is_that_of_the_items_and_of_their_agreement() -> None:
    # By hand, on 0..1 with the prior: 50 sheets tell how the answers agree, 20 more answer the first question only.
    cell = told({"444": 30, "343": 12, "222": 8}, {"3--": 20})
    spread = [_variance([0, 8, 32, 30]), _variance([0, 8, 0, 42]), _variance([0, 8, 12, 30])]
    own = [each / 9 for each in spread]
    whole = _variance([0, 0, 0, 8, 0, 0, 0, 12, 0, 30])
    assert whole > sum(own)
    variance = own[0] / 72 + own[1] / 52 + own[2] / 52 + (whole - sum(own)) / 52
    mean = (_mean([0, 8, 32, 30]) + _mean([0, 8, 0, 42]) + _mean([0, 8, 12, 30])) / 3
    interval = composite_interval(IKL, cell)
    assert interval
    a = float(mean * (mean * (1 - mean) / variance - 1))
    b = a * float((1 - mean) / mean)
    lower, upper = (1 + 3 * float(stats.beta.ppf(chance, a, b)) for chance in (0.025, 0.975))
    assert (interval.lower, interval.upper) == pytest.approx((lower, upper), rel=1e-9)


def _mean(counts: list[int]) -> Fraction:
    size = len(counts)
    chances = [(n + Fraction(1, size)) / (sum(counts) + 1) for n in counts]
    return sum((chance * Fraction(place, size - 1) for place, chance in enumerate(chances)), Fraction(0))


def _variance(counts: list[int]) -> Fraction:
    size = len(counts)
    chances = [(n + Fraction(1, size)) / (sum(counts) + 1) for n in counts]
    squares = sum((chance * Fraction(place, size - 1) ** 2 for place, chance in enumerate(chances)), Fraction(0))
    return squares - _mean(counts) ** 2


complete_ikl = st.dictionaries(st.text("1234", min_size=3, max_size=3), st.integers(1, 10**4), min_size=1, max_size=8)
skipping_ikl = st.dictionaries(
    st.text("1234-", min_size=3, max_size=3).filter(lambda sheet: SKIPPED in sheet and set(sheet) != {SKIPPED}),
    st.integers(1, 10**6),
    max_size=8,
)


@pytest.mark.long
@times(8)
@given(complete_ikl, skipping_ikl)
def test_the_interval_always_contains_the_index(complete: Mapping[str, int], others: Mapping[str, int]) -> None:
    cell = told(complete, others)
    interval, index = composite_interval(IKL, cell), official_index(IKL, cell).composite
    assert interval
    assert index
    assert interval.n == sum(complete.values())
    assert interval.mean * 25 == index.exact
    assert 1 <= interval.lower <= interval.mean <= interval.upper <= 4
    assert interval.lower < interval.upper
    # Also as they are printed.
    printed = [half_up(Fraction(each) * 25) for each in (interval.lower, interval.mean, interval.upper)]
    assert printed == sorted(printed)


@given(complete_ikl, skipping_ikl, st.sampled_from(["exact", "0.33"]))
def test_the_interval_is_there_for_every_set_of_weights(
    complete: Mapping[str, int], others: Mapping[str, int], mode: str
) -> None:
    exact, rounded = (composite_interval(IKL, told(complete, others), each) for each in ("exact", mode))
    assert exact
    assert rounded
    factor = 1 if mode == "exact" else 0.99
    assert (rounded.lower, rounded.upper) == pytest.approx((exact.lower * factor, exact.upper * factor), rel=1e-9)


@given(complete_ikl)
def test_where_nothing_is_skipped_it_is_the_interval_of_complete_sheets(complete: Mapping[str, int]) -> None:
    cell = cell_of(IKL, complete)
    usual = mean_interval(cell.composite(IKL.weights()), GRID)
    assert composite_interval(IKL, cell) == usual
    assert usual
    # The same formula gives it, too, unless the questions go against each other.
    general = module._with_skipped(IKL, cell, IKL.weights(), GRID, 0.95)
    assert general.mean == usual.mean
    assert general.upper - general.lower >= (usual.upper - usual.lower) * (1 - 1e-9)


@pytest.mark.parametrize("sheets", [{"444": 12}, {"444": 30, "333": 5, "111": 2}, {"434": 9, "424": 9, "222": 1}])
def test_one_skipped_question_among_many_sheets_changes_next_to_nothing(sheets: Mapping[str, int]) -> None:
    usual = composite_interval(IKL, cell_of(IKL, {sheet: 1_000 * n for sheet, n in sheets.items()}))
    other = composite_interval(IKL, told({sheet: 1_000 * n for sheet, n in sheets.items()}, {"44-": 1}))
    assert usual
    assert other
    assert (other.lower, other.upper) == pytest.approx((usual.lower, usual.upper), abs=2e-4)


def test_without_a_complete_sheet_there_is_no_interval() -> None:
    assert composite_interval(IKL, told({}, {"44-": 30, "--3": 30})) is None
    assert composite_interval(IKL, told({}, {"444": 10, "-44": 5})) is None


def test_a_few_complete_sheets_that_disagree_cannot_widen_the_interval_beyond_what_all_answers_allow() -> None:
    # Of the first question a million answers say the same; five of ten complete sheets say otherwise.
    few = composite_interval(IKL, told({"144": 5, "444": 5}, {"4--": 10**6}))
    none = composite_interval(IKL, told({"444": 10}, {"4--": 10**6}))
    assert few
    assert none
    assert few.upper - few.lower == pytest.approx(none.upper - none.lower, rel=0.05)


@dataclass(frozen=True)
class Citizens:
    """A kind of citizens: how many of all they are, how each question is answered, how likely it is skipped."""

    share: float
    answers: tuple[float, float, float, float]
    skips: tuple[float, float, float]


# Pleased and displeased citizens, so that the answers of one agree; and what they leave out.
PLEASED, DISPLEASED = (0.0, 0.02, 0.13, 0.85), (0.25, 0.3, 0.3, 0.15)
PATTERNS: Mapping[str, tuple[Citizens, Citizens]] = {
    "few": (Citizens(0.8, PLEASED, (0.02,) * 3), Citizens(0.2, DISPLEASED, (0.02,) * 3)),
    "many": (Citizens(0.8, PLEASED, (0.0, 0.3, 0.5)), Citizens(0.2, DISPLEASED, (0.0, 0.3, 0.5))),
    "the displeased": (Citizens(0.8, PLEASED, (0.02, 0.02, 0.02)), Citizens(0.2, DISPLEASED, (0.0, 0.5, 0.7))),
    "the pleased": (Citizens(0.8, PLEASED, (0.1, 0.4, 0.6)), Citizens(0.2, DISPLEASED, (0.0, 0.0, 0.1))),
}


def truth(kinds: tuple[Citizens, Citizens]) -> float:
    """The index of all who could have come, on the scale of the answers: of each question those who answer it."""
    means = []
    for place in range(3):
        weights = [kind.share * (1 - kind.skips[place]) for kind in kinds]
        levels = [sum(score * share for score, share in enumerate(kind.answers, start=1)) for kind in kinds]
        means.append(sum(map(float.__mul__, weights, levels)) / sum(weights))
    return fmean(means)


def sheets(rng: np.random.Generator, kinds: tuple[Citizens, Citizens], n: int) -> Counter[str]:
    """What n citizens hand in, in the order in which they came."""
    which = (rng.random(n) >= kinds[0].share).astype(int)
    chances = np.cumsum([kind.answers for kind in kinds], axis=1)
    scores = 1 + (rng.random((n, 3, 1)) >= chances[which][:, None, :3]).sum(axis=2)
    skipped = rng.random((n, 3)) < np.array([kind.skips for kind in kinds])[which]
    marks = np.where(skipped, SKIPPED, scores.astype(str))
    return Counter(sheet for row in marks.tolist() if (sheet := "".join(row)) != SKIPPED * 3)


def as_released(found: Counter[str]) -> Cell:
    """The cell of these sheets as blocks tell it: one to nine that skip a question are filled up to ten by others."""
    others = Counter({sheet: n for sheet, n in found.items() if SKIPPED in sheet})
    complete = list((found - others).elements())
    missing = max(0, SMALLEST_N - others.total()) if others else 0
    drawn = Random(found.total()).sample(complete, missing)
    return told(Counter(complete) - Counter(drawn), others + Counter(drawn))


# Where mostly the displeased skip questions, complete sheets agree more than all would: there it covers less.
COVERED: Mapping[str, tuple[float, float]] = {
    "few": (0.935, 0.965),
    "many": (0.95, 0.99),
    "the displeased": (0.89, 0.935),
    "the pleased": (0.95, 0.995),
}


@pytest.mark.long
@pytest.mark.sized
@pytest.mark.parametrize("n", [40, 150])
@pytest.mark.parametrize("pattern", PATTERNS)
def test_it_covers_the_true_index_in_about_95_of_100_cases_whatever_is_skipped(pattern: str, n: int) -> None:
    # Of 400 samples the share covered has a standard error of 1.1 %, of 4,000 one of 0.35 %. More than 95 % is meant:
    # how many gave both of two answers is not told, so that all who gave the rarer one are taken for them.
    samples, spare = sized((400, 0.03), (4_000, 0.01))
    rng, kinds = np.random.default_rng([n, len(pattern)]), PATTERNS[pattern]
    found = [composite_interval(IKL, as_released(sheets(rng, kinds, n))) for _ in range(samples)]
    assert all(found)
    least, most = COVERED[pattern]
    covered = fmean(each.lower <= truth(kinds) <= each.upper for each in found if each)
    assert least - spare <= covered <= most + spare


def test_nine_questions_with_skipped_ones_have_an_interval_too() -> None:
    complete = {"".join(scores): 3 for scores in product("34", repeat=9) if scores.count("3") < 3}
    cell = told(complete, {"4--------": 40, "------333": 25}, SKM)
    for mode in SKM.weight_modes:
        interval, index = composite_interval(SKM, cell, mode), official_index(SKM, cell, mode).composite
        assert interval
        assert index
        assert interval.mean * 25 == index.exact
        assert interval.lower < interval.mean < interval.upper
