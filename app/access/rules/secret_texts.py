"""The one form of every secret that somebody carries and the database finds: a prefix, a public part, a secret. Pure.

What has not exactly this form is none, and is never looked up: a database need not bear what was made up.
"""

import re
from typing import NamedTuple

from app.access.rules.random_codes import ALPHABET, random_code

# 12 characters find the row, 32 (160 bits) prove it.
LOOKUP_LENGTH, SECRET_LENGTH = 12, 32
PARTS = re.compile(f"([{ALPHABET}]{{{LOOKUP_LENGTH}}})_([{ALPHABET}]{{{SECRET_LENGTH}}})")


class SecretText(NamedTuple):
    """The public part, by which the row is found, and the secret, of which only a digest is kept."""

    lookup: str
    secret: str

    def text(self, prefix: str) -> str:
        """The whole, as its holder gets it once."""
        return f"{prefix}_{self.lookup}_{self.secret}"


def new_secret() -> SecretText:
    """Fresh parts."""
    return SecretText(random_code(LOOKUP_LENGTH), random_code(SECRET_LENGTH))


def read_secret(prefix: str, text: str) -> SecretText | None:
    """The parts of a text with this prefix; None when it has not the form of a secret."""
    if not text.startswith(f"{prefix}_"):
        return None
    found = PARTS.fullmatch(text, len(prefix) + 1)
    return SecretText(*found.groups()) if found else None
