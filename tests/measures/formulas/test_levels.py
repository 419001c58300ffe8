"""On which levels answers are counted, so that their sums have few places."""

from fractions import Fraction

import pytest

from app.instruments.loading import shipped
from app.instruments.model import Instrument
from app.measures.rules.formulas.levels import MOST_STEPS, added, composite_levels, item_levels
from app.ratings.rules.sheet_counts import composite_values

IKL, SKM = shipped()["ikl-1"], shipped()["skm-2017"]


def test_the_levels_of_an_item_are_its_scores() -> None:
    scale = item_levels(1, 4)
    assert scale.places == (0, 1, 2, 3)
    assert scale.counts({Fraction(1): 2, Fraction(4): 5}) == (2, 0, 0, 5)
    assert scale.none == (0, 0, 0, 0)
    assert added((1, 2, 0, 4), (0, 1, 0, 5)) == (1, 3, 0, 9)


@pytest.mark.parametrize(("instrument", "levels"), [(IKL, 10), (SKM, 28)])
def test_rounded_weights_have_the_levels_of_the_exact_ones(instrument: Instrument, levels: int) -> None:
    for mode in instrument.weight_modes:
        assert composite_levels(instrument.weights(mode), 1, 4).places == tuple(range(levels))


def test_unequal_weights_leave_places_that_no_sheet_reaches() -> None:
    scale = composite_levels((Fraction(1, 2), Fraction(3, 10), Fraction(1, 5)), 1, 4)
    assert scale.places[:5] == (0, 2, 3, 4, 5)
    assert scale.places[-1] == 30
    assert scale.counts({Fraction(1): 1, Fraction(6, 5): 2, Fraction(4): 3})[:2] == (1, 2)


def test_too_fine_a_scale_is_rounded_to_sixty_steps_and_every_value_has_its_level() -> None:
    weights = (Fraction(333, 1000), Fraction(333, 1000), Fraction(334, 1000))
    scale = composite_levels(weights, 1, 4)
    assert (scale.places[0], scale.places[-1]) == (0, MOST_STEPS)
    values = composite_values(weights, 1, 4)
    assert scale.counts(dict.fromkeys(values, 1)) == tuple(
        sum(scale.level_of[value] == level for value in values) for level in range(len(scale.places))
    )
    for value in values:
        place = scale.places[scale.level_of[value]]
        assert abs(place - (value - 1) / 3 * MOST_STEPS) <= Fraction(1, 2)


def test_a_value_that_no_sheet_can_have_is_refused() -> None:
    with pytest.raises(KeyError):
        item_levels(1, 4).counts({Fraction(5): 1})
