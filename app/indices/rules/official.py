"""The official index: exact fractions from the counts to the rounded figure and its grade.

Source: PermenPANRB 14/2017, annex (NRR per element, weighted NRR, IKM = index × 25, bands of mutu).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from app.disclosure.rules.cells import Cell
from app.foundation.rounding import half_up
from app.instruments.model import Band, Instrument, Item
from app.ratings.rules.sheet_counts import item_mean


@dataclass(frozen=True)
class Graded:
    """An index: the exact value, the figure that is published, and the band of that figure."""

    exact: Fraction
    rounded: Decimal
    band: Band


@dataclass(frozen=True)
class ItemIndex:
    """One element: answers n, mean on the item's scale (NRR), index; None when nobody answered."""

    code: str
    n: int
    mean: Fraction | None
    weight: Fraction
    index: Graded | None

    @property
    def weighted(self) -> Fraction | None:
        """Mean × weight (*NRR tertimbang*), the element's part of the composite on the item's scale."""
        return None if self.mean is None else self.mean * self.weight


@dataclass(frozen=True)
class OfficialIndex:
    """All figures of one set of counts. `sheets` also counts those with skipped answers.

    `composite` is None when an element has no answer at all: leaving it out would raise or lower the
    index silently.
    """

    instrument: str
    mode: str
    bands: str
    sheets: int
    items: tuple[ItemIndex, ...]
    composite: Graded | None


def official_index(
    instrument: Instrument, cell: Cell, mode: str | None = None, bands: str | None = None
) -> OfficialIndex:
    """The index of the sheets of a cell under a weight mode and band table (None: the instrument's own).

    Each element is averaged over those who answered it (PermenPANRB 14/2017: blank is not zero), so a
    sheet with a skipped answer still counts where it was filled in. Raises UnknownChoice.
    """
    table, weights = instrument.bands(bands), instrument.weights(mode)
    if instrument.pooled:
        # So that the weighted figures add up to the index here, too.
        weights = parts_of_answers(cell) or weights
    rows = zip(instrument.items, weights, cell.items, strict=True)
    items = tuple(_item_index(instrument, item, weight, cells, table) for item, weight, cells in rows)
    return OfficialIndex(
        instrument=instrument.id,
        mode=mode or instrument.default_mode,
        bands=bands or instrument.default_bands,
        sheets=cell.n,
        items=items,
        composite=(
            pooled_composite(cell, table)
            if instrument.pooled
            else composite_of_means(instrument, {item.code: item.mean for item in items}, mode, bands)
        ),
    )


def pooled_composite(cell: Cell, table: Sequence[Band]) -> Graded | None:
    """The share of positive answers among all answers to all questions, in per cent; None without any answer.

    Source: ARTA, Client Satisfaction Measurement: agreeing answers ÷ (answers − N/A). The cell must be a measured one,
    with two places in each histogram.
    """
    share = pooled_share(cell)
    return None if share is None else graded(100 * share, table)


def parts_of_answers(cell: Cell) -> tuple[Fraction, ...]:
    """What part of all answers those to each question are; nothing without any answer."""
    sizes = tuple(map(sum, cell.items))
    answers = sum(sizes)
    return tuple(Fraction(size, answers) for size in sizes) if answers else ()


def pooled_share(cell: Cell) -> Fraction | None:
    """The share of positive answers among all answers of a measured cell; None without any."""
    answers = sum(map(sum, cell.items))
    return Fraction(sum(positive for _, positive in cell.items), answers) if answers else None


def composite_of_means(
    instrument: Instrument,
    means: Mapping[str, Fraction | None],
    mode: str | None = None,
    bands: str | None = None,
) -> Graded | None:
    """The composite Σ mean × weight × 100/high (IKM = Σ NRR × weight × 25) from means by item code.

    None when one of the means is. Raises UnknownChoice, and KeyError for an item left out.
    """
    table, total = instrument.bands(bands), Fraction(0)
    for item, weight in zip(instrument.items, instrument.weights(mode), strict=True):
        mean = means[item.code]
        # Without this element the weights would no longer sum to 1, and the index would silently rise or fall.
        if mean is None:
            return None
        total += mean * weight
    return graded(index_of(total, instrument.high), table)


def index_of(mean: Fraction, high: int) -> Fraction:
    """A mean as an index: × 25 on the scale 1..4, generally × 100/high."""
    return mean * 100 / high


def graded(exact: Fraction, table: Sequence[Band]) -> Graded:
    """The band of the *rounded* index: the published bands leave gaps into which exact values can fall.

    Whatever lies below the last lower bound has the last grade: with weights of 0.11 the worst
    possible sheet gives 24.75, although the table says that D begins at 25.
    """
    # An exact 88.305 lies between B (up to 88.30) and A (from 88.31); rounded it is 88.31 and has a grade.
    rounded = half_up(exact)
    return Graded(exact, rounded, next((band for band in table if band.lower <= rounded), table[-1]))


def _item_index(
    instrument: Instrument, item: Item, weight: Fraction, histogram: Sequence[int], table: Sequence[Band]
) -> ItemIndex:
    mean = item_mean(histogram, instrument.low)
    index = None if mean is None else graded(index_of(mean, instrument.high), table)
    return ItemIndex(item.code, sum(histogram), mean, weight, index)
