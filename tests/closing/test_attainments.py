"""What a target came to: the figure, the interval and the word."""

from collections.abc import Mapping

import pytest

from app.closing.rules.attainments import attainments, by_unit
from app.indices.rules.figures import Scoring
from app.instruments.loading import shipped
from app.targets.rules.target import TargetKey
from tests.cells import cell

IKL = shipped()["ikl-1"]
SCORING = Scoring(IKL, IKL.default_mode, IKL.default_bands)


def words(
    sheets: Mapping[str, int] | None, *, personal: bool = False, **targets: int
) -> list[tuple[str, int | None, str | None, tuple[str, str] | None, str]]:
    told = None if sheets is None else cell(IKL, sheets)
    found = attainments(SCORING, told, targets, personal=personal)
    return [(each.figure, each.n, each.value, each.interval, each.word) for each in found]


def test_index_first_then_the_questions_in_their_order_each_with_its_word() -> None:
    sheets = {"434": 60, "443": 40}
    assert words(sheets, transparency=8_800, index=9_000, speed=10_000) == [
        ("index", 100, "91.67", ("90.53", "92.19"), "attained"),
        ("speed", 100, "100.00", ("97.99", "100.00"), "uncertain"),
        ("transparency", 100, "85.00", ("81.86", "87.49"), "not-attained"),
    ]


@pytest.mark.parametrize(
    ("target", "word"), [(9_053, "attained"), (9_054, "uncertain"), (9_219, "uncertain"), (9_220, "not-attained")]
)
def test_the_word_is_that_of_the_interval_as_it_is_shown(target: int, word: str) -> None:
    assert words({"434": 60, "443": 40}, index=target)[0][-1] == word


def test_fewer_than_thirty_answers_decide_nothing_and_have_no_interval() -> None:
    assert words({"444": 29}, index=2_600) == [("index", 29, "100.00", None, "uncertain")]
    assert words({"444": 30}, index=2_600)[0][-1] == "attained"


def test_a_person_of_few_ratings_has_one_decimal() -> None:
    assert words({"434": 12}, personal=True, index=9_000)[0][1:] == (12, "91.7", None, "uncertain")
    assert words({"434": 12}, index=9_000)[0][2] == "91.67"


def test_what_is_skipped_counts_for_the_figure_and_not_for_what_is_sure() -> None:
    index, speed, friendliness = words({"444": 25, "4--": 40, "44-": 5}, index=8_000, speed=8_000, friendliness=8_000)
    assert index[1:3] == (25, "100.00")
    assert index[-1] == "uncertain"
    assert (speed[1], speed[-1]) == (70, "attained")
    assert (friendliness[1], friendliness[-1]) == (25, "uncertain")


def test_nothing_is_told_where_nothing_is_known() -> None:
    assert words(None, index=8_000) == [("index", None, None, None, "uncertain")]
    # Nobody answered one question: there is no index. Nine answered another.
    told = words({"4--": 40, "44-": 9}, index=8_000, speed=8_000, transparency=8_000, friendliness=8_000)
    assert [each[1] for each in told] == [None, 49, None, None]
    # Without a complete sheet nobody knows how sure the index is.
    [index] = words({"4-4": 40, "44-": 40}, index=8_000)
    assert index == ("index", 80, "100.00", None, "uncertain")


def test_targets_are_found_by_kind_and_code() -> None:
    key = TargetKey("2026-Q4", "ikl-1", "office", "a", "index")
    assert by_unit({key: 1, key._replace(figure="speed"): 2, key._replace(kind="employee"): 3}) == {
        ("office", "a"): {"index": 1, "speed": 2},
        ("employee", "a"): {"index": 3},
    }
