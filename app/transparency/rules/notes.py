"""Signed notes (c2sp.org/signed-note) and cosignatures (c2sp.org/tlog-cosignature): Ed25519 alone."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, NamedTuple

from app.transparency.rules.base64_text import decoded, encoded

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

# What a key is for, as the first byte of a verifier key says.
SIGNER, COSIGNER = 0x01, 0x04
DASH = "— "
# Verifiers take at least 16 signatures, and those of tomorrow may have 5 kB each.
LONGEST_NOTE, MOST_SIGNATURES = 200_000, 64
SIGNATURE_BYTES, STAMP_BYTES, ID_BYTES, KEY_BYTES = 64, 8, 4, 32


@dataclass(frozen=True)
class VerifierKey:
    """A public key with its name and what it is for; as text `name+id+key`."""

    name: str
    kind: int
    public: bytes

    @property
    def id(self) -> bytes:
        """How signatures name the key, beside its name."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:ID_BYTES]

    def __str__(self) -> str:
        return f"{self.name}+{self.id.hex()}+{encoded(bytes([self.kind]) + self.public)}"


def parse_key(text: str) -> VerifierKey:
    """A verifier key. Raises ValueError with a sentence."""
    name, _, rest = text.partition("+")
    number, _, value = rest.partition("+")
    try:
        content = decoded(value)
    except ValueError:
        raise ValueError("a verifier key is a name, an id and a key in base64, joined by +") from None
    if len(content) != 1 + KEY_BYTES or content[0] not in (SIGNER, COSIGNER):
        raise ValueError("a verifier key must be one of Ed25519, of a log (01) or of a witness (04)")
    key = VerifierKey(name, content[0], content[1:])
    if not is_name(name) or key.id.hex() != number:
        raise ValueError("the id of a verifier key does not fit its name and its key")
    return key


def is_name(text: str) -> bool:
    """Whether a key may have this name."""
    return bool(text) and text.isprintable() and "+" not in text and not any(each.isspace() for each in text)


class Signature(NamedTuple):
    """A signature line: the name and the id of a key, and what that key made."""

    name: str
    id: bytes
    value: bytes

    def __str__(self) -> str:
        return f"{DASH}{self.name} {encoded(self.id + self.value)}\n"


@dataclass(frozen=True)
class Note:
    """A text, which ends with a newline, and signatures under it."""

    text: str
    signatures: tuple[Signature, ...]

    def __str__(self) -> str:
        return f"{self.text}\n{''.join(map(str, self.signatures))}"


def parse_note(content: bytes) -> Note:
    """A signed note. Raises ValueError with a sentence."""
    if len(content) > LONGEST_NOTE:
        raise ValueError("the note is too long")
    try:
        whole = content.decode()
    except UnicodeDecodeError:
        raise ValueError("the note is not UTF-8") from None
    if any(each < " " and each != "\n" for each in whole):
        raise ValueError("the note has control characters")
    text, empty, lines = whole.rpartition("\n\n")
    if not empty or not lines.endswith("\n"):
        raise ValueError("the note has no signatures")
    signatures = tuple(map(_signature, lines.removesuffix("\n").split("\n")))
    if len(signatures) > MOST_SIGNATURES:
        raise ValueError("the note has too many signatures")
    return Note(f"{text}\n", signatures)


def _signature(line: str) -> Signature:
    name, space, value = line.removeprefix(DASH).partition(" ")
    if not line.startswith(DASH) or not space or not is_name(name):
        raise ValueError("a signature line is a dash, the name of a key and a signature")
    try:
        content = decoded(value)
    except ValueError:
        raise ValueError("a signature is not base64") from None
    if len(content) <= ID_BYTES:
        raise ValueError("a signature is too short")
    return Signature(name, content[:ID_BYTES], content[ID_BYTES:])


def public_half(key: "Ed25519PrivateKey") -> bytes:
    """The public half of a key (32 bytes)."""
    return key.public_key().public_bytes_raw()


def signed(text: str, name: str, key: "Ed25519PrivateKey") -> Note:
    """The text as a note signed by one key."""
    by = VerifierKey(name, SIGNER, public_half(key))
    return Note(text, (Signature(name, by.id, key.sign(text.encode())),))


def cosignature(text: str, name: str, key: "Ed25519PrivateKey", at: int) -> Signature:
    """A witness's signature: that at this time (POSIX) nothing larger was seen of the log."""
    by = VerifierKey(name, COSIGNER, public_half(key))
    return Signature(name, by.id, at.to_bytes(STAMP_BYTES, "big") + key.sign(_cosigned(text, at)))


def _cosigned(text: str, at: int) -> bytes:
    return f"cosignature/v1\ntime {at}\n{text}".encode()


def signers(note: Note, keys: Iterable[VerifierKey]) -> frozenset[VerifierKey]:
    """Which of these keys signed the note. Raises ValueError where a line of one of them is not its signature.

    Lines of other keys are ignored, also where they have the name or the id of a known one.
    """
    known = {(key.name, key.id): key for key in keys}
    found = set()
    for line in note.signatures:
        key = known.get((line.name, line.id))
        if key is None:
            continue
        if not _is_by(line.value, note.text, key):
            raise ValueError(f"the signature of {key.name} does not fit the note")
        found.add(key)
    return frozenset(found)


def stamp_of(signature: Signature) -> int:
    """When a cosignature was made, by its own word (POSIX)."""
    return int.from_bytes(signature.value[:STAMP_BYTES], "big")


def _is_by(value: bytes, text: str, key: VerifierKey) -> bool:
    # Here, because a start need not read the library.
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    signature, message = value, text.encode()
    if key.kind == COSIGNER:
        at, signature = int.from_bytes(value[:STAMP_BYTES], "big"), value[STAMP_BYTES:]
        message = _cosigned(text, at)
        if at >= 2**63:
            return False
    if len(signature) != SIGNATURE_BYTES:
        return False
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
