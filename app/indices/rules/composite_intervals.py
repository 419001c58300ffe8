"""The 95 % interval of the index: from complete sheets, and where sheets skip questions from all answers. Pure.

Where skipping has little to do with what is thought it covers the true index in 94 to 98 % of all cases; where mostly
the displeased skip questions (half to two thirds of theirs) in 90 to 92 %, since complete sheets agree too well there.
"""

from fractions import Fraction
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from app.disclosure.rules.cells import Cell
from app.indices.rules.intervals import (
    CONFIDENCE,
    Grid,
    Interval,
    beta_ends,
    grid_of,
    item_beta,
    matched_beta,
    mean_interval,
)
from app.indices.rules.official import pooled_share
from app.instruments.model import Instrument
from app.ratings.rules.sheet_counts import composite_values, item_mean

Weights = tuple[Fraction, ...]


def composite_interval(
    instrument: Instrument, cell: Cell, mode: str | None = None, confidence: float = CONFIDENCE
) -> Interval | None:
    """The interval of the composite on the mean scale (V20), n the complete sheets; None without any of these.

    The answers of one person agree with each other: an interval put together from the items apart would be too narrow.
    How far they agree, only complete sheets tell. Raises UnknownChoice.
    """
    weights = instrument.weights(mode)
    grid = composite_grid(weights, instrument.low, instrument.high)
    complete = cell.composite(weights)
    n = sum(complete.values())
    if n == cell.n:
        return mean_interval(complete, grid, confidence)
    return _with_skipped(instrument, cell, weights, grid, confidence) if n else None


def _with_skipped(instrument: Instrument, cell: Cell, weights: Weights, grid: Grid, confidence: float) -> Interval:
    """The interval around the index of all answers, which is made of each item's mean over those who answered it.

    Its variance is Σw²σ²/n over the items, each with all of its answers, and what their agreement adds: the variance V
    of the composites of complete sheets, less Σw²σ², over the fewest answers of an item. All with Perks' prior, so that
    it is the usual interval again where nothing is skipped.
    """
    complete = cell.composite(weights)
    shares = _shares(instrument, cell, weights)
    items = [_item_posterior(instrument, histogram) for histogram in cell.items]
    own = [share**2 * item.variance for share, item in zip(shares, items, strict=True)]
    # Few complete sheets may vary more than answers that agree in everything could.
    together = min(_posterior(sum(complete.values()), *matched_beta(complete, grid)).variance, sum(map(sqrt, own)) ** 2)
    variance = sum(each / (item.size + 1) for each, item in zip(own, items, strict=True))
    variance += max(0.0, together - sum(own)) / (min(item.size for item in items) + 1)
    mean = sum(share * item.mean for share, item in zip(shares, items, strict=True))
    size = mean * (1 - mean) / variance - 1
    lower, upper = beta_ends(mean * size, (1 - mean) * size, grid, confidence)
    index = _index(instrument, cell, weights)
    return Interval(
        n=sum(complete.values()),
        mean=index,
        # The prior may draw the interval past an index at the end of the scale.
        lower=min(Fraction(lower), index),
        upper=max(Fraction(upper), index),
        confidence=confidence,
    )


def _shares(instrument: Instrument, cell: Cell, weights: Weights) -> list[float]:
    """What part of the index each item is: its weight, or where all answers count together its part of the answers."""
    parts = list(map(sum, cell.items)) if instrument.pooled else weights
    whole = sum(parts)
    return [float(part / whole) for part in parts]


def _index(instrument: Instrument, cell: Cell, weights: Weights) -> Fraction:
    if instrument.pooled and (share := pooled_share(cell)) is not None:
        return share
    # A complete sheet answers every question, so that each item has a mean.
    means = [each for histogram in cell.items if (each := item_mean(histogram, instrument.low)) is not None]
    return sum((weight * mean for weight, mean in zip(weights, means, strict=True)), Fraction(0))


class _Posterior(NamedTuple):
    """Answers on 0..1 with Perks' prior: how many they are with it (A), their mean and their variance σ²."""

    size: int
    mean: float
    variance: float


def _item_posterior(instrument: Instrument, histogram: tuple[int, ...]) -> _Posterior:
    return _posterior(sum(histogram), *item_beta(histogram, instrument.low))


def _posterior(n: int, a: float, b: float) -> _Posterior:
    """Read from the Beta that is matched to the mean of n answers, whose variance is σ²/(A + 1)."""
    size = n + 1
    return _Posterior(size, a / (a + b), a * b / (a + b) ** 2 / (a + b + 1) * (size + 1))


# Cached: the grid depends on the weights alone, and a table has thousands of rows with the same ones.
@lru_cache(maxsize=64)
def composite_grid(weights: Weights, low: int, high: int) -> Grid:
    """The grid of the composite: every value a complete sheet can have."""
    return grid_of(composite_values(weights, low, high))
