"""Moments are exact, however they are added up."""

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from app.measures.rules.formulas.moments import item_moments, moments, moments_of_steps

values = st.dictionaries(st.fractions(-9, 9, max_denominator=60), st.integers(0, 10**6)).filter(
    lambda cells: any(cells.values())
)


@given(values)
def test_moments_are_the_sums_of_their_definition(cells: dict[Fraction, int]) -> None:
    found = moments(cells)
    assert found.n == sum(cells.values())
    assert found.first == sum(value * n for value, n in cells.items())
    assert found.second == sum(value**2 * n for value, n in cells.items())
    mean = found.first / found.n
    assert found.mean == mean
    assert found.squares == sum((value - mean) ** 2 * n for value, n in cells.items())


@given(st.lists(st.integers(0, 300), min_size=2, max_size=10), st.integers(-3, 3), st.fractions(0, 2))
def test_steps_are_worth_their_unit(histogram: list[int], low: int, unit: Fraction) -> None:
    cells: dict[Fraction, int] = {}
    for score, n in enumerate(histogram, start=low):
        cells[score * unit] = cells.get(score * unit, 0) + n
    assert moments_of_steps(enumerate(histogram, start=low), unit) == moments(cells)
    assert item_moments(histogram, low) == moments_of_steps(enumerate(histogram, start=low), Fraction(1))
