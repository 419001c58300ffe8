"""Whether a told block is what its ratings give; a fault is a sentence of codes and counts. Pure."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from app.disclosure.rules.block_figures import BlockFigures, block_figures
from app.disclosure.rules.division import NewBlock, Shared, UnreleasedRating, is_complete
from app.disclosure.rules.minimum import SMALLEST_N
from app.instruments.model import Instrument
from app.ratings.status import OPEN


class StoredBlock(NamedTuple):
    """A block as it is stored."""

    instrument: str
    standing: str
    shared: Shared
    figures: BlockFigures


class Member(NamedTuple):
    """A rating in a block with its questionnaire and status; None where the rating is gone."""

    block: int
    instrument: str
    standing: str
    rating: UnreleasedRating | None


def block_faults(instruments: Mapping[str, Instrument], block: StoredBlock, members: Sequence[Member]) -> Iterator[str]:
    """What is wrong with a block; nothing if it is what its ratings give.

    Not which of them are held: up to nine may be, and are told with the others (decision 16).
    """
    there = [member for member in members if member.rating is not None]
    ratings = [member.rating for member in members if member.rating is not None]
    if gone := len(members) - len(there):
        yield f"{gone} of its ratings do not exist"
    if len(there) < SMALLEST_N:
        yield f"it has fewer than ten ratings: {len(there)}"
    if any(member.instrument != block.instrument for member in there):
        yield "a rating is of another questionnaire"
    if any((member.standing == OPEN) != (block.standing == OPEN) for member in there):
        yield "open answers and others are mixed"
    for name, shares in SHARED.items():
        if not all(shares(block.shared, rating) for rating in ratings):
            yield f"a rating differs in its {name}"
    if ratings:
        yield from _figures_faults(instruments, block, ratings)


def _figures_faults(
    instruments: Mapping[str, Instrument], block: StoredBlock, ratings: Sequence[UnreleasedRating]
) -> Iterator[str]:
    try:
        given = block_figures(instruments[block.instrument], NewBlock(block.shared, ratings))
    except (KeyError, ValueError):
        yield "a sheet does not fit the questionnaire"
        return
    for name, stored, right in zip(FIGURES, block.figures, given, strict=True):
        if _plain(stored) != _plain(right):
            yield f"its {name} is not what its ratings give"


FIGURES = ("number of ratings", "most frequent service", "cell", "list of parts")
Shares = Callable[[Shared, UnreleasedRating], bool]
SHARED: Mapping[str, Shares] = {
    "office": lambda shared, rating: shared.office in (None, rating.office),
    "employee": lambda shared, rating: shared.employee in (None, rating.employee),
    # Of a block that was split some months may be gone.
    "month": lambda shared, rating: shared.first_month <= rating.month <= shared.last_month,
    "completeness": lambda shared, rating: shared.complete in (None, is_complete(rating)),
    "service": lambda shared, rating: shared.service in (None, rating.service),
    "channel": lambda shared, rating: shared.channel in (None, rating.channel),
}


def _plain(value: Any) -> Any:
    """The value as the database gives it back."""
    return json.loads(json.dumps(value))
