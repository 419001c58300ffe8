"""A sealed document, its keys, and envelopes that were altered."""

import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from app.seals.rules.envelopes import key_id, public_bytes, sign
from app.seals.rules.verification import Verdict

KEY = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
OTHER = Ed25519PrivateKey.from_private_bytes(bytes(32))
KEYS = {key_id(public_bytes(key)): public_bytes(key) for key in (KEY, OTHER)}
ID, OTHER_ID = KEYS

DOCUMENT: dict[str, Any] = {
    "title": "Laporan",
    "totals": {"n": 1200, "index": 88.31},
    "employees": [{"code": "E001", "items": [1, 2]}, {"code": "E002", "items": []}],
    "notes": [],
}


def altered(change: Any, document: Any = DOCUMENT) -> Any:
    """An envelope read from its file, and then changed by `change(envelope)`."""
    envelope = json.loads(json.dumps(sign(document, KEY)))
    change(envelope)
    return envelope


def setting(*path: Any, value: Any) -> Any:
    """A change that puts a value at a path of the envelope."""

    def change(envelope: Any) -> None:
        for name in path[:-1]:
            envelope = envelope[name]
        envelope[path[-1]] = value

    return change


def removing(*path: Any) -> Any:
    """A change that removes what is at a path of the envelope."""

    def change(envelope: Any) -> None:
        for name in path[:-1]:
            envelope = envelope[name]
        del envelope[path[-1]]

    return change


def places(verdict: Verdict) -> list[str]:
    """Where, and what happened there, a line each."""
    return [f"{place.change} {place.pointer}" for place in verdict.places]
