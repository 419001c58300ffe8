"""A text as its reader sees it, beside the text as it was written: so that no way of writing digits hides a number."""

import re
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

# What follows no rule of Unicode's and looks like a separator that people type.
LOOKALIKES = {
    **dict.fromkeys("\u060c\u3001", ","),
    **dict.fromkeys("\u00b7\u2022\u3002\u06d4", "."),
    **dict.fromkeys("\u2044\u2215", "/"),
    "\u2212": "-",
}
LINE_ENDS = frozenset("\r\n\u0085\u2028\u2029")
# Letters that take no room.
BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u3164\uffa0")


@dataclass(frozen=True, slots=True)
class Seen:
    """`seen` is what is looked at; `written` has, for each of its characters, what stands for it in the text."""

    seen: str
    written: Sequence[str]

    def replaced(self, pattern: re.Pattern[str], judge: "Callable[[re.Match[str], Seen], Seen | None]") -> "Seen":
        """The text with what `judge` gives in the place of every match; None leaves a match as it is."""
        seen: list[str] = []
        written: list[str] = []
        end = 0
        for found in pattern.finditer(self.seen):
            new = judge(found, self.part(found.start(), found.end()))
            if new is not None:
                seen += self.seen[end : found.start()], new.seen
                written += *self.written[end : found.start()], *new.written
                end = found.end()
        if not end:
            return self
        return Seen("".join(seen) + self.seen[end:], [*written, *self.written[end:]])

    def part(self, start: int, end: int) -> "Seen":
        """A stretch of it."""
        return Seen(self.seen[start:end], self.written[start:end])

    def word(self, word: str) -> "Seen":
        """A word in the place of this stretch; marks of direction that close behind it stay."""
        kept = "".join([each for each in self.written[-1] if unicodedata.category(each) == "Cf"])
        return Seen(word, [*word[:-1], word[-1] + kept])

    def text(self) -> str:
        """The text as it is written now."""
        return "".join(self.written)


def as_seen(text: str) -> Seen:
    """Look at a text: compatible characters (NFKC) and digits of every script alike, without what takes no room."""
    if text.isascii():
        return Seen(text, text)
    seen: list[str] = []
    written: list[str] = []
    unseen = ""
    for character in text:
        shown = _shown(character)
        if shown:
            # What is not seen goes with the character before it; at the beginning, with the first.
            seen.append(shown)
            written += [unseen + character, *[""] * (len(shown) - 1)]
            unseen = ""
        elif written:
            written[-1] += character
        else:
            unseen += character
    # A text of nothing but such characters is a blank.
    return Seen("".join(seen), written) if written else Seen(" ", [unseen])


@lru_cache(maxsize=4_096)
def is_unseen(character: str) -> bool:
    """Whether a character takes no room: marks of format and direction, accents, joiners, variation selectors."""
    return character in BLANK_LETTERS or unicodedata.category(character) in ("Cf", "Mn", "Me")


@lru_cache(maxsize=4_096)
def _shown(character: str) -> str:
    """What one character looks like, in ASCII where it looks like something there; nothing where it is not seen."""
    if is_unseen(character):
        return ""
    return "".join([_plain(each) for each in unicodedata.normalize("NFKC", character) if not is_unseen(each)])


def _plain(character: str) -> str:
    digit = unicodedata.digit(character, None)
    if digit is not None:
        return str(digit)
    if character in LINE_ENDS:
        return "\n"
    kind = unicodedata.category(character)
    return LOOKALIKES.get(character) or {"Zs": " ", "Pd": "-"}.get(kind, character)
