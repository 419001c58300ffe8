"""Digests of the PIN by which a technician leaves the kiosk page, which checks it without network. Pure.

PBKDF2-HMAC-SHA-256 (RFC 8018) is what browsers offer in WebCrypto. Who takes the digest out of a kiosk finds a PIN of
so few digits in a while: it keeps citizens out of the settings, and opens nothing on the server.
"""

import secrets
from hashlib import pbkdf2_hmac
from typing import TypedDict

# A tenth of a second here, about one on an old tablet.
ITERATIONS = 200_000
SALT_BYTES = 16


class PinDigest(TypedDict):
    """Salt (32 hex digits), digest (64) and iterations, as the page computes it again."""

    salt: str
    digest: str
    iterations: int


def is_pin(text: str) -> bool:
    """Four to eight digits of ASCII."""
    return 4 <= len(text) <= 8 and text.isascii() and text.isdigit()


def pin_digest(pin: str, salt: bytes | None = None) -> PinDigest:
    """The digest of a PIN, under a fresh salt if none is given."""
    salted = salt or secrets.token_bytes(SALT_BYTES)
    digest = pbkdf2_hmac("sha256", pin.encode(), salted, ITERATIONS)
    return PinDigest(salt=salted.hex(), digest=digest.hex(), iterations=ITERATIONS)
