"""The one form of every secret that somebody carries and the database finds. Pure.

A prefix, the agency in which to look, a public part, a secret. What has not exactly this form is none, and is never
looked up: a database need not bear what was made up.
"""

import re
from typing import NamedTuple

from app.access.rules.random_codes import ALPHABET, random_code

# 12 characters find the row, 32 (160 bits) prove it.
LOOKUP_LENGTH, SECRET_LENGTH = 12, 32
# Before migration 0020 secrets did not name their agency; those given then are good for as long as they were made for.
PARTS = re.compile(f"(?:([A-Za-z0-9_-]{{1,40}})_)?([{ALPHABET}]{{{LOOKUP_LENGTH}}})_([{ALPHABET}]{{{SECRET_LENGTH}}})")


class SecretText(NamedTuple):
    """Agency (None: not named) and public part, by which the row is found, and the secret, kept as a digest only."""

    agency_id: str | None
    lookup: str
    secret: str

    def text(self, prefix: str) -> str:
        """The whole, as its holder gets it once."""
        return "_".join((prefix, *([self.agency_id] if self.agency_id else []), self.lookup, self.secret))


def new_secret(agency_id: str) -> SecretText:
    """Fresh parts of a secret of this agency."""
    return SecretText(agency_id, random_code(LOOKUP_LENGTH), random_code(SECRET_LENGTH))


def read_secret(prefix: str, text: str) -> SecretText | None:
    """The parts of a text with this prefix; None when it has not the form of a secret."""
    if not text.startswith(f"{prefix}_"):
        return None
    found = PARTS.fullmatch(text, len(prefix) + 1)
    return SecretText(*found.groups()) if found else None
