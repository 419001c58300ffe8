"""Errors of a change of the directory, in words for the person who asked for it."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from app.foundation.translations import Phrase, Translate


class Sentence(str):
    """An English sentence with values in it (`{office}`) that can be translated, too."""

    __slots__ = ("text", "values")
    text: str
    values: Mapping[str, object]

    def __new__(cls, text: str, **values: object) -> "Sentence":
        """The sentence with its values."""
        sentence = super().__new__(cls, text.format(**values))
        sentence.text = text
        sentence.values = values
        return sentence


class _Verbatim:
    """A text that somebody wrote, which no translator may take for one of its own."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


def phrase(sentence: str) -> Phrase:
    """The sentence as a translator takes it; one without values is its own text."""
    if not isinstance(sentence, Sentence):
        return Phrase(sentence, {})
    values = {
        name: phrase(value) if isinstance(value, Sentence) else _Verbatim(value) if isinstance(value, str) else value
        for name, value in sentence.values.items()
    }
    return Phrase(sentence.text, values)


def in_words(sentence: str, tell: Translate) -> str:
    """The sentence in the reader's language."""
    text, values = phrase(sentence)
    return tell(text, **values)


def sentence_of(error: ValueError) -> str:
    """The sentence an error was raised with, whole."""
    return error.args[0] if error.args and isinstance(error.args[0], str) else str(error)


class DirectoryFault(ValueError):
    """The directory cannot be changed as asked; the message is a sentence for the operator."""


class Fault(NamedTuple):
    """One wrong cell, where the spreadsheet shows it: the header is row 1; None where it concerns more."""

    sheet: str
    row: int | None
    column: str | None
    problem: str


class WorkbookFault(DirectoryFault):
    """A workbook with faults; nothing of it was written. `faults` holds every one, in reading order."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__(f"the workbook has {len(self.faults)} fault(s); nothing was written")
