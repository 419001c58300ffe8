"""Seals: an Ed25519 signature over the digests of a document and of each of its sections.

The key lives in a file outside the database: who can change the figures cannot seal them anew.
"""

import json
import os
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any, TypeVar

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from app.foundation.private_files import make_folder
from app.seals.rules.canonical_json import canonical, children, step

ALGORITHM = "Ed25519"

SigningKey = Ed25519PrivateKey

Mark = TypeVar("Mark")


class SigningKeyFault(Exception):
    """Why a key cannot be made or used, in one sentence."""


def sign(document: Any, key: SigningKey) -> dict[str, Any]:
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


def public_bytes(key: SigningKey) -> bytes:
    """The public half of a key (32 bytes)."""
    return key.public_key().public_bytes_raw()


def public_pem(key: SigningKey) -> bytes:
    """The public half of a key as a file to hand out."""
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def public_file(file: Path) -> Path:
    """Where the public half of the key in `file` is written: `signing-key.pub.pem` beside `signing-key.pem`."""
    return file.with_suffix(".pub.pem")


def make_key(file: Path) -> SigningKey:
    """A fresh key in its file (mode 600) and its public half beside it; nothing is ever overwritten."""
    key = SigningKey.generate()
    for taken in (file, public_file(file)):
        if taken.exists():
            raise SigningKeyFault(f"{taken} exists already; a key is never overwritten")
    _place(file, key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()), 0o600)
    _place(public_file(file), public_pem(key), 0o644)
    return key


def load_key(file: Path) -> SigningKey:
    """The key in a file that its owner alone can read."""
    with file.open("rb") as handle:
        if os.fstat(handle.fileno()).st_mode & 0o077:
            raise SigningKeyFault(f"{file} is open to others than its owner; run chmod 600 on it")
        pem = handle.read()
    try:
        key = load_pem_private_key(pem, password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, SigningKey):
        raise SigningKeyFault(f"{file} holds no Ed25519 key as `cermin signing-key new` makes it")
    return key


def load_public(file: Path) -> bytes:
    """The public key in a file (32 bytes)."""
    try:
        key = load_pem_public_key(file.read_bytes())
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise SigningKeyFault(f"{file} holds no public Ed25519 key")
    return key.public_bytes_raw()


def _place(file: Path, content: bytes, mode: int) -> None:
    """Write a file and give it its name only when it is whole and the name is free."""
    make_folder(file.parent)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(content)
            handle.flush()
            os.fsync(handle.fileno())
        os.link(draft, file)
    except FileExistsError:
        raise SigningKeyFault(f"{file} exists already; a key is never overwritten") from None
    finally:
        draft.unlink()
