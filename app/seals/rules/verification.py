"""Whether a sealed document is what was signed, and if not, where it differs."""

from base64 import urlsafe_b64decode
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from app.seals.rules.canonical_json import children, step
from app.seals.rules.envelopes import base64url, digest, sealed_bytes, sections


class Outcome(StrEnum):
    """What the check came to."""

    valid = "valid"
    altered = "altered"
    unknown_key = "unknown-key"
    malformed = "malformed"


class Change(StrEnum):
    """What happened at a place since it was sealed."""

    changed = "changed"
    added = "added"
    removed = "removed"


@dataclass(frozen=True)
class AlteredPlace:
    """Where an envelope differs from what was sealed: a JSON pointer into the envelope, `/document/…` mostly."""

    pointer: str
    change: Change


@dataclass(frozen=True)
class Verdict:
    """`key` is the key the envelope names; `seal_altered` says that its signature does not fit its digests."""

    outcome: Outcome
    places: tuple[AlteredPlace, ...] = ()
    key: str | None = None
    seal_altered: bool = False
    reason: str | None = None


class _Signature(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")

    algorithm: Literal["Ed25519"]
    key: str
    value: str


class _Envelope(BaseModel):
    model_config = ConfigDict(strict=True, extra="allow")

    document: Any
    sections: dict[str, str]
    digest: str
    signature: _Signature


def verify(envelope: object, public_keys: Mapping[str, bytes]) -> Verdict:
    """Judge any JSON value as an envelope; `public_keys` are the trusted ones by key id."""
    try:
        sealed = _Envelope.model_validate(envelope)
    except ValidationError as error:
        return Verdict(Outcome.malformed, reason=_reason(error))
    key = sealed.signature.key
    found = _differences(sealed)
    if key not in public_keys:
        return Verdict(Outcome.unknown_key, (*found, *_unsealed_members(sealed)), key)
    whole = _digest_or_none(sealed.document)
    if _is_signed(sealed, public_keys[key]):
        # Where no section differs the document itself may have become another kind of value.
        if not found and whole != sealed.digest:
            found = [AlteredPlace("/document", Change.changed)]
        places = (*found, *_unsealed_members(sealed))
        return Verdict(Outcome.altered if places else Outcome.valid, places, key)
    seal = AlteredPlace(_altered_member(fits=whole == sealed.digest, differs=bool(found)), Change.changed)
    return Verdict(Outcome.altered, (seal, *found, *_unsealed_members(sealed)), key, seal_altered=True)


def _is_signed(sealed: _Envelope, public_key: bytes) -> bool:
    # Here, because a start need not read the library.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    key = Ed25519PublicKey.from_public_bytes(public_key)
    try:
        value = urlsafe_b64decode(sealed.signature.value + "==")
        key.verify(value, sealed_bytes(sealed.digest, sealed.sections))
    except (ValueError, InvalidSignature):
        return False
    # Several texts decode to the same bytes; only one of them was written.
    return base64url(value) == sealed.signature.value


def _altered_member(*, fits: bool, differs: bool) -> str:
    """Which part of a seal that its signature does not fit is the odd one out."""
    if fits and differs:
        return "/sections"
    if not fits and not differs:
        return "/digest"
    return "/signature"


def _differences(sealed: _Envelope) -> list[AlteredPlace]:
    """The sections that differ from their digests: each once, and the inner part where only that one differs."""
    present = sections(sealed.document, _digest_or_none)
    found = {
        pointer: _change(sealed.sections.get(pointer), pointer in present)
        for pointer in {**present, **sealed.sections}
        if pointer not in present or sealed.sections.get(pointer) != present[pointer]
    }
    structured = {step("", name) for name, value in children(sealed.document) if isinstance(value, dict | list)}
    # Reported as a whole: what was added or removed, and what is no longer an object or an array.
    coarse = {pointer for pointer, change in found.items() if change != Change.changed or pointer not in structured}
    finer = {_parent(pointer) for pointer in found} - coarse
    return [
        AlteredPlace(f"/document{pointer}", change)
        for pointer, change in found.items()
        if _parent(pointer) not in coarse and pointer not in finer
    ]


def _change(sealed: str | None, present: bool) -> Change:
    if sealed is None:
        return Change.added
    return Change.changed if present else Change.removed


def _parent(pointer: str) -> str | None:
    return pointer.rpartition("/")[0] or None


def _unsealed_members(sealed: _Envelope) -> list[AlteredPlace]:
    """Members beside the sealed ones: no digest covers them, so a reader must not take them for signed."""
    inside = (step("/signature", name) for name in sealed.signature.model_extra or ())
    beside = (step("", name) for name in sealed.model_extra or ())
    return [AlteredPlace(pointer, Change.added) for pointer in (*beside, *inside)]


def _digest_or_none(value: Any) -> str | None:
    """None for what cannot have been sealed."""
    try:
        return digest(value)
    except ValueError:
        return None


def _reason(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    pointer = ""
    for name in first["loc"]:
        pointer = step(pointer, name)
    return f"{pointer or 'the envelope'}: {first['msg']}"
