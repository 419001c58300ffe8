"""The installation's secret: it keys every digest that must not be recomputed from the database alone."""

import hmac
import os
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from app.foundation.private_files import make_folder
from app.foundation.startup_errors import StartupError


def load_secret(given: str | None, file: Path) -> bytes:
    """The secret from the setting, else from its file, which is made (mode 600) on the first start."""
    if given is not None:
        return given.encode()
    try:
        if not file.exists():
            _create(file)
        return file.read_bytes().strip()
    except OSError as error:
        raise StartupError(f"The secret cannot be kept in {file}: {error.strerror}.") from None


def _create(file: Path) -> None:
    """Write a fresh secret to the file; of two processes that start at once one wins, and both read the same."""
    make_folder(file.parent)
    draft = file.with_name(f".{file.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as handle:
            handle.write(secrets.token_hex(32).encode())
            handle.flush()
            os.fsync(handle.fileno())
        # A link appears whole or not at all and, unlike a rename, never replaces the secret of another process: a
        # second secret would give every retried rating another key.
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()


def derive(secret: bytes, purpose: str) -> bytes:
    """A key for one purpose only (32 bytes), so that no two uses of the secret can be played against each other."""
    return hmac.digest(secret, purpose.encode(), sha256)


def fingerprint(secret: bytes) -> str:
    """A digest by which two secrets can be compared without revealing them (hex, 32 characters)."""
    return derive(secret, "fingerprint").hex()[:32]
