"""What the rating pages ask, as plain values; that browsers draw the same is held in tests/browser."""

from re import findall

import pytest

from app.instruments.loading import shipped
from app.web.form_preview import asked_form, face
from app.web.rating_files import LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", sorted(shipped()))
def test_every_item_is_asked_with_an_answer_for_every_score(name: str, language: str) -> None:
    one = shipped()[name]
    form = asked_form(one, language)
    assert len(form.questions) == len(one.items)
    for asked in form.questions:
        assert len(asked.answers) == one.high - one.low + 1
        assert asked.question
        assert asked.language in (language, "id")
        assert "{" not in asked.where


def test_the_words_are_those_of_the_questionnaire_where_the_language_has_none_of_its_own() -> None:
    item = shipped()["ikl-1"].items[0]
    for language in ("id", "en"):
        asked = asked_form(shipped()["ikl-1"], language).questions[0]
        assert (asked.question, [words for words, _ in asked.answers]) == (
            item.question[language], list(item.answers[language])
        )  # fmt: skip
    assert asked_form(shipped()["ikl-1"], "jv").questions[0].language == "jv"
    assert asked_form(shipped()["skm-2017"], "jv").questions[0].language == "jv"
    assert asked_form(shipped()["ipak-2021"], "jv").questions[0].language == "id"


def test_faces_go_from_sad_to_happy_by_the_mouth_too() -> None:
    faces = [face(place / 3) for place in range(4)]
    assert [each.mood for each in faces] == [0, 1, 2, 3]
    corners = [float(findall(r"M 27 ([\d.]+)", each.mouth)[0]) for each in faces]
    assert corners == sorted(corners, reverse=True)
    assert face(0.5).mouth == "M 27 68 C 37 68 63 68 73 68"
    assert [face(place / 4).mood for place in range(5)] == [0, 1, 1, 2, 3]
    assert [face(place / 5).mood for place in range(6)] == [0, 1, 1, 2, 2, 3]
