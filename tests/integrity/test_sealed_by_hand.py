"""Sealed words are opened step by step from the standards, as a browser does it, without the library that sealed them.

RFC 7518 §4.6 (ECDH-ES with Concat KDF), RFC 3394 (AES key wrap), RFC 7516 (JWE).
"""

import json
from base64 import urlsafe_b64decode
from hashlib import sha256
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDH,
    SECP256R1,
    EllipticCurvePrivateNumbers,
    EllipticCurvePublicNumbers,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.keywrap import aes_key_unwrap

from app.integrity.rules.public_keys import PublicKey, read_public_key
from app.integrity.sealing import new_private_key, public_half, seal

ALGORITHM = b"ECDH-ES+A256KW"


def octets(text: str) -> bytes:
    """The bytes of base64url without padding."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


def number(text: str) -> int:
    """A coordinate."""
    return int.from_bytes(octets(text), "big")


def by_hand(sealed: dict[str, Any], private: dict[str, str], key_id: str) -> bytes:
    """The words, in five steps."""
    [part] = [each for each in sealed["recipients"] if each["header"]["kid"] == key_id]
    curve, theirs = SECP256R1(), part["header"]["epk"]
    ours = EllipticCurvePublicNumbers(number(private["x"]), number(private["y"]), curve)
    key = EllipticCurvePrivateNumbers(number(private["d"]), ours).private_key()
    shared = key.exchange(
        ECDH(), EllipticCurvePublicNumbers(number(theirs["x"]), number(theirs["y"]), curve).public_key()
    )
    # One round: counter 1, the secret, the algorithm with its length, no party names, 256 bits.
    info = len(ALGORITHM).to_bytes(4, "big") + ALGORITHM + bytes(4) + bytes(4) + (256).to_bytes(4, "big")
    wrapping = sha256((1).to_bytes(4, "big") + shared + info).digest()
    content = aes_key_unwrap(wrapping, octets(part["encrypted_key"]))
    whole = octets(sealed["ciphertext"]) + octets(sealed["tag"])
    return AESGCM(content).decrypt(octets(sealed["iv"]), whole, sealed["protected"].encode())


def public_of(private: dict[str, str]) -> PublicKey:
    """The public half."""
    found = public_half(private)
    assert found is not None
    return found


@pytest.mark.parametrize("n", [1, 2, 5])
def test_each_of_the_holders_opens_it_alone(n: int) -> None:
    holders = [new_private_key() for _ in range(n)]
    words = json.dumps({"text": "rahasia ꦲ"}).encode().ljust(2_048)
    sealed = seal(words, [public_of(each) for each in holders])
    assert json.loads(octets(sealed["protected"])) == {"enc": "A256GCM"}
    assert {each["header"]["alg"] for each in sealed["recipients"]} == {ALGORITHM.decode()}
    assert [by_hand(sealed, each, public_of(each).key_id) for each in holders] == [words] * n
    # Nothing outside the parts of the holders says whose they are, and every one has an ephemeral key of its own.
    assert len({each["header"]["epk"]["x"] for each in sealed["recipients"]}) == n
    assert sealed.keys() == {"protected", "iv", "ciphertext", "tag", "recipients"}


def test_the_same_words_are_never_sealed_alike() -> None:
    public = public_of(new_private_key())
    first, second = (seal(b"words", [public]) for _ in range(2))
    assert first["iv"] != second["iv"]
    assert first["recipients"] != second["recipients"]
    assert read_public_key(public.jwk) == public
