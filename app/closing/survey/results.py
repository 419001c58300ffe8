"""The elements (unsur) of a survey with their means (NRR), the highest and lowest of them, and the grade."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction

from app.closing.rules.report_documents.figures import Dimension, Figures
from app.closing.rules.report_documents.survey import Element, GradeBand, Results
from app.disclosure.rules.cells import Cell
from app.foundation.rounding import half_up
from app.indices.rules.figures import Scoring
from app.indices.rules.official import Graded, ItemIndex, official_index
from app.instruments.model import Band, Instrument
from app.instruments.schemas import TextsOut

# How many elements are named as the highest and the lowest, where there are enough of them.
ENDS = 3


def results_of(scoring: Scoring, figures: Figures, cell: Cell) -> Results:
    """The results of the told sheets, as far as the unit's own report shows them (`figures`)."""
    instrument = scoring.instrument
    official = official_index(instrument, cell, scoring.mode, scoring.bands)
    elements = tuple(
        _element(instrument, place, item, shown)
        for place, (item, shown) in enumerate(zip(official.items, figures.dimensions, strict=True))
    )
    known = [item for item, element in zip(official.items, elements, strict=True) if element.index is not None]
    best = sorted(known, key=_mean, reverse=True)
    ends = min(ENDS, len(known) // 2)
    composite = official.composite
    return Results(
        elements=elements,
        highest=tuple(item.code for item in best[:ends]),
        lowest=tuple(item.code for item in best[::-1][:ends]),
        value=_on_answers(composite.exact, instrument.high) if composite else None,
        band=_grade_band(composite, instrument.bands(scoring.bands), instrument.high) if composite else None,
    )


def _element(instrument: Instrument, place: int, item: ItemIndex, shown: Dimension) -> Element:
    title = instrument.items[place].title
    bare = Element(
        code=item.code,
        title=TextsOut(id=title["id"], en=title["en"]),
        n=shown.n,
        nrr=None,
        weighted=None,
        index=None,
        grade=None,
        words=None,
    )
    # An element that too few answered has no figures in the unit's own report, so it has none here.
    if shown.index is None or item.index is None or item.weighted is None:
        return bare
    band = item.index.band
    return bare.model_copy(
        update={
            "nrr": str(half_up(_mean(item), 4)),
            "weighted": str(half_up(item.weighted, 4)),
            "index": str(item.index.rounded),
            "grade": band.grade,
            "words": TextsOut(id=band.words["id"], en=band.words["en"]),
        }
    )


def _grade_band(composite: Graded, table: Sequence[Band], high: int) -> GradeBand:
    """The range of the grade, on the scale of the index and on that of the answers; the best one ends at 100."""
    place = table.index(composite.band)
    lower = composite.band.lower
    upper = table[place - 1].lower - Decimal("0.01") if place else Decimal(100)
    return GradeBand(
        index=(str(lower), str(upper)),
        value=(_on_answers(Fraction(lower), high), _on_answers(Fraction(upper), high)),
    )


def _on_answers(index: Fraction, high: int) -> str:
    """An index of 25 to 100 on the scale of the answers (the sum of weighted NRR)."""
    return str(half_up(index * high / 100, 4))


def _mean(item: ItemIndex) -> Fraction:
    assert item.mean is not None, "only elements with answers are compared"
    return item.mean
