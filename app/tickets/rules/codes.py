"""A ticket's code: eleven characters of Crockford's base 32 (55 bits) and one that checks them. Pure.

The eleven look drawn by chance and carry the agency's mark for whoever has the key.

One canonicaliser serves issue and redeem, so that a code typed by hand is the code that was printed.
"""

import hmac
import unicodedata
from hashlib import sha256

from app.access.rules.agency_marks import mark_in_code, marked_code
from app.foundation.secret import derive

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MARKED_LENGTH = 11
LENGTH = MARKED_LENGTH + 1
# What eyes and fingers confuse (https://www.crockford.com/base32.html).
ALIKE = str.maketrans("OIL", "011", "- \t\r\n")
VALUES = {character: value for value, character in enumerate(ALPHABET)}


# Added to the check of a code that carries its agency. Those from before migration 0020 do not: they are valid for a
# week, and may be rated with for as long as a rating may be late; a release after that can leave them out.
MARKED, UNMARKED = 1, 0


def new_code(pepper: bytes, agency_id: str) -> str:
    """A fresh code of this agency in its canonical form."""
    drawn = marked_code(_key(pepper), MARKED_LENGTH, agency_id).upper()
    return drawn + check_character(drawn)


def mark_in(pepper: bytes, text: str) -> int | None:
    """The mark of the agency whose code this is; None for a code from before codes had one."""
    code = canonical(text)
    if code is not None and code[-1] == check_character(code[:-1], UNMARKED):
        return None
    # What never was a code has a mark, too: its answer takes as long as that of an unknown code.
    return mark_in_code(_key(pepper), (code or ALPHABET)[:MARKED_LENGTH].lower())


def _key(pepper: bytes) -> bytes:
    return derive(pepper, "agency")


def check_character(characters: str, kind: int = MARKED) -> str:
    """Luhn's formula modulo 32 (ISO/IEC 7812-1 Annex B, generalised): finds every single wrong character.

    It also finds every exchange of neighbours but that of the first and the last of the alphabet. One in 31 of those
    mistakes makes of a code what could be one of the other kind.
    """
    total = sum(
        _doubled(VALUES[each]) if place % 2 == 0 else VALUES[each] for place, each in enumerate(reversed(characters))
    )
    return ALPHABET[(kind - total) % len(ALPHABET)]


def _doubled(value: int) -> int:
    quotient, remainder = divmod(2 * value, len(ALPHABET))
    return quotient + remainder


def canonical(text: str) -> str | None:
    """The code as it was issued (NFKC, upper case, O→0, I and L→1, no hyphens); None for what never was one."""
    code = unicodedata.normalize("NFKC", text).upper().translate(ALIKE)
    if len(code) != LENGTH or not VALUES.keys() >= set(code):
        return None
    return code if code[-1] in {check_character(code[:-1], kind) for kind in (MARKED, UNMARKED)} else None


def beginning(text: str) -> str | None:
    """The first four characters of the code, by which tries with it are counted; None for what never was one."""
    code = canonical(text)
    return code and code[:4]


def printed(code: str) -> str:
    """The code as it is printed, in groups of four: `ABCD-EFGH-JKMN`."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def code_digest(pepper: bytes, text: str) -> str:
    """HMAC-SHA-256 of the canonical code, 64 hex digits: all of a code that is ever stored.

    What never was a code has a digest too, that of no code: its answer takes as long as that of an unknown code.
    """
    return hmac.new(pepper, (canonical(text) or "").encode(), sha256).hexdigest()
