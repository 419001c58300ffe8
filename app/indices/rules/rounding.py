"""Rounding: of what is official as the official forms do it, never through binary fractions; and of estimates."""

from decimal import Decimal
from fractions import Fraction

# Of what is estimated.
PLACES = 4


def half_up(value: Fraction, places: int = 2) -> Decimal:
    """The value rounded to `places` decimals, halves away from zero: 88.305 gives 88.31.

    Exact for every Fraction and independent of the decimal context; zero has no sign.
    """
    doubled = 2 * abs(value.numerator) * 10**places
    units = (doubled + value.denominator) // (2 * value.denominator)
    return Decimal(f"{-units if value < 0 else units}E-{places}")


def rounded(estimate: Fraction | float) -> float:
    """An estimate as it is told: half-even on the exact value, without a negative zero."""
    return round(float(estimate), PLACES) + 0.0
