"""How much room words take in a drawing, so that no label lies on another."""

from typing import NamedTuple

# Of the typeface at 12 units; wide enough for capitals among small letters.
WIDTH_OF_LETTER, WIDTH_OF_BOLD_LETTER = 6.0, 6.4


class Box(NamedTuple):
    """A rectangle; the vertical axis runs down."""

    left: float
    top: float
    right: float
    bottom: float


def overlap(one: Box, other: Box) -> bool:
    """Whether they share more than an edge."""
    return one.left < other.right and other.left < one.right and one.top < other.bottom and other.top < one.bottom


def width_of(text: str, *, bold: bool = False) -> float:
    """About how wide a text is at 12 units."""
    return len(text) * (WIDTH_OF_BOLD_LETTER if bold else WIDTH_OF_LETTER)


def shortened(name: str, longest: int) -> str:
    """The name, cut in its middle where it is longer: offices of one kind are told apart by how their names end."""
    if len(name) <= longest:
        return name
    tail = (longest - 1) // 2
    return f"{name[: longest - 1 - tail].rstrip()}…{name[-tail:].lstrip()}"
