"""The sealed envelope of a document: an Ed25519 signature over the digests of it and of each of its sections."""

import json
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import TYPE_CHECKING, Any, TypeVar

from app.seals.rules.canonical_json import canonical, children, step

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

ALGORITHM = "Ed25519"

Mark = TypeVar("Mark")


def sign(document: Any, key: "Ed25519PrivateKey") -> dict[str, Any]:
    """The document in its sealed envelope; ValueError names the place of what cannot be sealed."""
    whole = digest(document)
    # What is sealed must read back: 1e20 would be written as an integer that no reader may take.
    canonical(json.loads(canonical(document)))
    parts = sections(document, digest)
    return {
        "document": document,
        "sections": parts,
        "digest": whole,
        "signature": {
            "algorithm": ALGORITHM,
            "key": key_id(public_bytes(key)),
            "value": base64url(key.sign(sealed_bytes(whole, parts))),
        },
    }


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes (hex)."""
    return sha256(canonical(value)).hexdigest()


def sections(document: Any, mark: Callable[[Any], Mark]) -> dict[str, Mark]:
    """The mark of each part of the document and of each part of these, by JSON pointer."""
    marks = {}
    for name, value in children(document):
        pointer = step("", name)
        marks[pointer] = mark(value)
        for inner, part in children(value):
            marks[step(pointer, inner)] = mark(part)
    return marks


def sealed_bytes(whole: str, parts: Mapping[str, str]) -> bytes:
    """What is signed."""
    return canonical({"digest": whole, "sections": dict(parts)})


def base64url(value: bytes) -> str:
    """Base64 for addresses, without padding."""
    return urlsafe_b64encode(value).rstrip(b"=").decode()


def key_id(public: bytes) -> str:
    """How envelopes name a key: the start of the digest of its public half."""
    return sha256(public).hexdigest()[:16]


def public_bytes(key: "Ed25519PrivateKey") -> bytes:
    """The public half of a key (32 bytes)."""
    return key.public_key().public_bytes_raw()
