"""The keys of this installation: the one that signs, and the public halves it trusts."""

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from app.seals.rules.envelopes import key_id, public_bytes

if TYPE_CHECKING:
    from app.seals.signing import SigningKey


def signing_key(file: Path) -> "SigningKey | None":
    """The key that signs; None if there is none that can be used."""
    # Here and below, because a start need not read the library behind it.
    from app.seals.signing import SigningKeyFault, load_key

    try:
        return load_key(file)
    except (OSError, SigningKeyFault):
        return None


def trusted_keys(file: Path) -> dict[str, bytes]:
    """The public half of the key in `file`, and the public keys beside it (of former keys), by id.

    Raises SigningKeyFault and OSError for a file that cannot be used.
    """
    from app.seals.signing import load_key, load_public

    found = by_id(load_public(public) for public in sorted(file.parent.glob("*.pub.pem")))
    # Who may check a report need not be allowed to read the key that seals it.
    with suppress(FileNotFoundError, PermissionError):
        found |= by_id([public_bytes(load_key(file))])
    return found


def usable_keys(file: Path) -> dict[str, bytes]:
    """The same without the files that cannot be used: online, a damaged one hides nothing that the others prove."""
    from app.seals.signing import SigningKeyFault, load_key, load_public

    found = []
    for public in sorted(file.parent.glob("*.pub.pem")):
        with suppress(OSError, SigningKeyFault):
            found.append(load_public(public))
    with suppress(OSError, SigningKeyFault):
        found.append(public_bytes(load_key(file)))
    return by_id(found)


def by_id(public_keys: Iterable[bytes]) -> dict[str, bytes]:
    """Public keys as envelopes name them."""
    return {key_id(public): public for public in public_keys}
