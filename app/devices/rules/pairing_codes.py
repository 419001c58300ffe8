"""Pairing codes: ten random characters of Crockford's base 32 (50 bits), of which only a digest is kept. Pure."""

import hmac
from hashlib import sha256

from app.access.rules.random_codes import ALPHABET, random_code

LENGTH, GROUP = 10, 5
# What eyes and fingers confuse (https://www.crockford.com/base32.html), and what people write between groups.
ALIKE = str.maketrans("oil", "011", "- \t\r\n")


def new_code() -> str:
    """A fresh code as people read it: `K7QM2-XHD4R`."""
    drawn = random_code(LENGTH).upper()
    return f"{drawn[:GROUP]}-{drawn[GROUP:]}"


def canonical(text: str) -> str | None:
    """The code however it was typed; None for what cannot be one."""
    code = text.lower().translate(ALIKE)
    return code if len(code) == LENGTH and set(code) <= set(ALPHABET) else None


def code_digest(pepper: bytes, text: str) -> str:
    """HMAC-SHA-256 of the canonical code, 64 hex digits; what cannot be a code has a digest that no code has."""
    # With a secret, because 50 bits of a plain hash could be tried out by whoever reads the database.
    return hmac.new(pepper, (canonical(text) or "").encode(), sha256).hexdigest()
