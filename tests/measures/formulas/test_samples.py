"""Sample sizes, coverage and the bounds of non-response (statistics.md §4 and §11)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.measures.rules.formulas.moments import NOTHING, item_moments, merged
from app.measures.rules.formulas.samples import (
    Bounds,
    cochran,
    cochran_size,
    coverage,
    finite_error,
    krejcie_morgan,
    krejcie_morgan_size,
    manski,
    mean_sample,
    standard_error,
)

SPEED = item_moments((2, 5, 23, 70))

histograms = st.lists(st.integers(0, 10**6), min_size=4, max_size=4)


@pytest.mark.parametrize(
    ("population", "raw", "size"),
    [
        (10, 9.771051, 10),
        (100, 79.507348, 80),
        (220, 140.112751, 140),
        (500, 217.472540, 217),
        (1200, 291.150275, 291),
        (10000, 369.928056, 370),
    ],
)
def test_v4_the_table_of_the_rule(population: int, raw: float, size: int) -> None:
    assert round(krejcie_morgan(population), 6) == raw
    assert krejcie_morgan_size(population) == size


def test_nobody_asks_for_nobody_and_one_for_one() -> None:
    assert (krejcie_morgan(0), krejcie_morgan_size(0), cochran(0), cochran_size(0)) == (0, 0, 0, 0)
    assert (krejcie_morgan(1), krejcie_morgan_size(1), cochran(1), cochran_size(1)) == (1, 1, 1, 1)


@pytest.mark.parametrize(("population", "raw", "size"), [(None, 384.145882, 385), (100, 79.509294, 80)])
def test_v4_sample_size_for_a_share(population: int | None, raw: float, size: int) -> None:
    assert round(cochran(population), 6) == raw
    assert cochran_size(population) == size


def test_v4_cochran_rounds_up_where_the_table_rounds_to_nearest() -> None:
    assert round(cochran(1200), 6) == 291.176615
    assert (cochran_size(1200), krejcie_morgan_size(1200)) == (292, 291)


def test_an_uneven_share_needs_fewer_and_a_narrower_margin_or_more_confidence_needs_more() -> None:
    usual = cochran_size(5000)
    assert cochran_size(5000, share=Fraction(9, 10)) < usual
    assert cochran_size(5000, margin=Fraction(1, 100)) > usual
    assert cochran_size(5000, confidence=0.99) > usual


def test_v4_sample_size_for_a_mean() -> None:
    assert round(float(SPEED.variance) ** 0.5, 6) == 0.680092
    assert round(mean_sample(SPEED.variance, Fraction(1, 10)), 6) == 177.677171
    assert round(mean_sample(SPEED.variance, Fraction(1, 10), 1200), 6) == 154.874803


@pytest.mark.parametrize("population", [None, 0, 1, 1200])
def test_without_variance_the_formula_asks_for_nobody(population: int | None) -> None:
    assert mean_sample(Fraction(0), Fraction(1, 10), population) == 0


def test_a_negative_population_is_refused() -> None:
    with pytest.raises(ValueError, match="population of -1"):
        krejcie_morgan(-1)
    with pytest.raises(ValueError, match="population of -1"):
        krejcie_morgan_size(-1)
    with pytest.raises(ValueError, match="population of -1"):
        cochran(-1)


@given(st.integers(1, 10**9))
def test_a_sample_never_exceeds_its_population_nor_the_unlimited_sample(population: int) -> None:
    assert 1 <= krejcie_morgan_size(population) <= min(population, 384)
    assert 1 <= cochran_size(population) <= min(population, 385)


def test_v4_the_error_of_a_finite_population() -> None:
    plain, finite = standard_error(SPEED), finite_error(SPEED, 400)
    assert plain
    assert finite
    assert (round(plain, 6), round(finite, 6)) == (0.068009, 0.058898)


def test_a_census_has_no_error_and_more_answers_than_people_have_no_meaning() -> None:
    assert finite_error(SPEED, 100) == 0
    assert finite_error(SPEED, 99) is None


@pytest.mark.parametrize("histogram", [(0, 0, 0, 0), (0, 0, 0, 1)])
def test_fewer_than_two_answers_have_no_error(histogram: tuple[int, ...]) -> None:
    assert standard_error(item_moments(histogram)) is None
    assert finite_error(item_moments(histogram), 10) is None


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
