"""Reads the private key in a file that a browser has saved under a passphrase: an encrypted JWK (RFC 7517 §7)."""

import json
import unicodedata
import warnings
from re import compile
from typing import Any

from joserfc import jwe
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OctKey

COMPACT = compile(rb"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+){4}")
ALGORITHMS = ("PBES2-HS512+A256KW", "A256GCM")


def is_under_passphrase(content: bytes) -> bool:
    """Whether a key file has the form of what browsers save under a passphrase: five parts between four dots."""
    return COMPACT.fullmatch(content.strip()) is not None


def open_key_file(content: bytes, passphrase: str) -> dict[str, Any] | None:
    """The key in the file; None where the passphrase is another one, or the file is none that a browser saved."""
    with warnings.catch_warnings():
        # How long a passphrase is, its holder has decided.
        warnings.simplefilter("ignore", SecurityWarning)
        try:
            # However a keyboard composes its letters, as in the browser.
            key = OctKey.import_key(unicodedata.normalize("NFC", passphrase).encode())
            opened = jwe.decrypt_compact(content.strip(), key, algorithms=list(ALGORITHMS))
            found = json.loads(opened.plaintext or b"")
        except (JoseError, ValueError, TypeError):
            return None
    return found if isinstance(found, dict) else None
