"""Replaces what no typeface here has, or what PDF/A forbids, by hollow boxes, and nothing else."""

import re
from collections.abc import Callable, Iterable
from typing import Any
from unicodedata import category

MISSING = "▯"
# Letters of which the typefaces have every one; others may be missing.
SURE = ((0x20, 0x7E), (0xA0, 0xAC), (0xAE, 0x17F), (0x391, 0x3A1), (0x3A3, 0x3C9), (0x410, 0x44F))
SURE_MARKS = frozenset("\n–—‘’“”„•…−≤≥€²³τσ" + MISSING)

# What Typst says of them, all at once: the letters as Rust writes a text, or a code point.
LETTERS = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
CODE_POINT = re.compile(r'codepoint `"((?:[^"\\]|\\.)*)"`')
UNNAMED = "text with missing codepoints"
ESCAPE = re.compile(r"\\(?:u\{([0-9a-f]+)\}|(.))")
ESCAPED = {"n": "\n", "r": "\r", "t": "\t", "0": "\0"}


def is_about_letters(message: str) -> bool:
    """Whether an error of Typst is about letters that it cannot set."""
    return bool(LETTERS.search(message) or CODE_POINT.search(message) or UNNAMED in message)


def unsettable(message: str) -> frozenset[str]:
    """The letters of which an error of Typst says that they cannot be set, each with the marks that go with it."""
    letters = map(_unescaped, [*LETTERS.findall(message), *CODE_POINT.findall(message)])
    # Beside letters written from right to left Typst may blame one that is never missing.
    return frozenset(each for each in letters if doubtful(each))


def doubtful(data: Any) -> frozenset[str]:
    """The characters in plain data that a typeface may lack."""
    match data:
        case str():
            return frozenset(each for each in set(data) if not _is_sure(each))
        case dict():
            return frozenset().union(*map(doubtful, data.values()))
        case list() | tuple():
            return frozenset().union(*map(doubtful, data))
        case _:
            return frozenset()


def settable(data: Any, letters: Iterable[str]) -> Any:
    """Plain data in which these letters are replaced; all else is as it was."""
    changes = {each: _replaced(each) for each in letters}
    single = str.maketrans({letter: change for letter, change in changes.items() if len(letter) == 1})
    marked = sorted((each for each in changes if len(each) > 1), key=lambda each: (-len(each), each))

    def changed(text: str) -> str:
        for letter in marked:
            text = text.replace(letter, changes[letter])
        return text.translate(single)

    return _rewritten(data, changed)


def surely_settable(data: Any) -> Any:
    """Plain data without any letter that a typeface may lack."""
    return settable(data, doubtful(data))


def _rewritten(data: Any, changed: Callable[[str], str]) -> Any:
    match data:
        case str():
            return changed(data)
        case dict():
            return {name: _rewritten(value, changed) for name, value in data.items()}
        case list() | tuple():
            return [_rewritten(each, changed) for each in data]
        case _:
            return data


def _replaced(letter: str) -> str:
    """A box for a letter; what goes with a letter is left out, so that the letter itself may have a typeface."""
    first, rest = letter[0], letter[1:]
    if rest:
        return first + "".join(each if _is_sure(each) else "" if is_mark(each) else MISSING for each in rest)
    # What nobody sees leaves no gap.
    return "" if category(first) in ("Cf", "Mn", "Me") else MISSING


def is_mark(character: str) -> bool:
    """Whether a character goes with the letter before it, or is seen by nobody."""
    return category(character) in ("Mn", "Mc", "Me", "Cf", "Sk")


def _is_sure(character: str) -> bool:
    return character in SURE_MARKS or any(first <= ord(character) <= last for first, last in SURE)


def _unescaped(text: str) -> str:
    """The text that Rust wrote with escapes: `\\u{feff}`, `\\n`, `\\"`."""
    return ESCAPE.sub(lambda found: chr(int(found[1], 16)) if found[1] else ESCAPED.get(found[2], found[2]), text)
