"""What the figures say in plain words, for *umpan balik berkelanjutan* (PermenPANRB 6/2022). Pure.

Speed and friendliness speak to *Berorientasi Pelayanan*, transparency to *Akuntabel* (domain.md §4).
"""

from collections.abc import Mapping

from app.closing.rules.report_documents.parts import Words
from app.disclosure.rules.minimum import SMALLEST_PRECISE_N
from app.foundation.rounding import half_up
from app.instruments.model import Instrument, Item
from app.measures.rules.unit_measures import MeasuredDimension, UnitMeasures

Sentence = Mapping[str, str]

VALUES: Mapping[str, tuple[str, ...]] = {
    "berorientasi_pelayanan": ("speed", "friendliness"),
    "akuntabel": ("transparency",),
}
NOTICE = Words(
    id="Laporan ini tidak menghitung predikat kinerja. Angka di dalamnya adalah bukti dukung; pejabat penilai "
    "yang memutuskan.",
    en="This report computes no performance rating (predikat). Its figures are evidence; the appraiser decides.",
)
SENTENCE: Sentence = {
    "id": "{title}: {index} ({grade}, {words}), dari {n} jawaban.",
    "en": "{title}: {index} ({grade}, {words}), from {n} answers.",
}
BETTER: Sentence = {
    "id": "Lebih baik daripada periode sebelumnya.",
    "en": "Better than in the period before.",
}
WORSE: Sentence = {
    "id": "Lebih rendah daripada periode sebelumnya; bicarakan penyebabnya.",
    "en": "Lower than in the period before; talk about why.",
}
ALIKE: Sentence = {
    "id": "Dibanding periode sebelumnya tidak ada perubahan yang dapat dibedakan dari kebetulan.",
    "en": "Against the period before there is no change that can be told from chance.",
}


def feedback(instrument: Instrument, unit: UnitMeasures) -> dict[str, Words] | None:
    """A paragraph per core value and language; None where the instrument asks about neither."""
    paragraphs = {
        value: Words(
            id=_paragraph(instrument, unit, dimensions, "id"), en=_paragraph(instrument, unit, dimensions, "en")
        )
        for value, dimensions in VALUES.items()
    }
    return {value: words for value, words in paragraphs.items() if words.id} or None


def core_values(instrument: Instrument) -> Mapping[str, str]:
    """The core value to which each question speaks, by the question's code; questions about neither are absent."""
    by_dimension = {dimension: value for value, dimensions in VALUES.items() for dimension in dimensions}
    return {item.code: by_dimension[item.dimension] for item in instrument.items if item.dimension in by_dimension}


def _paragraph(instrument: Instrument, unit: UnitMeasures, dimensions: tuple[str, ...], language: str) -> str:
    sentences = [
        _sentences(unit, place, item, unit.dimensions[place], language)
        for dimension in dimensions
        for place, item in enumerate(instrument.items)
        if item.dimension == dimension
    ]
    return " ".join(sentence for sentence in sentences if sentence)


def _sentences(unit: UnitMeasures, place: int, item: Item, dimension: MeasuredDimension | None, language: str) -> str:
    figure = unit.figures.official.items[place]
    if dimension is None or figure.index is None:
        return ""
    sentence = SENTENCE[language].format(
        title=item.title[language],
        index=_number(str(half_up(figure.index.exact, 1 if unit.n < SMALLEST_PRECISE_N else 2)), language),
        grade=figure.index.band.grade,
        words=figure.index.band.words[language],
        n=figure.n,
    )
    if dimension.change is None:
        return sentence
    compared = BETTER if dimension.change.lower > 0 else WORSE if dimension.change.upper < 0 else ALIKE
    return f"{sentence} {compared[language]}"


def _number(text: str, language: str) -> str:
    return text.replace(".", ",") if language == "id" else text
