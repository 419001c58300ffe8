"""Codes that people type: characters of Crockford's base 32 and one that checks them. Pure.

All but the last look drawn by chance and carry the agency's mark for whoever has the key. What a code is for
(`CodeKind`) goes into its check, so that one of another kind is not even one of this.
"""

import hmac
import unicodedata
from collections.abc import Collection
from enum import IntEnum
from hashlib import sha256

from app.access.rules.agency_marks import mark_in_code, marked_code
from app.foundation.secret import derive

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MARKED_LENGTH = 11
LENGTH = MARKED_LENGTH + 1
# What eyes and fingers confuse (https://www.crockford.com/base32.html).
ALIKE = str.maketrans("OIL", "011", "- \t\r\n")
VALUES = {character: value for value, character in enumerate(ALPHABET)}


class CodeKind(IntEnum):
    """What a code is for; the number is added to its check."""

    # Tickets from before migration 0020 carry no agency.
    unmarked_ticket = 0
    ticket = 1
    receipt = 2


def new_code(pepper: bytes, agency_id: str, kind: CodeKind) -> str:
    """A fresh code of this agency in its canonical form."""
    drawn = marked_code(_key(pepper), MARKED_LENGTH, agency_id).upper()
    return drawn + check_character(drawn, kind)


def mark_in(pepper: bytes, code: str | None) -> int:
    """The mark of the agency whose code this is, given in its canonical form."""
    # What never was a code has a mark, too: its answer takes as long as that of an unknown code.
    return mark_in_code(_key(pepper), (code or ALPHABET)[:MARKED_LENGTH].lower())


def check_character(characters: str, kind: int) -> str:
    """Luhn's formula modulo 32 (ISO/IEC 7812-1 Annex B, generalised): finds every single wrong character.

    It also finds every exchange of neighbours but that of the first and the last of the alphabet. One in 31 of those
    mistakes makes of a code what could be one of another kind.
    """
    total = sum(
        _doubled(VALUES[each]) if place % 2 == 0 else VALUES[each] for place, each in enumerate(reversed(characters))
    )
    return ALPHABET[(kind - total) % len(ALPHABET)]


def canonical(text: str, kinds: Collection[CodeKind]) -> str | None:
    """The code as it was given out (NFKC, upper case, O→0, I and L→1, no hyphens); None for none of these kinds."""
    code = unicodedata.normalize("NFKC", text).upper().translate(ALIKE)
    if len(code) != LENGTH or not VALUES.keys() >= set(code):
        return None
    return code if code[-1] in {check_character(code[:-1], kind) for kind in kinds} else None


def printed(code: str) -> str:
    """The code as it is printed, in groups of four: `ABCD-EFGH-JKMN`."""
    return "-".join(code[start : start + 4] for start in range(0, LENGTH, 4))


def code_digest(pepper: bytes, code: str | None) -> str:
    """HMAC-SHA-256 of the canonical code, 64 hex digits: all of a code that is ever stored.

    What never was a code has a digest too, that of no code: its answer takes as long as that of an unknown code.
    """
    return hmac.new(pepper, (code or "").encode(), sha256).hexdigest()


def _key(pepper: bytes) -> bytes:
    return derive(pepper, "agency")


def _doubled(value: int) -> int:
    quotient, remainder = divmod(2 * value, len(ALPHABET))
    return quotient + remainder
