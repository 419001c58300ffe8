"""By which period an agency's exact figures are told, in words and in months. Pure."""

from collections.abc import Mapping

PERIODS: Mapping[str, int] = {"quarter": 3, "month": 1}


def period_called(months: int) -> str:
    """What a period of so many months is called; KeyError for one that no agency can have."""
    return {length: name for name, length in PERIODS.items()}[months]
