"""Wire models of instruments: everything a client needs to draw the form and to explain a figure."""

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal

from pydantic import Field

from app.foundation.wire import WireModel
from app.instruments.model import Band, Instrument, Item, Texts

# Name, hyphen and version: a version may have dots.
InstrumentId = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,39}$")]


class InstrumentIn(WireModel):
    """A questionnaire's file: a TOML text as docs/instruments.md describes it."""

    # Longer ones are told their length with every other fault.
    source: str = Field(min_length=1)


class TextsOut(WireModel):
    """One text in Indonesian and in English."""

    id: str
    en: str


class AnswerOut(WireModel):
    """One answer to choose: the score to send and its words."""

    score: int
    words: TextsOut


class ElementOut(WireModel):
    """What one or several questions ask about (*unsur*)."""

    code: str
    title: TextsOut


class ItemOut(WireModel):
    """One question with its answers, from the lowest score up; `element` is the code of what it asks about."""

    code: str
    element: str
    dimension: str
    title: TextsOut
    question: TextsOut
    answers: tuple[AnswerOut, ...]


class BandOut(WireModel):
    """One grade; `lower` is the lowest rounded index that earns it, as text (`"88.31"`)."""

    grade: str
    lower: str
    words: TextsOut


class InstrumentSummary(WireModel):
    """An instrument in a list."""

    id: str
    titles: TextsOut
    index_name: str
    index_title: TextsOut
    items: tuple[str, ...]
    digest: str


class InstrumentPage(WireModel):
    """The instruments an agency may use."""

    items: tuple[InstrumentSummary, ...]


class InstrumentOut(WireModel):
    """A whole instrument; weights are text (`"1/9"`, `"0.111"`) so that they stay exact.

    `source` says where its questions and rules are from, and whose the wording is; null where the file does not.
    Where `positive_from` is not null, a figure is the per cent of answers from that score on instead of a mean: per
    question, and in all by the weights, or where `pooled` over all answers together. `not_applicable` are the words for
    a question that cannot be answered; send null for it. `collected` is null where any key may send answers: those to a
    `ticketed` questionnaire come with a ticket only, those to an `open` one with neither key nor ticket.
    """

    id: str
    name: str
    version: str
    titles: TextsOut
    index_name: str
    index_title: TextsOut
    older_rule: str | None
    source: TextsOut | None
    low: int
    high: int
    positive_from: int | None
    pooled: bool
    not_applicable: TextsOut | None
    collected: Literal["ticketed", "open"] | None
    elements: tuple[ElementOut, ...]
    items: tuple[ItemOut, ...]
    weight_modes: dict[str, tuple[str, ...]]
    default_mode: str
    band_tables: dict[str, tuple[BandOut, ...]]
    default_bands: str
    digest: str


def summary_of(instrument: Instrument) -> InstrumentSummary:
    """The instrument as one line of a list."""
    return InstrumentSummary(
        id=instrument.id,
        titles=_texts(instrument.titles),
        index_name=instrument.index_name,
        index_title=_texts(instrument.index_title),
        items=instrument.codes,
        digest=instrument.digest,
    )


def instrument_out(instrument: Instrument) -> InstrumentOut:
    """The instrument with all its texts and rules."""
    return InstrumentOut(
        id=instrument.id,
        name=instrument.name,
        version=instrument.version,
        titles=_texts(instrument.titles),
        index_name=instrument.index_name,
        index_title=_texts(instrument.index_title),
        older_rule=instrument.older_rule,
        source=None if instrument.source is None else _texts(instrument.source),
        low=instrument.low,
        high=instrument.high,
        positive_from=instrument.positive_from,
        pooled=instrument.pooled,
        not_applicable=None if instrument.not_applicable is None else _texts(instrument.not_applicable),
        collected=None if instrument.collected is None else instrument.collected.value,
        elements=tuple(ElementOut(code=each.code, title=_texts(each.title)) for each in instrument.elements),
        items=tuple(_item(item, instrument.low) for item in instrument.items),
        weight_modes={mode: tuple(map(weight_text, them)) for mode, them in instrument.weight_modes.items()},
        default_mode=instrument.default_mode,
        band_tables={table: tuple(map(_band, bands)) for table, bands in instrument.band_tables.items()},
        default_bands=instrument.default_bands,
        digest=instrument.digest,
    )


def weight_text(weight: Fraction) -> str:
    """`0.111` where a decimal says it exactly, `1/9` where none does."""
    decimal = Decimal(weight.numerator) / Decimal(weight.denominator)
    return str(decimal) if Fraction(decimal) == weight else str(weight)


def _texts(texts: Texts) -> TextsOut:
    return TextsOut(id=texts["id"], en=texts["en"])


def _item(item: Item, low: int) -> ItemOut:
    pairs = zip(item.answers["id"], item.answers["en"], strict=True)
    answers = (
        AnswerOut(score=score, words=TextsOut(id=indonesian, en=english))
        for score, (indonesian, english) in enumerate(pairs, start=low)
    )
    return ItemOut(
        code=item.code,
        element=item.element,
        dimension=item.dimension,
        title=_texts(item.title),
        question=_texts(item.question),
        answers=tuple(answers),
    )


def _band(band: Band) -> BandOut:
    return BandOut(grade=band.grade, lower=str(band.lower), words=_texts(band.words))
