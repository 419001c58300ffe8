"""Pairing codes: ten characters of Crockford's base 32 (50 bits), of which only a digest is kept. Pure.

They look drawn by chance and carry the agency's mark for whoever has the key.
"""

import hmac
from hashlib import sha256

from app.access.rules.agency_marks import mark_in_code, marked_code
from app.access.rules.random_codes import ALPHABET
from app.foundation.secret import derive

LENGTH, GROUP = 10, 5
# What eyes and fingers confuse (https://www.crockford.com/base32.html), and what people write between groups.
ALIKE = str.maketrans("oil", "011", "- \t\r\n")


def new_code(pepper: bytes, agency_id: str) -> str:
    """A fresh code of this agency as people read it: `K7QM2-XHD4R`."""
    drawn = marked_code(derive(pepper, "agency"), LENGTH, agency_id).upper()
    return f"{drawn[:GROUP]}-{drawn[GROUP:]}"


def mark_in(pepper: bytes, code: str) -> int:
    """The mark of the agency whose canonical code this is; any mark for one from before codes had one."""
    return mark_in_code(derive(pepper, "agency"), code)


def canonical(text: str) -> str | None:
    """The code however it was typed; None for what cannot be one."""
    code = text.lower().translate(ALIKE)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def code_digest(pepper: bytes, text: str) -> str:
    """HMAC-SHA-256 of the canonical code, 64 hex digits; what cannot be a code has a digest that no code has."""
    # With a secret, because 50 bits of a plain hash could be tried out by whoever reads the database.
    return hmac.new(pepper, (canonical(text) or "").encode(), sha256).hexdigest()
