"""What a passphrase must be: long, and not what everybody tries first. Pure."""

from collections.abc import Collection
from functools import cache
from importlib import resources
from unicodedata import normalize

SHORTEST, LONGEST = 12, 200
FEWEST_CHARACTERS, MOST_WORDS, LONGEST_WORD = 5, 2, 26
BESIDE_WORDS = "0123456789 !?.,-_#*+"
# How digits and signs are commonly put in the place of letters.
PLAIN = str.maketrans("0134578@$!", "oieastbasi")
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "abcdefghijklmnopqrstuvwxyz", "1234567890", "0123456789", "qazwsxedcrfv")


def normalised(passphrase: str) -> str:
    """The same text however a keyboard composes its letters."""
    return normalize("NFKC", passphrase)


def weakness(passphrase: str, about: Collection[str]) -> str | None:
    """What is wrong with a passphrase as an English sentence, None if nothing is.

    `about` are words that everybody knows of this person: name, sign-in name, agency.
    """
    text = normalised(passphrase)
    if len(text) < SHORTEST:
        return "A passphrase has at least 12 characters; several words are easier to remember than signs."
    if len(text) > LONGEST:
        return "A passphrase has at most 200 characters."
    if is_common(text, about):
        return "This passphrase is among the first that anybody would try; take several words that belong to you alone."
    return None


def is_common(text: str, about: Collection[str] = ()) -> bool:
    """Whether it is made of few characters, of rows of keys, or of nothing but words that everybody knows."""
    lowered = text.lower()
    if len(set(lowered)) < FEWEST_CHARACTERS:
        return True
    own = frozenset(word for each in about for word in _letters(each.lower()).split())
    # Once as written, once with the letters that digits and signs stand for: what stands before and behind the words
    # adds nothing that is not tried.
    forms = (lowered, lowered.strip(BESIDE_WORDS).translate(PLAIN))
    return any(_is_made_of(_letters(form).replace(" ", ""), common_words(), own) for form in forms)


@cache
def common_words() -> frozenset[str]:
    """The words of which common passphrases are made, in Indonesian and English, and rows of keys."""
    file = resources.files("app.people.rules").joinpath("common_words.txt")
    words = frozenset(file.read_text("utf-8").split())
    runs = {row[start:end] for row in ROWS for start in range(len(row)) for end in range(start + 3, len(row) + 1)}
    return words | {piece for run in runs for piece in (run, run[::-1])}


def _letters(text: str) -> str:
    return "".join(each if each.isalpha() else " " for each in text)


def _is_made_of(letters: str, known: Collection[str], own: Collection[str]) -> bool:
    """Whether the letters are at most two different known words, however often each, among any of the person's own."""
    # Ways in which a beginning can be written, each with the words it took: few, as nearly nothing is known.
    ways: list[set[frozenset[str]]] = [set() for _ in range(len(letters) + 1)]
    ways[0].add(frozenset())
    for end in range(1, len(letters) + 1):
        for start in range(max(0, end - LONGEST_WORD), end):
            word = letters[start:end]
            if not ways[start] or (word not in known and word not in own):
                continue
            longer = ways[start] if word in own else {used | {word} for used in ways[start]}
            ways[end] |= {used for used in longer if len(used) <= MOST_WORDS}
    return bool(ways[-1])
