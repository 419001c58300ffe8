"""The scripts of the rating pages, and their words: a language is one file in `static/texts/`, which says its name."""

import json
from collections.abc import Mapping

from app.pages.files import FILES

WORDS: Mapping[str, Mapping[str, str]] = {
    name.removeprefix("texts/").removesuffix(".json"): json.loads(file.content)["words"]
    for name, file in FILES.items()
    if name.startswith("texts/")
}
LANGUAGES: Mapping[str, str] = {language: words["language"] for language, words in WORDS.items()}


def scripts(*folders: str) -> tuple[str, ...]:
    """The names of these folders' scripts; a page lists them all, so that browsers fetch them at once."""
    return tuple(name for name in FILES if name.endswith(".js") and name.startswith(folders))


def languages_from(first: str) -> Mapping[str, str]:
    """The languages of the rating pages and their names, `first` in front."""
    return {each: LANGUAGES[each] for each in sorted(LANGUAGES, key=lambda each: each != first)}
