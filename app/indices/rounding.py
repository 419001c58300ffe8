"""Rounding as the official forms do it, without ever passing through binary fractions."""

from decimal import Decimal
from fractions import Fraction


def half_up(value: Fraction, places: int = 2) -> Decimal:
    """The value rounded to `places` decimals, halves away from zero: 88.305 gives 88.31.

    Exact for every Fraction and independent of the decimal context; zero has no sign.
    """
    doubled = 2 * abs(value.numerator) * 10**places
    units = (doubled + value.denominator) // (2 * value.denominator)
    return Decimal(f"{-units if value < 0 else units}E-{places}")
