"""Translates texts. A language is one PO catalogue in `texts/`, whose keys are the English texts.

The catalogues are read at start, so adding a language is adding a file.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import NamedTuple, Protocol

from app.foundation.accept import weighted_choices

DEFAULT = "en"


class Phrase(NamedTuple):
    """A text to be put into another one, with values of its own: `at most {limit}`."""

    text: str
    values: Mapping[str, object]


class Translate(Protocol):
    """Turns an English text with `{named}` values into the reader's language."""

    def __call__(self, text: str, /, **values: object) -> str: ...


@cache
def catalogues() -> Mapping[str, Mapping[str, str]]:
    """Language → English text → translated text."""
    # Only here: commands that say nothing in another language should not pay for Babel.
    from babel.messages.pofile import read_po

    found: dict[str, Mapping[str, str]] = {DEFAULT: {}}
    for file in resources.files("app.foundation").joinpath("texts").iterdir():
        if file.name.endswith(".po"):
            with file.open("rb") as handle:
                catalogue = read_po(handle)
            found[file.name.removesuffix(".po")] = {
                str(message.id): str(message.string) for message in catalogue if message.id and message.string
            }
    return found


def translator(language: str) -> Translate:
    """The translating function of one language; unknown texts stay English rather than fail."""
    texts = catalogues().get(language, {})

    def translate(text: str, /, **values: object) -> str:
        translated = texts.get(text, text)
        if not values:
            return translated
        return translated.format(**{name: translated_value(value) for name, value in values.items()})

    def translated_value(value: object) -> object:
        """Values that are texts themselves ("a whole number") have translations of their own."""
        if isinstance(value, Phrase):
            return translate(value.text, **value.values)
        return texts.get(value, value) if isinstance(value, str) else value

    return translate


def negotiate(accept_language: str | None, default: str = DEFAULT) -> str:
    """The best language we have for an Accept-Language header (RFC 9110 §12.5.4)."""
    wanted = sorted(weighted_choices(accept_language), key=lambda pair: -pair[1])
    # Regions are ignored: for `id-ID` or `en-AU` there is one Indonesian and one English (RFC 4647 §3.4, look-up).
    languages = ((tag.partition("-")[0], weight) for tag, weight in wanted)
    return next((language for language, weight in languages if weight > 0 and language in catalogues()), default)
