"""Seals what a browser or a row keeps for us: nobody else can read or change it."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cached_property
from os import urandom
from typing import TYPE_CHECKING

from app.foundation.secret import derive

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

NONCE = 12


class Seal:
    """Seals under a key derived from the installation's secret, another one for each purpose."""

    def __init__(self, secret: bytes, purpose: str) -> None:
        self._key = derive(secret, purpose)

    @cached_property
    def _cipher(self) -> "ChaCha20Poly1305":
        # Only here, because a start need not read the library.
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        return ChaCha20Poly1305(self._key)

    def sealed(self, text: str, about: str) -> str:
        """The text encrypted, for this use alone; without `=`, which a cookie's value would be quoted for."""
        nonce = urandom(NONCE)
        return (
            urlsafe_b64encode(nonce + self._cipher.encrypt(nonce, text.encode(), about.encode())).decode().rstrip("=")
        )

    def opened(self, sealed: str, about: str) -> str | None:
        """The text; None where it was not sealed here for this use."""
        from cryptography.exceptions import InvalidTag

        try:
            given = urlsafe_b64decode(f"{sealed}==")
            return self._cipher.decrypt(given[:NONCE], given[NONCE:], about.encode()).decode()
        except (ValueError, InvalidTag):
            return None
