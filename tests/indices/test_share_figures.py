"""Figures that are shares of positive answers: per cent positive (A-11), agreeing ÷ answered without N/A (CSM)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from app.disclosure.rules.cells import Cell, cell_of, measured_cell, merged
from app.indices.rules.composite_intervals import composite_interval
from app.indices.rules.figures import IndexFigures, Scoring, figures
from app.indices.rules.official import official_index, parts_of_answers
from app.instruments.loading import shipped
from app.instruments.model import SKIPPED, Instrument

A11, CSM = shipped()["a11-2024"], shipped()["csm-2022"]
BOTH = st.sampled_from([A11, CSM])


def told(one: Instrument, sheets: dict[str, int]) -> Cell:
    """What figures read of these sheets."""
    return measured_cell(one, cell_of(one, sheets))


def measured(one: Instrument, sheets: dict[str, int]) -> IndexFigures:
    """The figures of these sheets."""
    return figures(Scoring(one.measured, "exact", one.default_bands), told(one, sheets))


def sheets_of(one: Instrument) -> st.SearchStrategy[dict[str, int]]:
    """Counts of sheets, of which some skip questions."""
    sheet = st.text("".join(one.readings), min_size=len(one.items), max_size=len(one.items))
    return st.dictionaries(sheet.filter(lambda each: each != one.blank), st.integers(1, 40), min_size=1, max_size=12)


def test_per_cent_positive_worked_out_by_hand() -> None:
    # Ten people; 4 and 5 are positive: to the first question all are, to the next nine, … to the seventh four.
    sheets = {"5555555": 2, "4444444": 2, "4444443": 1, "5555532": 1, "4444321": 1, "5553211": 1, "4433333": 1}
    sheets |= {"4123321": 1}
    found = measured(A11, sheets)
    assert [item.n for item in found.official.items] == [10] * 7
    positive = [round(item.index.exact) if item.index else None for item in found.official.items]
    assert positive == [100, 90, 80, 70, 60, 50, 40]
    assert found.official.composite is not None
    # 490 / 7 = 70.
    assert (str(found.official.composite.rounded), found.official.composite.band.grade) == ("70.00", "B")


def test_agreement_without_the_answers_that_do_not_apply_worked_out_by_hand() -> None:
    # Thirty people; the fee (SQD5) does not apply to twenty of them, and the ten others disagree about it.
    sheets = {"55555-555": 20, "444442444": 10}
    found = measured(CSM, sheets)
    shown = [(item.n, None if item.index is None else str(item.index.rounded)) for item in found.official.items]
    assert shown == [(30, "100.00")] * 5 + [(10, "0.00")] + [(30, "100.00")] * 3
    # 8 × 30 agree of 8 × 30 + 10 answers: 240 / 250 = 96 %; the mean of nine shares would be 88.89.
    assert found.official.composite is not None
    assert (found.official.composite.exact, found.official.composite.band.words["en"]) == (Fraction(96), "Outstanding")
    assert sum(item.weighted or 0 for item in found.official.items) == Fraction(96, 100)


@pytest.mark.parametrize(
    ("agree", "grade"),
    [(100, "A"), (95, "A"), (94, "B"), (90, "B"), (89, "C"), (80, "C"), (79, "D"), (60, "D"), (59, "E"), (0, "E")],
)  # fmt: skip
def test_the_ratings_of_the_client_satisfaction_score(agree: int, grade: str) -> None:
    composite = official_index(
        CSM.measured, told(CSM, {"4" * 9: agree, "3" * 9: 100 - agree} if agree else {"1" * 9: 100})
    ).composite
    assert composite is not None
    assert (composite.exact, composite.band.grade) == (Fraction(agree), grade)


def test_the_interval_of_a_question_is_that_of_jeffreys() -> None:
    # V3: 70 of 100 → 0.605453, 0.783159; with two places Perks' prior is Jeffreys'.
    [first, *_] = measured(A11, {"5" * 7: 30, "4" * 7: 40, "3" * 7: 30}).items
    assert first is not None
    assert (round(float(first.lower), 4), round(float(first.upper), 4)) == (60.5453, 78.3159)
    assert float(first.lower) / 100 == pytest.approx(stats.beta.ppf(0.025, 70.5, 30.5))
    [all_of_them, *_] = measured(A11, {"5" * 7: 12}).items
    assert all_of_them is not None
    assert all_of_them.upper == 100


@given(st.data(), BOTH)
def test_shares_are_those_of_the_single_answers(data: st.DataObject, one: Instrument) -> None:
    sheets = data.draw(sheets_of(one))
    found = official_index(one.measured, told(one, sheets))
    shares = []
    for place, item in enumerate(found.items):
        given_ = [int(sheet[place]) for sheet, n in sheets.items() for _ in range(n) if sheet[place] != SKIPPED]
        assert item.n == len(given_)
        expected = Fraction(sum(each >= 4 for each in given_), len(given_)) if given_ else None
        assert item.mean == expected
        shares.append(expected)
    if one is CSM:
        answers = "".join(sheet * n for sheet, n in sheets.items()).replace(SKIPPED, "")
        pooled = Fraction(sum(each in "45" for each in answers), len(answers))
        assert found.composite is not None
        assert found.composite.exact == 100 * pooled
        assert sum(item.weight for item in found.items) == 1
    elif None in shares:
        assert found.composite is None
    else:
        assert found.composite is not None
        assert found.composite.exact == 100 * sum((each for each in shares if each is not None), Fraction(0)) / 7


@given(st.data(), BOTH)
def test_figures_of_parts_together_are_those_of_the_whole(data: st.DataObject, one: Instrument) -> None:
    parts = data.draw(st.lists(sheets_of(one), min_size=1, max_size=3))
    whole: dict[str, int] = {}
    for part in parts:
        for sheet, n in part.items():
            whole[sheet] = whole.get(sheet, 0) + n
    scoring = Scoring(one.measured, "exact", one.default_bands)
    assert figures(scoring, merged(*(told(one, part) for part in parts))) == measured(one, whole)


@given(st.data(), BOTH)
def test_an_index_lies_within_its_interval_and_that_within_nought_and_a_hundred(
    data: st.DataObject, one: Instrument
) -> None:
    complete = data.draw(st.integers(1, 30))
    found = measured(one, data.draw(sheets_of(one)) | {"5" * len(one.items): complete})
    assert found.composite is not None
    assert found.official.composite is not None
    assert found.composite.mean == found.official.composite.exact
    assert 0 <= found.composite.lower <= found.composite.mean <= found.composite.upper <= 100


@given(st.data())
def test_where_nothing_is_skipped_all_answers_together_are_the_mean_of_the_questions(data: st.DataObject) -> None:
    sheet = st.text("12345", min_size=9, max_size=9)
    sheets = data.draw(st.dictionaries(sheet, st.integers(1, 40), min_size=1, max_size=9))
    found = official_index(CSM.measured, told(CSM, sheets))
    means = [item.mean for item in found.items if item.mean is not None]
    assert found.composite is not None
    assert found.composite.exact == 100 * sum(means, Fraction(0)) / 9


def test_without_any_answer_there_is_no_figure() -> None:
    nothing = told(CSM, {})
    assert parts_of_answers(nothing) == ()
    assert official_index(CSM.measured, nothing).composite is None
    assert composite_interval(CSM.measured, nothing) is None
