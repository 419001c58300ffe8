"""An authenticator in software, as a phone or a security key has it inside; it can be made to lie in every part."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes
from typing import Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

PRESENT, VERIFIED, WITH_KEY = 0x01, 0x04, 0x40


@dataclass
class Authenticator:
    """One device with one passkey at most. `counts`: whether it has a counter, as those that are synced have not."""

    origin: str
    counts: bool = True
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    credential: bytes = field(default_factory=lambda: token_bytes(32))
    handle: bytes = b""
    count: int = 0

    def make(self, options: str, **lies: Any) -> str:
        """The answer to being asked for a new passkey."""
        asked = json.loads(options)
        self.handle = unpacked(asked["user"]["id"])
        numbers = self.key.public_key().public_numbers()
        public = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        key = lies.get("key", cbor2.dumps(public))
        made = bytes(16) + len(self.credential).to_bytes(2, "big") + self.credential + key
        data = self._data(asked["rp"]["id"], lies, WITH_KEY) + made
        attestation = lies.get("attestation", cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data}))
        client = self._client("webauthn.create", asked["challenge"], lies)
        return self._written({"clientDataJSON": packed(client), "attestationObject": packed(attestation)})

    def use(self, options: str, **lies: Any) -> str:
        """The answer to being asked to sign."""
        asked = json.loads(options)
        client = self._client("webauthn.get", asked["challenge"], lies)
        data = lies.get("data", self._data(asked["rpId"], lies))
        signed = self.key.sign(data + sha256(client).digest(), ec.ECDSA(SHA256()))
        response = {
            "clientDataJSON": packed(client),
            "authenticatorData": packed(data),
            "signature": packed(lies.get("signature", signed)),
        }
        handle = lies.get("handle", self.handle)
        return self._written(response | ({} if handle is None else {"userHandle": packed(handle)}))

    def _data(self, name: str, lies: dict[str, Any], more: int = 0) -> bytes:
        if self.counts:
            self.count += 1
        flags = lies.get("flags", PRESENT | VERIFIED) | more
        count = lies.get("count", self.count)
        return sha256(lies.get("name", name).encode()).digest() + bytes([flags]) + int(count).to_bytes(4, "big")

    def _client(self, kind: str, challenge: str, lies: dict[str, Any]) -> bytes:
        said = {"type": lies.get("kind", kind), "challenge": lies.get("challenge", challenge),
                "origin": lies.get("origin", self.origin), "crossOrigin": lies.get("cross", False)}  # fmt: skip
        return json.dumps(said).encode()

    def _written(self, response: dict[str, str]) -> str:
        name = packed(self.credential)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})


def packed(raw: bytes) -> str:
    """Bytes as base64url."""
    return urlsafe_b64encode(raw).decode().rstrip("=")


def unpacked(text: str) -> bytes:
    """The bytes of base64url."""
    return urlsafe_b64decode(f"{text}==")
