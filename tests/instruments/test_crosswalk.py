"""Two questionnaires beside each other: what both ask about, what one asks alone, and where the words are the same."""

from itertools import product

import pytest

from app.instruments.loading import shipped
from app.instruments.rules.crosswalk import crosswalk


def pairs(left: str, right: str) -> dict[str, tuple[list[str], list[str], bool]]:
    """By dimension the codes of both sides, and whether they ask in the same words."""
    found = crosswalk(shipped()[left], shipped()[right])
    return {
        each.dimension: ([item.code for item in each.left], [item.code for item in each.right], each.is_same)
        for each in found
    }


def test_speed_and_friendliness_are_the_same_questions_and_transparency_is_no_element() -> None:
    found = pairs("ikl-1", "skm-2017")
    assert found["speed"] == (["speed"], ["WAKTU"], True)
    assert found["friendliness"] == (["friendliness"], ["PERILAKU"], True)
    assert found["transparency"] == (["transparency"], [], False)
    assert found["complaints"] == ([], ["PENGADUAN"], False)
    assert list(found)[:3] == ["speed", "transparency", "friendliness"]


def test_what_two_rules_ask_about_stands_in_one_row_with_other_words() -> None:
    found = pairs("skm-2017", "ipkp-2021")
    assert found["speed"] == (["WAKTU"], ["WAKTU"], False)
    assert found["competence"] == (["KOMPETENSI"], [], False)
    assert found["information"] == ([], ["INFORMASI"], False)
    assert pairs("pekppp-f03", "csm-2022")["requirements"] == (["PERSYARATAN"], ["SQD2"], False)


@pytest.mark.parametrize(("left", "right"), list(product(["ikl-1", "skm-2017", "csm-2022"], shipped())))
def test_every_question_of_both_stands_in_one_row_alone(left: str, right: str) -> None:
    found = crosswalk(shipped()[left], shipped()[right])
    for one, side in ((left, "left"), (right, "right")):
        codes = [item.code for each in found for item in getattr(each, side)]
        assert sorted(codes) == sorted(shipped()[one].codes)
    assert all(each.left or each.right for each in found)
    turned = {
        each.dimension: (each.right, each.left, each.is_same) for each in crosswalk(shipped()[right], shipped()[left])
    }
    assert turned == {each.dimension: (each.left, each.right, each.is_same) for each in found}
    assert all(each.is_same for each in found) == (left == right)
