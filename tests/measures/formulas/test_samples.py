"""Sample sizes, coverage and the bounds of non-response (statistics.md §4 and §11)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.measures.rules.formulas.moments import NOTHING, item_moments, merged
from app.measures.rules.formulas.samples import Bounds, coverage, krejcie_morgan_size, manski

SPEED = item_moments((2, 5, 23, 70))

histograms = st.lists(st.integers(0, 10**6), min_size=4, max_size=4)


@pytest.mark.parametrize(
    ("population", "size"),
    [(10, 10), (100, 80), (220, 140), (500, 217), (1200, 291), (10000, 370)],
)
def test_v4_the_table_of_the_rule(population: int, size: int) -> None:
    assert krejcie_morgan_size(population) == size


def test_nobody_asks_for_nobody_and_one_for_one() -> None:
    assert (krejcie_morgan_size(0), krejcie_morgan_size(1)) == (0, 1)


def test_a_negative_population_is_refused() -> None:
    with pytest.raises(ValueError, match="population of -1"):
        krejcie_morgan_size(-1)


@given(st.integers(1, 10**9))
def test_a_sample_never_exceeds_its_population_nor_the_unlimited_sample(population: int) -> None:
    assert 1 <= krejcie_morgan_size(population) <= min(population, 384)


@pytest.mark.parametrize(
    ("rated", "served", "part"),
    [(100, 250, Fraction(2, 5)), (0, 9, Fraction(0)), (11, 10, Fraction(11, 10)), (5, None, None), (5, 0, None)],
)
def test_coverage_is_exact_may_exceed_1_and_may_be_unknown(
    rated: int, served: int | None, part: Fraction | None
) -> None:
    assert coverage(rated, served) == part


def test_v13_what_the_silent_could_change() -> None:
    assert manski(SPEED, 250) == Bounds(Fraction("2.044"), Fraction("3.844"))
    assert coverage(SPEED.n, 250) == Fraction("0.4")


def test_without_any_answer_the_bounds_are_the_scale() -> None:
    assert manski(NOTHING, 7) == Bounds(Fraction(1), Fraction(4))
    assert manski(NOTHING, 7, low=0, high=10) == Bounds(Fraction(0), Fraction(10))


def test_if_all_served_answered_the_bounds_are_the_mean() -> None:
    assert manski(SPEED, 100) == Bounds(SPEED.mean, SPEED.mean)


@pytest.mark.parametrize("served", [None, 0, 99])
def test_without_a_credible_number_of_served_there_are_no_bounds(served: int | None) -> None:
    assert manski(SPEED, served) is None
    assert manski(NOTHING, 0) is None


@given(st.lists(st.tuples(histograms, st.integers(1, 10**6)), min_size=1, max_size=6))
def test_the_bounds_of_merged_parts_are_the_means_of_their_bounds(parts: list[tuple[list[int], int]]) -> None:
    samples = [item_moments(histogram) for histogram, _ in parts]
    served = [sample.n + silent for sample, (_, silent) in zip(samples, parts, strict=True)]
    lower = upper = Fraction(0)
    for sample, people in zip(samples, served, strict=True):
        bounds = manski(sample, people)
        assert bounds
        lower, upper = lower + bounds.lower * people, upper + bounds.upper * people
    assert manski(merged(samples), sum(served)) == Bounds(lower / sum(served), upper / sum(served))
