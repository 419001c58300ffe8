"""Which questions of two questionnaires ask about the same thing. Pure.

Questions meet in their dimension, the words that all questionnaires share for what is asked. That two ask about one
thing does not make their figures one: words, scale and rule differ, and nothing is converted.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.instruments.model import Instrument, Item


@dataclass(frozen=True)
class Pairing:
    """What both ask about in one dimension; one side may be empty. `is_same` where words and answers are the same."""

    dimension: str
    left: tuple[Item, ...]
    right: tuple[Item, ...]
    is_same: bool


def crosswalk(left: Instrument, right: Instrument) -> tuple[Pairing, ...]:
    """Every dimension of either in the order of the left one's questions, then of what only the right one asks."""
    dimensions = dict.fromkeys(item.dimension for item in (*left.items, *right.items))
    return tuple(_pairing(dimension, left, right) for dimension in dimensions)


def _pairing(dimension: str, left: Instrument, right: Instrument) -> Pairing:
    both = _asking(left, dimension), _asking(right, dimension)
    return Pairing(dimension, *both, _words(both[0]) == _words(both[1]))


def _asking(one: Instrument, dimension: str) -> tuple[Item, ...]:
    return tuple(item for item in one.items if item.dimension == dimension)


def _words(items: Sequence[Item]) -> list[tuple[dict[str, str], dict[str, tuple[str, ...]]]]:
    return [(dict(item.question), dict(item.answers)) for item in items]
