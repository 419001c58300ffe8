"""Rounding: official figures half-up and exactly, as the official forms do; estimates to four places."""

from decimal import Decimal
from fractions import Fraction

# Decimals of estimates.
PLACES = 4


def half_up(value: Fraction, places: int = 2) -> Decimal:
    """The value rounded to `places` decimals, halves away from zero: 88.305 gives 88.31.

    Exact for every Fraction and independent of the decimal context; zero has no sign.
    """
    # In integers, because a binary float cannot hold most halves, and round() takes the others to the even digit.
    doubled = 2 * abs(value.numerator) * 10**places
    units = (doubled + value.denominator) // (2 * value.denominator)
    return Decimal(f"{-units if value < 0 else units}E-{places}")


def rounded(estimate: Fraction | float, places: int = PLACES) -> float:
    """An estimate as it is shown: half-even on the exact value, without a negative zero."""
    # Adding zero turns -0.0 into 0.0, which JSON would otherwise show with its sign.
    return round(float(estimate), places) + 0.0
