"""How large a difference must be to matter, beside being beyond chance: of thousands of answers any is. Pure."""

# Points of the index, whose scale ends at 100: a quarter of a grade of the official bands.
SMALLEST_DIFFERENCE = 3


def matters(difference: float, high: int) -> bool:
    """Whether two means of answers, which are at most `high`, differ by three points of the index or more."""
    return 100 * difference >= SMALLEST_DIFFERENCE * high
