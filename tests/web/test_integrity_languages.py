"""The pages of integrity reports in every language of citizens."""

import json
from html import unescape
from importlib import resources
from re import findall, search
from string import Formatter

import pytest

from app.integrity.rules.kinds import ReportKind
from app.web.integrity_words import CATALOGUES
from tests.desk.browsing import attribute, text_of, title_of
from tests.house import House
from tests.integrity.reporting import Holder
from tests.web.integrity_forms import FORM, code_on, holders, see, send
from tests.web.test_rating_pages import FAMILIAR

__all__ = ["holders"]
pytestmark = pytest.mark.sqlite_daily


@pytest.mark.parametrize("language", CATALOGUES)
def test_every_page_speaks_every_language_of_citizens(house: House, holders: tuple[Holder, ...], language: str) -> None:
    said = CATALOGUES[language].words
    asked_for = {"accept-language": f"{language};q=0.9, en;q=0.1"}
    page = see(house, FORM, **asked_for)
    assert f'<html lang="{language}">' in page.text
    assert title_of(page) == said["report_title"] == title_of(see(house, f"{FORM}?lang={language}"))
    for code in CATALOGUES:
        assert (f'href="{FORM}?lang={code}"' in page.text) is (code != language)
    for kind in ReportKind:
        assert CATALOGUES[language].kinds[kind].name in unescape(page.text)
    path = attribute(next(iter(findall(r"<form[^>]*>", page.text))), "action")
    sent = send(house, path)
    assert title_of(sent) == said["sent_title"]
    for answer in (send(house, path, text=""), see(house, f"/integrity?lang={language}")):
        assert answer.headers["content-language"] == language
    found = house.request("POST", f"/integrity?lang={language}", data={"code": code_on(sent)})
    assert said["state_received"] in text_of(found)


def test_languages_say_the_same_with_the_same_values() -> None:
    assert set(CATALOGUES) == {"id", "en", "jv", "su"}
    first = CATALOGUES["id"]
    for language, catalogue in CATALOGUES.items():
        assert catalogue.words.keys() == first.words.keys(), language
        assert set(catalogue.kinds) == set(map(str, ReportKind)), language
        assert len(set(catalogue.months)) == 12
        for name, sentence in catalogue.words.items():
            assert sentence.strip(), (language, name)
            assert _places(sentence) == _places(first.words[name]), (language, name)
        for name, example in catalogue.kinds.values():
            assert name
            assert example
            assert _places(name + example) == set()


@pytest.mark.parametrize("language", FAMILIAR)
def test_javanese_and_sundanese_are_polite_here_too(language: str) -> None:
    catalogue = json.dumps(CATALOGUES[language], ensure_ascii=False).lower()
    assert set(findall(r"\w+", catalogue)) & set(FAMILIAR[language].split()) == set()


def test_every_word_is_said_somewhere() -> None:
    room = resources.files("app.web")
    texts = [each.read_text("utf-8") for each in room.joinpath("templates").iterdir() if "integrity" in each.name]
    texts += [
        each.read_text("utf-8") for each in room.iterdir() if each.name.startswith("integrity") and each.is_file()
    ]
    whole = "\n".join(texts)
    unsaid = {
        name
        for name in CATALOGUES["id"].words
        if not search(rf'\bwords\.{name}\b|"{name}"', whole) and not name.startswith(("state_", "day_", "fault_"))
    }
    assert unsaid == set()


def _places(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name}
