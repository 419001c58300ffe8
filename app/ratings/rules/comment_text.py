"""A comment as it was sent, and as it is kept: neither depends on which characters this Python's tables know.

Python's own tables grow with every version: a character that one process takes for unassigned is a letter or an
emoji to another, so nothing here asks them about more than what never changes.
"""

import re
import unicodedata
from itertools import groupby
from unicodedata import ucd_3_2_0

# Control characters but the line break, halves of surrogate pairs, and the code points that are for ever none.
_PLANES = "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0, 0x110000, 0x10000))
_NO_TEXT = re.compile(f"[\0-\x09\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef{_PLANES}]")

# Written out, for what `strip` takes for a blank stands in the tables as well.
_BLANKS = "".join(map(chr, (*range(0x09, 0x0E), *range(0x1C, 0x21), 0x85, 0xA0, 0x1680, *range(0x2000, 0x200B))))
_BLANKS += "\u2028\u2029\u202f\u205f\u3000"

# A comment in a JSON document, whatever it holds; and within it each escape, or what is half a surrogate pair.
_COMMENT = re.compile(rb'("comment"\s*:\s*")((?:[^"\\]|\\.)*)', re.DOTALL)
_ESCAPE = re.compile(
    rb"(?P<pair>\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|(?P<half>\\u[dD][89a-fA-F][0-9a-fA-F]{2})|(?P<other>\\.)",
    re.DOTALL,
)


def sent_text(text: str) -> str:
    """The text in NFC without blanks around, for its digest: equal texts of two keyboards are one in every Python."""
    text = text.strip(_BLANKS)
    if text.isascii():
        return text
    # How characters of Unicode 3.2 combine is fixed for ever; how later ones do depends on when Python was made.
    runs = groupby(text, key=lambda character: ucd_3_2_0.category(character) != "Cn")
    parts = [(is_old, "".join(run)) for is_old, run in runs]
    return "".join([unicodedata.normalize("NFC", part) if is_old else part for is_old, part in parts])


def kept_text(text: str) -> str:
    """The text in NFC without what is no text: control characters, halves of surrogate pairs, noncharacters."""
    return unicodedata.normalize("NFC", _NO_TEXT.sub("", text)).strip()


def formerly_digested(text: str) -> str:
    """What digests were made of before: without characters that this Python does not know, and trimmed."""
    kept = "".join(c for c in text if c == "\n" or unicodedata.category(c) not in ("Cc", "Cs", "Co", "Cn"))
    return unicodedata.normalize("NFC", kept).strip()


def without_half_characters(body: bytes) -> bytes:
    """A JSON document without the halves of surrogate pairs in its comments, which are no JSON text.

    JavaScript's `slice` and `maxlength` cut an emoji in two: that costs the comment its last character, not the rating.
    """
    return _COMMENT.sub(lambda comment: comment[1] + _ESCAPE.sub(_unless_half, comment[2]), body)


def _unless_half(escape: re.Match[bytes]) -> bytes:
    return b"" if escape["half"] else escape[0]
