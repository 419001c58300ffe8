"""Marks of agencies: fifteen bits that short codes and ids carry, so that whoever looks them up knows where. Pure.

A mark is made from the agency's code alone, so that none need be stored. Few agencies share one; then both are asked.
"""

import secrets
from hashlib import sha256
from uuid import UUID

from app.access.rules.random_codes import ALPHABET
from app.access.rules.scrambling import Shape, scrambled, unscrambled

MARK_BITS = 15
MARKS = 1 << MARK_BITS
BITS = 5
VALUES = {character: value for value, character in enumerate(ALPHABET)}
# RFC 9562 leaves the bits of a UUIDv8 to whoever makes it; ids that carry no mark are UUIDv7.
MARKED_VERSION = 8


def mark_of(agency_id: str) -> int:
    """The agency's mark."""
    return int.from_bytes(sha256(agency_id.encode()).digest()[:2]) % MARKS


def marked_code(key: bytes, length: int, agency_id: str) -> str:
    """A fresh code of so many characters of Crockford's base 32, whose mark only the holder of the key can read."""
    # Scrambled, the codes of an agency lie anywhere among all codes: who knows one, or a thousand, guesses no better.
    drawn = secrets.randbits(BITS * length - MARK_BITS)
    number = scrambled(key, Shape(len(ALPHABET), length), drawn << MARK_BITS | mark_of(agency_id))
    return "".join(ALPHABET[number >> BITS * place & len(ALPHABET) - 1] for place in reversed(range(length)))


def mark_in_code(key: bytes, code: str) -> int:
    """The mark that the code carries; of a code that was made without one, a mark that says nothing."""
    number = 0
    for character in code:
        number = number << BITS | VALUES[character]
    return unscrambled(key, Shape(len(ALPHABET), len(code)), number) % MARKS


def marked_id(identifier: UUID, agency_id: str) -> UUID:
    """The id with the agency's mark in place of its last random bits; still sorted by the moment of a UUIDv7."""
    version = 0xF << 76
    number = identifier.int & ~version & ~(MARKS - 1)
    return UUID(int=number | MARKED_VERSION << 76 | mark_of(agency_id))


def mark_in_id(identifier: UUID) -> int | None:
    """The mark that the id carries; None for one that was made without."""
    return identifier.int % MARKS if identifier.version == MARKED_VERSION else None
