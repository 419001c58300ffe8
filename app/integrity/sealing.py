"""Seals words to several public keys, each of which opens them alone; and opens them where the private half is.

JWE in its general JSON serialization (RFC 7516): ECDH-ES+A256KW over P-256 for each key, A256GCM for the words, all of
which browsers open with what they have.
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from joserfc import jwe
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from app.integrity.rules.public_keys import CURVE, PublicKey, read_public_key

ALGORITHM, ENCRYPTION = "ECDH-ES+A256KW", "A256GCM"
ALGORITHMS = (ALGORITHM, ENCRYPTION)


def seal(words: bytes, keys: Sequence[PublicKey]) -> dict[str, Any]:
    """The words sealed to each of these keys."""
    asked = jwe.GeneralJSONEncryption({"enc": ENCRYPTION}, words)
    for key in keys:
        asked.add_recipient({"alg": ALGORITHM, "kid": key.key_id}, ECKey.import_key(key.jwk))
    return dict(jwe.encrypt_json(asked, None, algorithms=ALGORITHMS))


def new_private_key() -> dict[str, str]:
    """A new key as a JWK with its private half."""
    made = ECKey.generate_key(CURVE).as_dict(private=True)
    return {name: str(made[name]) for name in ("kty", "crv", "x", "y", "d")}


def public_half(private: Mapping[str, Any]) -> PublicKey | None:
    """The public half of a private JWK; None where it is none of ours."""
    return read_public_key({name: value for name, value in private.items() if name != "d"})


def open_sealed(sealed: Mapping[str, Any], private: Mapping[str, Any]) -> bytes | None:
    """The words, opened with this private key (JWK); None where it is not one of those they were sealed to."""
    public = public_half(private)
    if public is None:
        return None
    # The others' parts cannot be opened with this key, and need not be.
    ours = [each for each in _recipients(sealed) if each.get("header", {}).get("kid") == public.key_id]
    if not ours:
        return None
    try:
        key = ECKey.import_key({**public.jwk, "d": str(private.get("d"))})
        parts = cast("jwe.GeneralJSONSerialization", {**sealed, "recipients": ours[:1]})
        opened = jwe.decrypt_json(parts, key, algorithms=ALGORITHMS)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return opened.plaintext


def _recipients(sealed: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = sealed.get("recipients")
    parts = found if isinstance(found, list) else []
    return [each for each in parts if isinstance(each, dict) and isinstance(each.get("header", {}), dict)]
