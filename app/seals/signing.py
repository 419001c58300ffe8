"""Keys that seal: each lives in a file outside the database, so that who can change the figures cannot seal them anew.

What a start reads imports this file only where a key is needed: the library behind it takes nine MiB.
"""

import os
import secrets
from pathlib import Path

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

SigningKey = Ed25519PrivateKey


class SigningKeyFault(Exception):
    """Why a key cannot be made or used, in one sentence."""


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
