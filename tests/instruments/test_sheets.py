"""An answer sheet is written and read without loss, and a wrong one says what to change."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.instruments.loading import shipped
from app.instruments.sheets import SheetFault, read_sheet, write_sheet

IKL, SKM = shipped()["ikl-1"], shipped()["skm-2017"]
GOOD = {"speed": 4, "transparency": 3, "friendliness": 4}


def test_answers_are_written_in_the_order_of_the_items_whatever_order_they_come_in() -> None:
    assert write_sheet(IKL, {"friendliness": 1, "speed": 4, "transparency": 3}) == "431"


def test_a_skipped_question_is_written_as_a_hyphen() -> None:
    assert write_sheet(IKL, {"speed": 4, "transparency": None, "friendliness": 4}) == "4-4"
    assert read_sheet(IKL, "4-4") == (4, None, 4)


@pytest.mark.parametrize(
    ("scores", "code", "item"),
    [
        ({"speed": 4, "transparency": 3}, "score-missing", "friendliness"),
        ({}, "score-missing", "speed"),
        ({**GOOD, "kindness": 4}, "score-unknown", "kindness"),
        ({"sped": 4, "transparency": 3, "friendliness": 4}, "score-unknown", "sped"),
        ({**GOOD, "x" * 99: 4}, "score-unknown", "x" * 40),
        ({**GOOD, "transparency": 0}, "score-out-of-range", "transparency"),
        ({**GOOD, "friendliness": 5}, "score-out-of-range", "friendliness"),
        (dict.fromkeys(GOOD), "score-all-skipped", None),
    ],
)
def test_a_wrong_sheet_names_the_item_and_a_stable_code(
    scores: dict[str, int | None], code: str, item: str | None
) -> None:
    with pytest.raises(SheetFault) as caught:
        write_sheet(IKL, scores)
    assert (caught.value.code, caught.value.item) == (code, item)
    assert str(caught.value) == caught.value.message


@pytest.mark.parametrize("sheet", ["43", "4344", "435", "40x", ""])
def test_a_malformed_sheet_is_not_read(sheet: str) -> None:
    with pytest.raises(SheetFault, match=r"has 3 characters, each 1 to 4 or -") as caught:
        read_sheet(IKL, sheet)
    assert (caught.value.code, caught.value.item) == ("sheet-malformed", None)


@given(st.lists(st.sampled_from([None, 1, 2, 3, 4]), min_size=9, max_size=9).filter(any))
def test_what_is_written_is_what_is_read(scores: list[int | None]) -> None:
    sheet = write_sheet(SKM, dict(zip(SKM.codes, scores, strict=True)))
    assert read_sheet(SKM, sheet) == tuple(scores)
