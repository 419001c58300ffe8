"""The elements (unsur) of a survey with their means (NRR), the highest and lowest of them, and the grade."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from app.closing.rules.report_documents.figures import Dimension, Figures
from app.closing.rules.report_documents.survey import Element, GradeBand, Question, Results
from app.disclosure.rules.cells import Cell
from app.foundation.rounding import half_up
from app.indices.rules.figures import Scoring
from app.indices.rules.official import Graded, ItemIndex, graded, index_of, official_index
from app.instruments.model import Band, Item
from app.instruments.model import Element as AskedElement
from app.instruments.schemas import TextsOut

# How many elements are named as the highest and the lowest, where there are enough of them.
ENDS = 3


def results_of(scoring: Scoring, figures: Figures, cell: Cell) -> Results:
    """The results of the told sheets, as far as the unit's own report shows them (`figures`)."""
    instrument = scoring.instrument
    official = official_index(instrument, cell, scoring.mode, scoring.bands)
    table = instrument.bands(scoring.bands)
    asked = list(zip(instrument.items, official.items, figures.dimensions, strict=True))
    measured = [
        _measured(element, [_Asked(*asked[place]) for place in element.places]) for element in instrument.elements
    ]
    known = [each for each in measured if each.mean is not None]
    best = sorted(known, key=_mean, reverse=True)
    ends = min(ENDS, len(known) // 2)
    composite = official.composite
    return Results(
        elements=tuple(_shown(each, table, instrument.high) for each in measured),
        highest=tuple(each.element.code for each in best[:ends]),
        lowest=tuple(each.element.code for each in best[::-1][:ends]),
        value=_on_answers(composite.exact, instrument.high) if composite else None,
        band=_grade_band(composite, table, instrument.high) if composite else None,
    )


class _Asked(NamedTuple):
    """A question: as it is in the questionnaire, its index, and what the unit's own report shows of it."""

    item: Item
    official: ItemIndex
    shown: Dimension

    @property
    def mean(self) -> Fraction | None:
        """Its mean; None if too few answered it, as in the unit's own report."""
        return None if self.shown.index is None else self.official.mean


class _Measured(NamedTuple):
    """An element with its questions, its mean and its part of the index; None where one of them has no figures."""

    element: AskedElement
    questions: Sequence[_Asked]
    mean: Fraction | None
    weighted: Fraction | None


def _measured(element: AskedElement, questions: Sequence[_Asked]) -> _Measured:
    # Questions about one element are one element: their means count by their weights within it.
    weighted = [each.mean * each.official.weight for each in questions if each.mean is not None]
    if len(weighted) < len(questions):
        return _Measured(element, questions, None, None)
    total = sum(weighted, Fraction(0))
    return _Measured(element, questions, total / sum(each.official.weight for each in questions), total)


def _shown(measured: _Measured, table: Sequence[Band], high: int) -> Element:
    title, mean = measured.element.title, measured.mean
    counts = [each.shown.n for each in measured.questions]
    known = [n for n in counts if n is not None]
    index = None if mean is None else graded(index_of(mean, high), table)
    return Element(
        code=measured.element.code,
        title=TextsOut(id=title["id"], en=title["en"]),
        n=min(known) if len(known) == len(counts) else None,
        nrr=None if mean is None else str(half_up(mean, 4)),
        weighted=None if measured.weighted is None else str(half_up(measured.weighted, 4)),
        index=str(index.rounded) if index else None,
        grade=index.band.grade if index else None,
        words=TextsOut(id=index.band.words["id"], en=index.band.words["en"]) if index else None,
        questions=tuple(_question(each, high) for each in measured.questions) if len(counts) > 1 else (),
    )


def _question(asked: _Asked, high: int) -> Question:
    title, mean = asked.item.title, asked.mean
    return Question(
        code=asked.item.code,
        title=TextsOut(id=title["id"], en=title["en"]),
        n=asked.shown.n,
        nrr=None if mean is None else str(half_up(mean, 4)),
        weighted=None if mean is None else str(half_up(mean * asked.official.weight, 4)),
        index=None if mean is None else str(half_up(index_of(mean, high))),
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


def _mean(measured: _Measured) -> Fraction:
    assert measured.mean is not None, "only elements with answers are compared"
    return measured.mean
