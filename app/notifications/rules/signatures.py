"""Signatures of webhooks (Standard Webhooks 1.0.0): a shared secret (`v1`) or a key pair (`v1a`). Pure."""

import hmac
import secrets
from base64 import b64decode, b64encode
from hashlib import sha256
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# 192 to 512 bits are asked for.
SECRET_BYTES = 32
SECRET, PRIVATE, PUBLIC = "whsec_", "whsk_", "whpk_"


def new_secret(signing: str) -> str:
    """A fresh secret: `whsec_…` for `v1`, `whsk_…` (the seed of an Ed25519 key) for `v1a`."""
    return f"{SECRET if signing == 'v1' else PRIVATE}{b64encode(secrets.token_bytes(SECRET_BYTES)).decode()}"


def public_key(secret: str) -> str | None:
    """`whpk_…`, by which receivers check what is signed with a private key; None for a shared secret."""
    if not secret.startswith(PRIVATE):
        return None
    return f"{PUBLIC}{b64encode(_private(secret).public_key().public_bytes_raw()).decode()}"


def signature(secret: str, message_id: str, timestamp: int, body: bytes) -> str:
    """The value of `webhook-signature` for one message at this Unix second."""
    signed = f"{message_id}.{timestamp}.".encode() + body
    if secret.startswith(PRIVATE):
        return f"v1a,{b64encode(_private(secret).sign(signed)).decode()}"
    key = b64decode(secret.removeprefix(SECRET))
    return f"v1,{b64encode(hmac.digest(key, signed, sha256)).decode()}"


def _private(secret: str) -> "Ed25519PrivateKey":
    # Here, because a start need not read the library.
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    return Ed25519PrivateKey.from_private_bytes(b64decode(secret.removeprefix(PRIVATE)))
