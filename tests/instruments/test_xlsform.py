"""A questionnaire from an XLSForm: select-one questions become one, and every row that cannot is named."""

from fractions import Fraction
from io import BytesIO
from typing import Any
from unicodedata import normalize
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from app.instruments.faults import InstrumentFault
from app.instruments.loading import load_instrument
from app.instruments.rules.xlsform import XlsForm, instrument_text
from app.instruments.xlsform_reading import MAX_BYTES, MAX_UNPACKED, text_of_xlsform

HEAD = ("type", "name", "label::Bahasa Indonesia (id)", "label::English (en)")
ASKED = ("select_one puas", "CEPAT", "Seberapa cepat?", "How fast?")
KIND = ("select_one puas", "RAMAH_SEKALI", "Seberapa ramah?", "How friendly?")
CHOICES = (
    ("list_name", "name", "label::Bahasa Indonesia (id)", "label::English (en)"),
    ("puas", 1, "Tidak", "Not"),
    ("puas", 2, "Cukup", "Fairly"),
    ("puas", 3, "Sangat", "Very"),
)
SETTINGS = (("form_title", "form_id", "version"), ('Survei "saya"', "survei_saya", "2026"))


def workbook(survey: Any = (HEAD, ASKED, KIND), choices: Any = CHOICES, settings: Any = SETTINGS) -> bytes:
    """The bytes of a form."""
    out = BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False}) as book:
        for name, rows in (("survey", survey), ("choices", choices), ("settings", settings)):
            sheet = book.add_worksheet(name)
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return out.getvalue()


def faults(**sheets: Any) -> tuple[str, ...]:
    """What is said of a form."""
    with pytest.raises(InstrumentFault) as caught:
        text_of_xlsform(workbook(**sheets))
    return caught.value.faults


def test_select_one_questions_become_a_questionnaire() -> None:
    one = load_instrument(text_of_xlsform(workbook()))
    assert (one.id, one.titles["id"], one.low, one.high) == ("survei-saya-2026", 'Survei "saya"', 1, 3)
    assert one.codes == ("CEPAT", "RAMAH_SEKALI")
    assert [(each.title["id"], each.dimension) for each in one.items] == [
        ("Cepat", "cepat"), ("Ramah sekali", "ramah_sekali")
    ]  # fmt: skip
    assert one.items[1].question == {"id": "Seberapa ramah?", "en": "How friendly?"}
    assert one.items[0].answers == {"id": ("Tidak", "Cukup", "Sangat"), "en": ("Not", "Fairly", "Very")}
    assert (one.index_name, [str(weight) for weight in one.weights()]) == ("IPL", ["1/2", "1/2"])


def test_the_order_of_answers_is_that_of_their_scores() -> None:
    turned = (CHOICES[0], *reversed(CHOICES[1:]))
    assert (
        load_instrument(text_of_xlsform(workbook(choices=turned))).digest
        == load_instrument(text_of_xlsform(workbook())).digest
    )


def test_a_form_in_one_language_and_of_one_question() -> None:
    survey = (("type", "name", "label", "hint"), ("select_one puas", "a", "Puas?", "jujur saja"), (), ())
    choices = (("list_name", "name", "label"), ("puas", 0, "Tidak"), ("puas", 1, "Ya"), ("lain", "x", "y"))
    one = load_instrument(text_of_xlsform(workbook(survey=survey, choices=choices)))
    assert (one.low, one.high, one.items[0].question["en"]) == (0, 1, "Puas?")
    assert one.weights() == (Fraction(1),)


def test_every_row_that_cannot_be_taken_is_named() -> None:
    head = (*HEAD, "relevant", "required", "label::Basa Jawa (jv)")
    survey = (
        head,
        (*ASKED, "", "yes"),
        ("text", "saran", "Saran", "Advice"),
        (),
        ("begin group", "g", "Bagian", "Part"),
        (*KIND, "${CEPAT} = 1", "", "Kados pundi?"),
        ("select_one tiada", "1a", "Apa?", "What?"),
        ("select_multiple puas", "b", "Mana?", "Which?"),
        ("select_one lima", "c", "", ""),
        ("select_one lima", "d", "Apa?", "What?"),
    )
    choices = (*CHOICES, ("lima", 1, "a", "a"), ("lima", 2, "b", "b"), ("lima", 3, "c"), ("lima", 4, "d", "d"))
    assert faults(survey=survey, choices=choices) == (
        "survey.2: the column required is not taken; empty the cell",
        "survey.3: text is no select_one question; take the row out",
        "survey.5: begin group is no select_one question; take the row out",
        "survey.6: the column relevant is not taken; empty the cell",
        "survey.6: label::Basa Jawa (jv) is not taken: words are in Indonesian (id) and English (en); empty the cell",
        "survey.7: name must begin with a letter and have letters, digits and _ only, 40 at most",
        "survey.7: the sheet choices has no list tiada",
        "survey.8: select_multiple puas is no select_one question; take the row out",
        "survey.9: label is missing, in Indonesian (id) or English (en)",
        "survey.9: all questions of a questionnaire have one scale; this one has another",
        "survey.10: the question and all its answers need the same languages",
        "survey.10: all questions of a questionnaire have one scale; this one has another",
    )


@pytest.mark.parametrize(
    ("choices", "said"),
    [
        (
            (CHOICES[0], ("puas", "ya", "Ya", "Yes"), *CHOICES[1:]),
            "choices.2: name must be the score of the answer, 0 to 9",
        ),
        ((*CHOICES[:2], CHOICES[3]), "choices.2: the scores of puas must follow one another, each once"),
        ((*CHOICES, CHOICES[3]), "choices.2: the scores of puas must follow one another, each once"),
        (CHOICES[:2], "choices.2: puas has one answer; a question needs two at least"),
    ],
)
def test_answers_are_scores_that_follow_one_another(choices: Any, said: str) -> None:
    assert faults(choices=choices) == (said,)


def test_a_form_has_a_name_a_version_and_a_question() -> None:
    assert faults(survey=(HEAD,), settings=(("form_title",), ("x",))) == (
        "settings.2: form_id is missing",
        "settings.2: version is missing",
        "survey.2: there is no question",
    )
    assert faults(settings=(("form_id", "version"), ("1 survei!", "1"))) == (
        "settings.2: form_id must begin with a letter and have letters, digits, - and _ only",
    )


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"a,b\n1,2\n", b"\xd0\xcf\x11\xe0" + b"\0" * 600])
def test_what_is_no_workbook_is_said_to_be_none(content: bytes) -> None:
    with pytest.raises(InstrumentFault, match=r"file: is no workbook in the form of an XLSForm \(\.xlsx\)"):
        text_of_xlsform(content)


def test_a_file_too_large_is_not_opened() -> None:
    with pytest.raises(InstrumentFault, match="at most 1048576 are read"):
        text_of_xlsform(b"P" * (MAX_BYTES + 1))


def test_a_file_that_unpacks_to_too_much_is_not_read() -> None:
    packed = BytesIO(workbook())
    with ZipFile(packed, "a", ZIP_DEFLATED) as archive:
        archive.writestr("xl/k.xml", " " * MAX_UNPACKED)
    assert len(packed.getvalue()) < MAX_BYTES
    with pytest.raises(InstrumentFault, match=f"at most {MAX_UNPACKED} are read"):
        text_of_xlsform(packed.getvalue())


def test_headings_that_are_no_words_are_no_forms() -> None:
    with pytest.raises(InstrumentFault, match="is no workbook in the form of an XLSForm"):
        text_of_xlsform(workbook(survey=((1, 2, 3), ASKED)))


@given(st.text(min_size=1, max_size=60), st.sampled_from(["label", "label::English (en)"]))
def test_whatever_the_words_are_the_file_says_them_or_names_their_fault(words: str, heading: str) -> None:
    words = " ".join(words.split()) or "x"
    form = XlsForm(
        ({"type": "select_one l", "name": "q", heading: words},),
        tuple({"list_name": "l", "name": str(score), heading: words} for score in (1, 2)),
        ({"form_id": "f", "version": "1"},),
    )
    text = instrument_text(form)
    if not normalize("NFC", words).isprintable():
        with pytest.raises(InstrumentFault, match="printable"):
            load_instrument(text)
    else:
        assert load_instrument(text).items[0].question["en"] == normalize("NFC", words)
