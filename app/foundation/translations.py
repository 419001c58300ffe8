"""Texts in Indonesian and English. A language is one PO catalogue in `texts/`; English is the key.

The catalogues are read at start, so adding a language is adding a file.
"""

from collections.abc import Mapping
from functools import cache
from importlib import resources
from typing import Protocol

from babel.core import negotiate_locale
from babel.messages.pofile import read_po

DEFAULT = "en"


class Translate(Protocol):
    """Turns an English text with `{named}` values into the reader's language."""

    def __call__(self, text: str, /, **values: object) -> str: ...


@cache
def catalogues() -> Mapping[str, Mapping[str, str]]:
    """Language → English text → translated text."""
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
        # Values that are texts themselves ("a whole number") have translations of their own.
        return translated.format(
            **{name: texts.get(value, value) if isinstance(value, str) else value for name, value in values.items()}
        )

    return translate


def negotiate(accept_language: str | None, default: str = DEFAULT) -> str:
    """The best language we have for an Accept-Language header (RFC 9110 §12.5.4)."""
    if not accept_language:
        return default
    wanted = sorted(_weighted(accept_language), key=lambda pair: -pair[1])
    return negotiate_locale([tag for tag, weight in wanted if weight > 0], list(catalogues()), sep="-") or default


def _weighted(header: str) -> list[tuple[str, float]]:
    """`id-ID, en;q=0.8` → [("id-ID", 1.0), ("en", 0.8)]; what cannot be read counts for nothing."""
    pairs = []
    for part in header.split(",")[:20]:
        tag, _, weight = part.strip().partition(";q=")
        try:
            pairs.append((tag, float(weight) if weight else 1.0))
        except ValueError:
            pairs.append((tag, 0.0))
    return pairs
