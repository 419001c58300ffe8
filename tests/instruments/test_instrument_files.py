"""An agency's own instrument file is read, or refused with the place and what to change."""

from contextlib import suppress
from hashlib import sha256
from importlib import resources
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.instruments.faults import InstrumentFault
from app.instruments.loading import MAX_LENGTH, load_instrument, template_text

DEFINITIONS = resources.files("app.instruments").joinpath("definitions")
IKL = DEFINITIONS.joinpath("ikl-1.toml").read_text("utf-8")
SKM = DEFINITIONS.joinpath("skm-2017.toml").read_text("utf-8")
BOGOR = (Path(__file__).parent / "bogor-2011.toml").read_text("utf-8")

FIVE_POINTS = """
name = "easy"
version = "1"
default_mode = "exact"
default_bands = "own"
title = { id = "Kemudahan", en = "Ease" }
index = { name = "IKT", title = { id = "Indeks Kemudahan", en = "Ease Index" } }
scale = { low = 1, high = 5 }
weight_modes.exact = ["1"]
[[band_tables.own]]
grade = "A"
lower = "80.00"
words = { id = "Mudah", en = "Easy" }
[[band_tables.own]]
grade = "B"
lower = "20.00"
words = { id = "Sulit", en = "Hard" }
[[items]]
code = "ease"
dimension = "ease"
title = { id = "Kemudahan", en = "Ease" }
question = { id = "Seberapa mudah?", en = "How easy was it?" }
answers.id = ["1", "2", "3", "4", "5"]
answers.en = ["1", "2", "3", "4", "5"]
"""


def changed(text: str, old: str, new: str) -> str:
    """The text with the first `old` replaced, which must be there."""
    assert old in text
    return text.replace(old, new, 1)


def faults_of(text: str) -> tuple[str, ...]:
    """What is said about a text that must be refused."""
    with pytest.raises(InstrumentFault) as caught:
        load_instrument(text)
    assert str(caught.value) == "\n".join(caught.value.faults)
    return caught.value.faults


def test_a_historical_index_of_fourteen_elements_is_data_too() -> None:
    bogor = load_instrument(BOGOR)
    assert (bogor.id, bogor.index_name, bogor.older_rule) == ("ikm-bogor-2011", "IKM", "KEP/25/2004")
    assert len(bogor.items) == len(bogor.weights()) == 14
    assert (bogor.default_mode, bogor.default_bands) == ("0.071", "2004")


def test_other_scales_and_indices_can_be_described() -> None:
    instrument = load_instrument(FIVE_POINTS)
    assert (instrument.low, instrument.high, instrument.index_name) == (1, 5, "IKT")
    assert list(instrument.marks.values()) == ["1", "2", "3", "4", "5", "-"]


def test_an_ikm_may_weigh_its_elements_and_add_others() -> None:
    tenth = IKL[IKL.index("[[items]]") :].split("[[items]]")[2]
    text = SKM.replace('"1/9", "1/9"]', '"1/18", "1/18", "1/9"]', 1)
    text = text.replace('"0.111"]', '"0.1", "0.011"]', 1).replace('"0.11"]', '"0.1", "0.01"]', 1)
    assert len(load_instrument(f"{text}\n[[items]]{tenth}").items) == 10


FIRST_BAND, SECOND_BAND = 'grade = "A", lower = "88.31"', 'grade = "B", lower = "76.61"'
IKM_INDEX = 'name = "IKM"\ntitle = { id = "Indeks Kepuasan Masyarakat"'
IKL_INDEX = 'name = "IKL"\ntitle = { id = "Indeks Kepuasan Layanan", en = "Service Satisfaction Index" }'


@pytest.mark.parametrize(
    ("text", "old", "new", "fault"),
    [
        # One field alone.
        (IKL, 'name = "ikl"', 'name = "Ikl"', "name: has the wrong form; it must match"),
        (IKL, 'version = "1"\n', "", "version: is missing"),
        (IKL, 'version = "1"', "version = 1", "version: must be a text in quotation marks"),
        (
            IKL,
            'version = "1"',
            'version = "1"\ncolour = "red"',
            "colour: is not a field of an instrument file",
        ),
        (
            IKL,
            'code = "speed"',
            'code = "kecepatan waktu"',
            "items.kecepatan waktu.code: has the wrong form",
        ),
        (IKL, 'code = "speed"\n', "", "items.1.code: is missing"),
        (
            FIVE_POINTS,
            'question = { id = "Seberapa mudah?", en = "How easy was it?" }\n',
            "",
            "items.ease.question: is missing",
        ),
        (
            IKL,
            '"Tidak cepat"',
            '" Tidak cepat"',
            "items.speed.answers.id.1: must be one line of printable text",
        ),
        (IKL, '"Tidak cepat"', '""', "items.speed.answers.id.1: must not be empty"),
        (
            IKL,
            '"Sangat cepat"',
            '"Sangat\\tcepat"',
            "items.speed.answers.id.4: must be one line of printable",
        ),
        (IKL, '"1/3"', "0.3333", "weight_modes.exact.1: must be a decimal or a fraction in quotation marks"),
        (IKL, '"1/3"', '"1/0"', "weight_modes.exact.1: must be a decimal or a fraction"),
        (IKL, '"0.333"]', '"0.000"]', "weight_modes.0.333.3: must be greater than 0"),
        (IKL, "exact = [", "EXACT = [", "weight_modes.EXACT.[key]: has the wrong form; it must match"),
        (
            IKL,
            'lower = "88.31"',
            "lower = 88.31",
            "band_tables.2017.A.lower: must be an index with two decimals",
        ),
        (
            IKL,
            "high = 4",
            "high = 10",
            "scale.high: must be 0 to 9, because a sheet writes one digit an item",
        ),
        (IKL, "low = 1", "low = -1", "scale.low: must be 0 to 9"),
        (IKL, "low = 1", "low = true", "scale.low: must be a whole number"),
        (BOGOR, "KEP/25/2004", "KEP/99/1999", "older_rule: must be one of 'KEP/25/2004', 'PermenPANRB 16/2014'"),
        (FIVE_POINTS, "[[items]]", "items = 3\n[[other]]", "band_tables.own.B.items: is not a field"),
        # Fields against each other.
        (IKL, "high = 4", "high = 1", "scale: low is 1 and high is 1; high must be greater"),
        (IKL, 'code = "transparency"', 'code = "SPEED"', "items.speed: this code is used 2 times"),
        (
            IKL,
            '"Cepat", "Sangat cepat"]',
            '"Cepat"]',
            "items.speed.answers.id: has 3 answers; the scale 1 to 4 needs 4",
        ),
        (IKL, 'exact = ["1/3", "1/3", "1/3"]\n', "", "weight_modes: exact is missing"),
        (IKL, 'mode = "exact"', 'mode = "0.3"', "default_mode: there is no weight mode 0.3"),
        (IKL, '["0.33", ', "[", "weight_modes.0.33: has 2 weights for 3 items"),
        (
            IKL,
            '["1/3"',
            '["0.333"',
            "weight_modes.exact: the weights sum to 2999/3000; they must sum to exactly 1",
        ),
        (
            IKL,
            '["0.33"',
            '["0.2"',
            "weight_modes.0.33: the weights sum to 0.86; rounded weights must sum to 0.9",
        ),
        (
            IKL,
            '["0.33"',
            '["0.4"',
            "weight_modes.0.33: the weights sum to 1.06; rounded weights must sum to 0.9",
        ),
        (IKL, '["0.333"', '["0.33333"', "weight_modes.0.333: the common denominator exceeds 10000"),
        (IKL, 'bands = "2017"', 'bands = "1999"', "default_bands: there is no band table 1999"),
        (IKL, SECOND_BAND, FIRST_BAND, "band_tables.2017: a grade occurs twice"),
        (IKL, '"76.61"', '"88.31"', "band_tables.2017.B: 88.31 is not below 88.31 of A; best band first"),
        (IKL, '"76.61"', '"90.00"', "band_tables.2017.B: 90.00 is not below 88.31 of A; best band first"),
        # Names that must not be mixed up.
        (IKL, 'name = "IKL"', 'name = "IKM"', "index: IKM and 'Indeks Kepuasan Masyarakat'"),
        (IKL, 'name = "IKL"', 'name = "IKX"', "index: IKL and 'Indeks Kepuasan Layanan'"),
        (IKL, 'en = "Service Satis', 'en = "Services Satis', "index: IKL and 'Indeks Kepuasan Layanan'"),
        (SKM, IKM_INDEX, IKM_INDEX.replace("IKM", "IKX"), "index: IKM and 'Indeks Kepuasan Masyarakat'"),
        (IKL, 'en = "Three-Dimension', 'en = "SKM: Three-Dimension', "title: IKM, SKM and their long names"),
        (IKL, 'id = "Penilaian', 'id = "Survei kepuasan masyarakat', "title: IKM, SKM and their long names"),
        (SKM, 'code = "BIAYA"', 'code = "TARIF"', "items: an IKM needs all nine SKM elements, BIAYA missing"),
        (
            BOGOR,
            'older_rule = "KEP/25/2004"\n',
            "",
            "items: an IKM needs all nine SKM elements, WAKTU, BIAYA",
        ),
        (
            FIVE_POINTS,
            '"IKT", title = { id = "Indeks Kemudahan", en = "Ease Index" }',
            '"IKL", title = { id = "Indeks Kepuasan Layanan", en = "Service Satisfaction Index" }',
            "scale: IKL is defined for answers 1 to 4",
        ),
    ],
)
def test_a_fault_is_named_with_its_place_and_what_to_change(text: str, old: str, new: str, fault: str) -> None:
    said = faults_of(changed(text, old, new))
    assert any(line.startswith(fault) for line in said), said


def test_all_faults_are_said_at_once() -> None:
    text = changed(changed(IKL, 'mode = "exact"', 'mode = "0.3"'), 'bands = "2017"', 'bands = "1999"')
    assert [line.split(":")[0] for line in faults_of(text)] == ["default_mode", "default_bands"]


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("name = ", "file: is not valid TOML: "),
        ("a = " + "[" * 9_999, "file: is nested too deeply"),
        (" " * (MAX_LENGTH + 1), "file: has 65537 characters; at most 65536 are read"),
        ('scale = 3\nitems = [1]\nband_tables = { own = "x" }', "scale: must be a table with fields of its own"),
    ],
)
def test_what_is_no_instrument_at_all_is_refused_in_words(text: str, fault: str) -> None:
    assert any(line.startswith(fault) for line in faults_of(text))


@given(st.text(max_size=200))
def test_no_text_whatever_breaks_the_reader(text: str) -> None:
    assert faults_of(text)


@pytest.mark.long
@pytest.mark.parametrize("text", [IKL, SKM, BOGOR], ids=["ikl-1", "skm-2017", "bogor-2011"])
def test_no_lost_line_breaks_the_reader(text: str) -> None:
    lines = text.splitlines()
    for number in range(len(lines)):
        with suppress(InstrumentFault):
            load_instrument("\n".join(lines[:number] + lines[number + 1 :]))


def test_the_digest_ignores_comments_layout_and_unicode_form_but_nothing_else() -> None:
    digest = load_instrument(FIVE_POINTS).digest
    assert load_instrument(f"# A comment.\n\n{FIVE_POINTS}").digest == digest
    composed, decomposed = (changed(FIVE_POINTS, "Sulit", word) for word in ("Sul\u00edt", "Suli\u0301t"))
    assert load_instrument(composed).digest == load_instrument(decomposed).digest != digest


def test_the_digest_is_that_of_canonical_json() -> None:
    canonical = (
        '{"band_tables":{"own":[{"grade":"A","lower":"80.00","words":{"en":"Easy","id":"Mudah"}},'
        '{"grade":"B","lower":"20.00","words":{"en":"Hard","id":"Sulit"}}]},"default_bands":"own",'
        '"default_mode":"exact","index":{"name":"IKT","title":{"en":"Ease Index","id":"Indeks Kemudahan"}},'
        '"items":[{"answers":{"en":["1","2","3","4","5"],"id":["1","2","3","4","5"]},"code":"ease",'
        '"dimension":"ease","question":{"en":"How easy was it?","id":"Seberapa mudah?"},'
        '"title":{"en":"Ease","id":"Kemudahan"}}],"name":"easy","scale":{"high":5,"low":1},'
        '"title":{"en":"Ease","id":"Kemudahan"},"version":"1","weight_modes":{"exact":["1"]}}'
    )
    assert load_instrument(FIVE_POINTS).digest == sha256(canonical.encode()).hexdigest()


def test_the_template_is_a_questionnaire_as_it_stands() -> None:
    instrument = load_instrument(template_text())
    assert [(each.code, each.places) for each in instrument.elements] == [("PROSEDUR", (0, 1)), ("KECEPATAN", (2,))]
    # What is in one language stands for both.
    assert instrument.items[2].title == {"id": "Kecepatan", "en": "Kecepatan"}
    assert instrument.items[2].answers["en"] == instrument.items[2].answers["id"]


def test_a_file_may_be_in_one_language_and_dimensions_may_have_digits() -> None:
    text = FIVE_POINTS.replace(', en = "Ease"', "").replace(', en = "How easy was it?"', "")
    text = text.replace('answers.en = ["1", "2", "3", "4", "5"]\n', "").replace(
        'dimension = "ease"', 'dimension = "u2"'
    )
    [item] = load_instrument(text).items
    assert (item.dimension, item.question["en"]) == ("u2", "Seberapa mudah?")
    own = changed(IKL, 'en = "Service Satisfaction Index"', 'en = "Indeks Kepuasan Layanan"')
    assert load_instrument(own).index_title["en"] == "Indeks Kepuasan Layanan"
    assert faults_of(changed(FIVE_POINTS, 'title = { id = "Kemudahan", en = "Ease" }', 'title = { fr = "Aise" }'))


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ('element = "PROSEDUR"', 'element = "LAIN"', "items.PROSEDUR_MUDAH.element: there is no element LAIN"),
        ('code = "KECEPATAN"', 'code = "PROSEDUR"', "elements.PROSEDUR: a question with this code is an element"),
        (
            '[[items]]\ncode = "PROSEDUR_MUDAH"',
            '[[elements]]\ncode = "SEPI"\ntitle = { id = "Sepi" }\n\n[[items]]\ncode = "PROSEDUR_MUDAH"',
            "elements.SEPI: no question names it",
        ),
        (
            '[[items]]\ncode = "PROSEDUR_MUDAH"',
            '[[elements]]\ncode = "PROSEDUR"\ntitle = { id = "Sepi" }\n\n[[items]]\ncode = "PROSEDUR_MUDAH"',
            "elements.prosedur: this code is used 2 times",
        ),
    ],
)
def test_elements_and_questions_must_fit(old: str, new: str, fault: str) -> None:
    assert faults_of(changed(template_text(), old, new))[0].startswith(fault)


def test_nine_elements_may_be_asked_by_more_questions() -> None:
    text = changed(SKM, '"1/9", "1/9"]', '"1/9", "1/18", "1/18"]')
    text = text.replace('"0.111"]', '"0.1", "0.011"]', 1).replace('"0.11"]', '"0.1", "0.01"]', 1)
    head, last = text.rsplit("[[items]]", 1)
    first, second = (last.replace('code = "SARPRAS"', f'code = "S{n}"\nelement = "SARPRAS"') for n in (1, 2))
    declared = '[[elements]]\ncode = "SARPRAS"\ntitle = { id = "Sarana dan Prasarana" }\n\n'
    text = f"{head}{declared}[[items]]{first}\n[[items]]{second}"
    instrument = load_instrument(text.replace('version = "2017"', 'version = "2017.2"'))
    assert (len(instrument.items), len(instrument.elements)) == (10, 9)


def test_a_fault_in_words_of_one_language_is_named_where_the_other_has_none() -> None:
    # It stopped with an error of the program: the words stand for both languages, and the file has one list.
    text = template_text().replace('answers = { id = ["Tidak cepat",', 'answers = { id = ["Tidak cepat ",')
    with pytest.raises(InstrumentFault) as caught:
        load_instrument(text)
    assert {fault.partition(":")[0] for fault in caught.value.faults} == {
        "items.KECEPATAN.answers.id.1", "items.KECEPATAN.answers.en.1"
    }  # fmt: skip


def test_a_name_of_very_many_parts_is_not_read() -> None:
    with pytest.raises(InstrumentFault, match="is nested too deeply"):
        load_instrument("a" + ".a" * 201 + " = 1")
