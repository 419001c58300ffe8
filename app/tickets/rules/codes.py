"""A ticket's code: eleven random characters of Crockford's base 32 (55 bits) and one that checks them. Pure.

One canonicaliser serves issue and redeem, so that a code typed by hand is the code that was printed.
"""

import hmac
import secrets
import unicodedata
from hashlib import sha256

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
RANDOM_LENGTH = 11
LENGTH = RANDOM_LENGTH + 1
# What eyes and fingers confuse (https://www.crockford.com/base32.html).
ALIKE = str.maketrans("OIL", "011", "- \t\r\n")
VALUES = {character: value for value, character in enumerate(ALPHABET)}


def new_code() -> str:
    """A fresh code in its canonical form."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return drawn + check_character(drawn)


def check_character(characters: str) -> str:
    """Luhn's formula modulo 32 (ISO/IEC 7812-1 Annex B, generalised): finds every single wrong character.

    It also finds every exchange of neighbours but that of the first and the last of the alphabet.
    """
    total = sum(
        _doubled(VALUES[each]) if place % 2 == 0 else VALUES[each] for place, each in enumerate(reversed(characters))
    )
    return ALPHABET[-total % len(ALPHABET)]


def _doubled(value: int) -> int:
    quotient, remainder = divmod(2 * value, len(ALPHABET))
    return quotient + remainder


def canonical(text: str) -> str | None:
    """The code as it was issued (NFKC, upper case, O→0, I and L→1, no hyphens); None for what never was one."""
    code = unicodedata.normalize("NFKC", text).upper().translate(ALIKE)
    if len(code) != LENGTH or not VALUES.keys() >= set(code):
        return None
    return code if check_character(code[:-1]) == code[-1] else None


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
