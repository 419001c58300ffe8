"""What is measured of pages."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class PageFigure:
    """One page at one size: its p99 in ms, that of `/healthz` beside it, and the processor's ms for a request."""

    p99: float
    plain: float
    processor: float


@dataclass(frozen=True)
class PageFigures:
    """The pages by name with a tenth and with all of these ratings; those about many employees by themselves."""

    ratings: int
    persons: int
    small: Mapping[str, PageFigure]
    large: Mapping[str, PageFigure]
    thousand: Mapping[str, PageFigure]
