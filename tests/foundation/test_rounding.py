"""One rounding of all figures: once, half-up, from the exact value, whatever kind of number it is."""

from decimal import Decimal, localcontext
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.foundation.rounding import half_up, rounded


@pytest.mark.parametrize(
    ("value", "places", "shown"),
    [
        (Fraction(5, 8), 2, "0.63"),
        (Decimal("0.625"), 2, "0.63"),
        (0.625, 2, "0.63"),
        (Decimal("2.675"), 2, "2.68"),
        # The binary value is a little less than the half that it is written as.
        (2.675, 2, "2.67"),
        (Fraction(-1, 8), 2, "-0.13"),
        (-0.0004, 3, "0.000"),
        (-0.0, 1, "0.0"),
        (7, 0, "7"),
        (Fraction(1, 32), 4, "0.0313"),
    ],
)
def test_halves_go_up(value: Fraction | Decimal | float, places: int, shown: str) -> None:
    assert str(half_up(value, places)) == shown


@given(st.floats(-1e6, 1e6), st.integers(0, 6))
def test_a_float_is_rounded_from_its_exact_value(value: float, places: int) -> None:
    found = half_up(value, places)
    assert abs(Fraction(found) - Fraction(value)) <= Fraction(1, 2 * 10**places)
    assert rounded(value, places) == float(found)
    with localcontext(prec=3):
        assert half_up(value, places) == found


def test_what_is_shown_as_zero_has_no_sign_in_json_either() -> None:
    assert str(rounded(-0.00001)) == str(rounded(Fraction(-1, 10**6))) == "0.0"
