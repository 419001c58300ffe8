"""On the wire an instrument is complete: a client can draw the form and recompute the index from it."""

from fractions import Fraction

import pytest

from app.instruments.loading import shipped
from app.instruments.model import Instrument
from app.instruments.schemas import InstrumentOut, InstrumentPage, instrument_out, summary_of, weight_text

IKL, SKM = shipped()["ikl-1"], shipped()["skm-2017"]


def test_a_client_gets_every_question_with_the_scores_and_words_to_choose_from() -> None:
    speed = instrument_out(IKL).items[0].model_dump()
    assert speed["question"]["en"] == "How do you rate the speed with which the service was given?"
    assert [answer["score"] for answer in speed["answers"]] == [1, 2, 3, 4]
    assert speed["answers"][0]["words"] == {"id": "Tidak cepat", "en": "Not at all fast"}


def test_weights_and_bounds_are_exact_text() -> None:
    out = instrument_out(SKM)
    assert {mode: weights[0] for mode, weights in out.weight_modes.items()} == {
        "exact": "1/9",
        "0.111": "0.111",
        "0.11": "0.11",
    }
    assert [band.lower for band in out.band_tables["2017"]] == ["88.31", "76.61", "65.00", "25.00"]


@pytest.mark.parametrize("instrument", shipped().values(), ids=shipped())
def test_the_json_says_all_that_the_instrument_says(instrument: Instrument) -> None:
    out = InstrumentOut.model_validate_json(instrument_out(instrument).model_dump_json())
    assert out == instrument_out(instrument)
    assert (out.id, out.digest, out.index_name) == (instrument.id, instrument.digest, instrument.index_name)
    assert tuple(item.code for item in out.items) == instrument.codes


def test_a_page_lists_summaries() -> None:
    page = InstrumentPage(items=tuple(map(summary_of, shipped().values())))
    assert [entry.id for entry in page.items] == sorted(shipped())


def test_a_summary_fits_a_list() -> None:
    assert summary_of(IKL).model_dump() == {
        "id": "ikl-1",
        "titles": {"id": "Penilaian Layanan Tiga Dimensi", "en": "Three-Dimension Service Rating"},
        "index_name": "IKL",
        "index_title": {"id": "Indeks Kepuasan Layanan", "en": "Service Satisfaction Index"},
        "items": ("speed", "transparency", "friendliness"),
        "digest": IKL.digest,
    }


@pytest.mark.parametrize(
    ("weight", "text"),
    [(Fraction(1, 3), "1/3"), (Fraction("0.071"), "0.071"), (Fraction(1), "1"), (Fraction(1, 8), "0.125")],
)
def test_a_weight_is_a_decimal_where_one_says_it_exactly(weight: Fraction, text: str) -> None:
    assert weight_text(weight) == text
    assert Fraction(text) == weight
