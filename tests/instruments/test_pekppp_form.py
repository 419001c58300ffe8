"""The people's form of PEKPPP: answers 0 to 5, six aspects, and the review's own figure on 0 to 5."""

from fractions import Fraction

import pytest

from app.disclosure.rules.cells import cell_of
from app.indices.rules.figures import Scoring, figures
from app.indices.rules.official import official_index
from app.instruments.loading import shipped
from app.instruments.sheets import write_sheet

F03 = shipped()["pekppp-f03"]


def test_an_answer_of_none_at_all_is_nought_and_not_a_skipped_question() -> None:
    scores: dict[str, int | None] = dict.fromkeys(F03.codes, 0)
    assert write_sheet(F03, scores) == "0" * 12
    cell = cell_of(F03, {"0" * 12: 9, "-" * 11 + "0": 1})
    official = official_index(F03, cell)
    assert [item.n for item in official.items] == [9] * 11 + [10]
    assert official.composite is not None
    assert (str(official.composite.rounded), official.composite.band.grade) == ("0.00", "F")


def test_the_six_aspects_and_their_weights_in_the_review() -> None:
    titles = [element.title["id"] for element in F03.elements]
    assert titles == [
        "Kebijakan Pelayanan", "Profesionalisme SDM", "Sarana Prasarana", "Sistem Informasi",
        "Konsultasi dan Pengaduan", "Inovasi",
    ]  # fmt: skip
    weights = F03.weights("aspek")
    of_aspects = [sum((weights[place] for place in element.places), Fraction(0)) for element in F03.elements]
    # Policy 24, staff 25, facilities 18, information 11, consultation 10, innovation 12 of 100.
    assert of_aspects == [Fraction(each, 100) for each in (24, 25, 18, 11, 10, 12)]


def test_a_figure_worked_out_by_hand() -> None:
    # Ten sheets of 5 and 4 in turn have means of 4.5 everywhere: 4.5 on 0 to 5, index 90.00.
    cell = cell_of(F03, {"5" * 12: 5, "4" * 12: 5})
    shown = figures(Scoring(F03, "exact", "2022"), cell)
    assert shown.official.composite is not None
    assert (str(shown.official.composite.rounded), shown.official.composite.band.grade) == ("90.00", "A-")
    # Policy alone at 5, everything else at 0: 4 of 12 questions, but 24 of 100 by the aspects.
    cell = cell_of(F03, {"5555" + "0" * 8: 10})
    for mode, index in (("exact", "33.33"), ("aspek", "24.00")):
        composite = official_index(F03, cell, mode).composite
        assert composite is not None
        assert str(composite.rounded) == index


@pytest.mark.parametrize(
    ("hundredths", "grade"),
    [
        (500, "A"), (451, "A"), (450, "A-"), (401, "A-"), (400, "B"), (351, "B"), (350, "B-"), (301, "B-"),
        (300, "C"), (251, "C"), (250, "C-"), (201, "C-"), (200, "D"), (151, "D"), (150, "E"), (101, "E"), (100, "F"),
    ],
)  # fmt: skip
def test_the_grades_are_those_of_the_figure_on_five(hundredths: int, grade: str) -> None:
    low, rest = divmod(hundredths, 100)
    cell = cell_of(F03, {str(low) * 12: 100 - rest, str(min(5, low + 1)) * 12: rest} if rest else {str(low) * 12: 100})
    composite = official_index(F03, cell).composite
    assert composite is not None
    assert (composite.exact, composite.band.grade) == (Fraction(hundredths, 5), grade)
