"""The words of the pages for integrity reports: a language is one file in `integrity_texts/`, which says its name."""

import json
from collections.abc import Mapping
from datetime import date
from importlib import resources
from typing import NamedTuple

from app.foundation.accept import weighted_choices


class KindWords(NamedTuple):
    """A kind of report as citizens know it: a name in plain words, and an example."""

    name: str
    example: str


class IntegrityWords(NamedTuple):
    """Everything that these pages say in one language."""

    words: Mapping[str, str]
    months: tuple[str, ...]
    kinds: Mapping[str, KindWords]

    def day(self, day: date) -> str:
        """`4 Desember 2026`."""
        return f"{day.day} {self.months[day.month - 1]} {day.year}"


def _read() -> Mapping[str, IntegrityWords]:
    files = resources.files("app.web").joinpath("integrity_texts").iterdir()
    found = {file.name.removesuffix(".json"): json.loads(file.read_text("utf-8")) for file in files}
    return {
        code: IntegrityWords(
            each["words"], tuple(each["months"]), {kind: KindWords(*said) for kind, said in each["kinds"].items()}
        )
        for code, each in sorted(found.items())
    }


CATALOGUES = _read()


def language_for(asked: str | None, accepted: str | None, default: str) -> str:
    """The language asked for, or the best of those that a browser accepts, or the installation's.

    No cookie is looked at: these pages read none.
    """
    if asked is not None and asked in CATALOGUES:
        return asked
    wanted = sorted(weighted_choices(accepted), key=lambda pair: -pair[1])
    languages = (tag.partition("-")[0] for tag, weight in wanted if weight > 0)
    return next((language for language in languages if language in CATALOGUES), default)


def languages_from(first: str) -> Mapping[str, str]:
    """The languages and their names, `first` in front."""
    return {code: CATALOGUES[code].words["language"] for code in sorted(CATALOGUES, key=lambda each: each != first)}
