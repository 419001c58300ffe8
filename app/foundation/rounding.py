"""The one rounding of all figures: once, from the exact value, half-up, as the official forms do."""

from decimal import Decimal
from fractions import Fraction

# Decimals of estimates.
PLACES = 4


def half_up(value: Fraction | Decimal | float, places: int = 2) -> Decimal:
    """The value rounded to `places` decimals, halves away from zero: 88.305 gives 88.31.

    Exact for every number and independent of the decimal context; zero has no sign.
    """
    # In integers, because a binary float cannot hold most halves, and round() takes the others to the even digit.
    numerator, denominator = value.as_integer_ratio()
    units = (2 * abs(numerator) * 10**places + denominator) // (2 * denominator)
    return Decimal(f"{-units if numerator < 0 else units}E-{places}")


def rounded(estimate: Fraction | float, places: int = PLACES) -> float:
    """An estimate as a number of JSON."""
    return float(half_up(estimate, places))
