"""What is told of a block, from its ratings: made at a release, and made anew by `cermin check`. Pure."""

from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from app.disclosure.rules.cells import cell_of, without_small_items
from app.disclosure.rules.division import NewBlock, Shared, UnreleasedRating
from app.instruments.model import Instrument


class BlockFigures(NamedTuple):
    """The columns of a block that its ratings give."""

    n: int
    service_mode: str
    cell: dict[str, Any]
    parts: list[list[str | int]]


def block_figures(instrument: Instrument, block: NewBlock) -> BlockFigures:
    """The figures of a block. ValueError or KeyError if a sheet is none of this instrument."""
    shared, ratings = block
    sheets = Counter(rating.sheet for rating in ratings)
    services = Counter(rating.service for rating in ratings)
    cell = without_small_items(cell_of(instrument, sheets, joint=shared.complete is True))
    return BlockFigures(
        n=len(ratings),
        service_mode=min(services, key=lambda service: (-services[service], service)),
        cell=cell.plain(),
        parts=[] if _alike(shared) else _parts(ratings),
    )


def _alike(shared: Shared) -> bool:
    differing = (shared.office, shared.employee, shared.service, shared.channel)
    return None not in differing and shared.first_month == shared.last_month


def _parts(ratings: Sequence[UnreleasedRating]) -> list[list[str | int]]:
    counts = Counter((each.office, each.employee, each.month, each.service, each.channel) for each in ratings)
    return [[*part, n] for part, n in sorted(counts.items())]
