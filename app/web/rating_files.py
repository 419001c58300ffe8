"""The scripts of the rating pages, and their words: a language is one file in `static/texts/`, which says its name."""

import json
from collections.abc import Mapping
from typing import Any

from app.pages.files import FILES

CATALOGUES: Mapping[str, Mapping[str, Any]] = {
    name.removeprefix("texts/").removesuffix(".json"): json.loads(file.content)
    for name, file in FILES.items()
    if name.startswith("texts/")
}
WORDS: Mapping[str, Mapping[str, str]] = {language: found["words"] for language, found in CATALOGUES.items()}
# The questions of questionnaires that a language has and the questionnaire itself has not: instrument → item → texts.
OWN_QUESTIONS: Mapping[str, Mapping[str, Any]] = {
    language: found["instruments"] for language, found in CATALOGUES.items()
}
LANGUAGES: Mapping[str, str] = {language: words["language"] for language, words in WORDS.items()}


def scripts(*folders: str) -> tuple[str, ...]:
    """The names of these folders' scripts; a page lists them all, so that browsers fetch them at once."""
    return tuple(name for name in FILES if name.endswith(".js") and name.startswith(folders))


def languages_from(first: str) -> Mapping[str, str]:
    """The languages of the rating pages and their names, `first` in front."""
    return {each: LANGUAGES[each] for each in sorted(LANGUAGES, key=lambda each: each != first)}
