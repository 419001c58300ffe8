"""An answer sheet is written in one order, and a wrong one says what to change."""

import pytest

from app.instruments.loading import shipped
from app.instruments.sheets import SheetFault, write_sheet

IKL = shipped()["ikl-1"]
GOOD = {"speed": 4, "transparency": 3, "friendliness": 4}


def test_answers_are_written_in_the_order_of_the_items_whatever_order_they_come_in() -> None:
    assert write_sheet(IKL, {"friendliness": 1, "speed": 4, "transparency": 3}) == "431"


def test_a_skipped_question_is_written_as_a_hyphen() -> None:
    assert write_sheet(IKL, {"speed": 4, "transparency": None, "friendliness": 4}) == "4-4"


@pytest.mark.parametrize(
    ("scores", "code", "item"),
    [
        ({"speed": 4, "transparency": 3}, "score-missing", "friendliness"),
        ({}, "score-missing", "speed"),
        ({**GOOD, "kindness": 4}, "score-unknown", None),
        ({"sped": 4, "transparency": 3, "friendliness": 4}, "score-unknown", None),
        ({**GOOD, "198503122010012004": 4}, "score-unknown", None),
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
    assert scores.keys() <= GOOD.keys() or not any(name in caught.value.message for name in scores.keys() - GOOD.keys())
