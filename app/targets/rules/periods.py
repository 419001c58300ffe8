"""The codes of periods: `2026-09`, `2026-Q3`, `2026-S2`, `2026`. Pure."""

import re

# Year, then month, quarter or semester, if any.
FORM = re.compile(r"(2\d{3})(?:-(0[1-9]|1[0-2])|-Q([1-4])|-S([12]))?", re.ASCII)


def is_period(code: str) -> bool:
    """Whether a text is the code of a period."""
    return FORM.fullmatch(code) is not None
