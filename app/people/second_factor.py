"""The second factor: six digits of a time (RFC 6238) from a secret that lies encrypted; and its recovery codes."""

import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from functools import cached_property
from hashlib import sha256
from os import urandom
from typing import TYPE_CHECKING
from uuid import UUID

from pyotp import TOTP, random_base32

from app.foundation.secret import derive
from app.people.rules.totp import DIGITS, STEP, steps_at

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

NONCE = 12


class SecondFactor:
    """Makes secrets, seals and opens them, and checks codes; its keys are derived from the installation's secret."""

    def __init__(self, secret: bytes) -> None:
        self._key, self._pepper = derive(secret, "totp"), derive(secret, "recovery")

    @cached_property
    def _seal(self) -> "ChaCha20Poly1305":
        # Only here, because a start need not read the library.
        from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

        return ChaCha20Poly1305(self._key)

    def new_secret(self) -> str:
        """A fresh secret, 160 random bits, as apps take it."""
        return random_base32()

    def sealed(self, agency_id: str, person_id: UUID, secret: str) -> str:
        """The secret encrypted for this person alone: copied to another row it cannot be opened."""
        nonce = urandom(NONCE)
        locked = self._seal.encrypt(nonce, secret.encode(), _owner(agency_id, person_id))
        return urlsafe_b64encode(nonce + locked).decode()

    def opened(self, agency_id: str, person_id: UUID, sealed: str) -> str | None:
        """The secret; None where it was sealed for somebody else or under another installation's secret."""
        from cryptography.exceptions import InvalidTag

        given = urlsafe_b64decode(sealed)
        try:
            return self._seal.decrypt(given[:NONCE], given[NONCE:], _owner(agency_id, person_id)).decode()
        except InvalidTag:
            return None

    def step_of(self, secret: str, code: str, now: float) -> int | None:
        """The time step to which a code belongs, one before or after the present at most; None if to none of them."""
        # All three are compared, and each in constant time: nothing tells how near a guess was.
        right = [step for step in steps_at(now) if hmac.compare_digest(_code(secret, step), code)]
        return right[-1] if right else None

    def address(self, secret: str, name: str, issuer: str) -> str:
        """The address that apps read from a QR code."""
        return TOTP(secret, digits=DIGITS, interval=STEP).provisioning_uri(name=name, issuer_name=issuer)

    def recovery_digest(self, code: str) -> str:
        """What is kept of a recovery code; useless without the installation's secret."""
        return hmac.new(self._pepper, code.encode(), sha256).hexdigest()


def _code(secret: str, step: int) -> str:
    return TOTP(secret, digits=DIGITS, interval=STEP).generate_otp(step)


def _owner(agency_id: str, person_id: UUID) -> bytes:
    return f"{agency_id}/{person_id}".encode()
